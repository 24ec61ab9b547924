"""`ims personal`: what is kept of persons, for how long, and what they are given or have erased."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.legal_holds import hold
from localgov_ims.cli.output import counted, json_option, print_json, print_table, progress
from localgov_ims.documents.subject_access import as_html, as_json
from localgov_ims.domain.retention import ClassCount, Removal, RetentionPreview, Subject
from localgov_ims.service.personal_data import erasing, retaining
from localgov_ims.service.personal_data.subject_access import subject_access

_DAY = click.DateTime(["%Y-%m-%d"])
_accounts = click.option(
    "--account", "accounts", type=(str, str), metavar="FUND REF", multiple=True, help="An account that is theirs; may be repeated."
)  # fmt: skip
_names = click.option(
    "--name", "names", metavar="NAME", multiple=True, help="A name they pay under; may be repeated."
)
_emails = click.option(
    "--email", "emails", metavar="ADDRESS", multiple=True, help="An e-mail address of theirs."
)
_proposal = click.argument("proposal", type=click.UUID)
_on = click.option("--on", type=_DAY, help="As of this day; without it, today.")


@click.group()
def personal() -> None:
    """Keep, give out and remove what is known of persons."""


personal.add_command(hold)


@personal.group()
def retention() -> None:
    """Remove what is past its time. It takes two people."""


@retention.command("preview")
@_on
@json_option
@click.pass_context
def preview(context: click.Context, on: datetime | None, *, as_json: bool) -> None:
    """Show what is past its time, class by class; nothing is changed."""
    installation = opened_council(context)
    with progress("Looking", show=not as_json):
        found = retaining.preview_retention(installation, _day(on))
    if as_json:
        print_json({"on": found.on.isoformat(), "classes": [_class_json(each) for each in found.classes]})
    else:
        _show_preview(found)


@retention.command("propose")
@_on
@json_option
@click.pass_context
def propose(context: click.Context, on: datetime | None, *, as_json: bool) -> None:
    """Propose to remove what is past its time; somebody else confirms it."""
    made = retaining.propose_retention(opened_council(context), _day(on))
    if as_json:
        print_json({"proposal": str(made.id), "classes": [_class_json(each) for each in made.classes]})
        return
    _show_preview(RetentionPreview(on=made.on, classes=made.classes))
    click.echo(f"Proposed. Somebody else confirms it: ims personal retention confirm {made.id}")


@retention.command("confirm")
@_proposal
@json_option
@click.pass_context
def confirm(context: click.Context, proposal: UUID, *, as_json: bool) -> None:
    """Remove what somebody else proposed."""
    installation = opened_council(context)
    with progress("Removing", show=not as_json):
        done = retaining.confirm_retention(installation, proposal)
    _show_removal(done, as_json=as_json)


@personal.group()
def erase() -> None:
    """Remove what is known of one person. It takes two people."""


@erase.command("propose")
@_accounts
@_names
@_emails
@click.option("--keep-files", is_flag=True, help="Leave the bytes of received files that name them.")
@json_option
@click.pass_context
def erase_propose(
    context: click.Context, accounts: Sequence[tuple[str, str]], names: Sequence[str], emails: Sequence[str], *,
    keep_files: bool, as_json: bool,
) -> None:  # fmt: skip
    """Propose to erase a person; somebody else confirms it."""
    subject = Subject(accounts=accounts, names=names, emails=emails)
    made, found = erasing.propose_erasure(opened_council(context), subject, files=not keep_files)
    if as_json:
        classes = [_class_json(each) for each in found.classes]
        print_json({"proposal": str(made.id), "classes": classes, "others": found.others})
        return
    rows = [(each.name, f"{each.remove:,}", f"{each.held:,}") for each in found.classes]
    print_table("Erasure", ["class", "to remove ", "held "], rows)
    click.echo(f"{counted(found.remove, 'record')} would lose personal data; {found.held:,} held.")
    if found.others:
        click.echo(f"{counted(found.others, 'record')} of these accounts names other people, and stays.")
    click.echo(f"Proposed. Somebody else confirms it: ims personal erase confirm {made.id}")


@erase.command("confirm")
@_proposal
@json_option
@click.pass_context
def erase_confirm(context: click.Context, proposal: UUID, *, as_json: bool) -> None:
    """Erase the person whose erasure somebody else proposed."""
    _show_removal(erasing.confirm_erasure(opened_council(context), proposal), as_json=as_json)


@personal.command("export")
@_accounts
@_names
@_emails
@click.option(
    "-o", "--output", "into", metavar="FILE", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help="Where it is written: .json or .html.",
)  # fmt: skip
@click.pass_context
def export(
    context: click.Context,
    accounts: Sequence[tuple[str, str]],
    names: Sequence[str],
    emails: Sequence[str],
    into: Path,
) -> None:
    """Write everything that is held of a person, for them to read."""
    formats = {".json": as_json, ".html": as_html}
    if into.suffix.lower() not in formats:
        message = f"{into.name} must end in .json or .html: that says what is written."
        raise click.BadParameter(message, param_hint="--output")
    made = subject_access(opened_council(context), accounts=accounts, names=names, emails=emails)
    # Only whoever runs the command may read it: it is about one person.
    with os.fdopen(
        os.open(into, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as stream:
        stream.write(formats[into.suffix.lower()](made))
    number = sum(len(section.rows) for section in made.sections)
    click.echo(
        f"{counted(number, 'record')} in {into}; other people's data was left out of {made.left_out:,}. Read it before it is sent."
    )


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None


def _show_preview(found: RetentionPreview) -> None:
    rows = [
        (each.name, f"{each.years}", f"{each.cut_off:%d %b %Y}", f"{each.remove:,}", f"{each.held:,}")
        for each in found.classes
        if each.cut_off is not None
    ]
    print_table(
        f"Retention on {found.on:%d %B %Y}", ["class", "years ", "kept from", "to remove ", "held "], rows
    )
    click.echo(
        f"{counted(found.remove, 'record')} would lose personal data; legal holds keep {found.held:,}."
    )


def _show_removal(done: Removal, *, as_json: bool) -> None:
    if as_json:
        print_json({"proposal": str(done.proposal), "removed": dict(done.removed), "wiped": done.wiped})
        return
    for name, number in done.removed.items():
        click.echo(f"  {name}: {number:,}")
    click.echo(f"Removed the personal data of {counted(sum(done.removed.values()), 'record')}.")
    if not done.wiped:
        click.echo("The database still has to clear the space it stood in: see the how-to, under Bytes.")


def _class_json(each: ClassCount) -> dict[str, object]:
    return {
        "class": each.name,
        "years": each.years,
        "kept_from": each.cut_off.isoformat() if each.cut_off is not None else None,
        "remove": each.remove,
        "held": each.held,
    }
