"""`ims accounts`: account holders, one by one and by the file."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import click

from localgov_ims.bootstrap.whole_files import new_file
from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import (
    counted,
    issue_json,
    json_option,
    opened,
    print_issues,
    print_json,
    print_table,
    progress,
)
from localgov_ims.cli.root import REFUSED
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible
from localgov_ims.files.holder_csv import write_rows
from localgov_ims.files.holder_fields import FIELDS, fields_of
from localgov_ims.service.holders import seeing as service
from localgov_ims.service.holders.loading import HoldersLoaded, import_holders
from localgov_ims.service.holders.seeing import HolderVersion, every_holder
from localgov_ims.service.installation import Installation


@click.group()
def accounts() -> None:
    """See and change account holders, and load files of them."""


@accounts.command()
@click.argument("fund")
@click.argument("reference")
@click.option("--history", is_flag=True, help="Every version, with when and by whom it was made.")
@json_option
@click.pass_context
def show(context: click.Context, fund: str, reference: str, *, history: bool, as_json: bool) -> None:
    """Show the account REFERENCE of FUND."""
    installation = opened_council(context)
    versions = service.history(installation, fund, reference) if history else []
    latest = versions[-1].holder if versions else service.holder(installation, fund, reference)
    if as_json:
        print_json([_version_json(version) for version in versions] if history else holder_json(latest))
        return
    _show(installation, latest)
    for before, version in zip([None, *versions], versions, strict=False):
        when = version.at.astimezone(LONDON)
        said = f"by {version.by}, from {version.holder.source}"
        click.echo(f"Version {version.holder.number}: {when:%d %b %Y %H:%M} {visible(said)}")
        _differences(before, version)


@accounts.command()
@click.option("--fund", help="Only accounts of this fund.")
@click.option("--reference", help="What the reference begins with.")
@click.option("--surname", help="What the surname begins with.")
@click.option("--postcode", help="The whole postcode.")
@click.option("--limit", type=int, default=50, show_default=True, help="No more than this many.")
@json_option
@click.pass_context
def find(
    context: click.Context, fund: str | None, reference: str | None, surname: str | None, postcode: str | None,
    limit: int, *, as_json: bool,
) -> None:  # fmt: skip
    """Find accounts; what is given must fit all together."""
    found = service.find_holders(
        opened_council(context),
        fund=fund,
        reference=reference,
        surname=surname,
        postcode=postcode,
        limit=limit,
    )
    if as_json:
        print_json({"accounts": [holder_json(each) for each in found.holders], "more": found.more})
        return
    if not found.holders:
        click.echo("No account fits.")
        return
    rows = [
        (each.fund, each.account_reference, each.person.shown, each.person.postcode or "", each.message or "")
        for each in found.holders
    ]
    print_table("Accounts", ["fund", "reference", "name", "postcode", "message"], rows)
    click.echo(
        f"{counted(len(rows), 'account')}{', and there are more: say more of it' if found.more else ''}."
    )


@accounts.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@json_option
@click.pass_context
def import_(context: click.Context, file: str, *, as_json: bool) -> None:
    """Load FILE, a CSV file of account holders, all of it or nothing; `-` is standard input.

    Its first line names its columns: fund, account_reference and what else it has. A row that says what is known
    already changes nothing. Exit status 3: the file was refused.
    """
    installation = opened_council(context)
    with opened(file) as stream, progress("Accounts", show=not as_json) as tell:
        rows = 0

        def count(more: int) -> None:
            nonlocal rows
            rows += more
            tell(f"{rows:,} rows")

        loaded = import_holders(installation, stream, source=label(file), progress=count)
    if as_json:
        print_json(loaded_json(loaded))
    else:
        print_loaded(loaded)
    context.exit(REFUSED if loaded.refused else 0)


@accounts.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@json_option
@click.pass_context
def export(context: click.Context, file: str, *, as_json: bool) -> None:
    """Write every account holder of your funds to FILE as CSV; `-` is standard output."""
    installation = opened_council(context)
    with every_holder(installation) as holders:
        if file == "-":
            out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
            write_rows(holders, out)
            out.detach()
            return
        with new_file(Path(file), newline="") as written:
            count = write_rows(holders, written)
    if as_json:
        print_json({"file": file, "accounts": count})
    else:
        click.echo(
            f"{counted(count, 'account')} in {file}. It holds personal data: keep it where such data belongs."
        )


@accounts.command()
@click.argument("fund")
@click.argument("reference")
@click.option("--message", required=True, metavar="CODE", help="The fund message to put on it.")
@json_option
@click.pass_context
def stop(context: click.Context, fund: str, reference: str, message: str, *, as_json: bool) -> None:
    """Put a fund message on the account REFERENCE of FUND; its flags say whom it stops."""
    installation = opened_council(context)
    made = service.set_message(installation, fund=fund, account_reference=reference, message=message)
    _changed(installation, made, as_json=as_json)


@accounts.command()
@click.argument("fund")
@click.argument("reference")
@json_option
@click.pass_context
def unstop(context: click.Context, fund: str, reference: str, *, as_json: bool) -> None:
    """Take the fund message off the account REFERENCE of FUND."""
    installation = opened_council(context)
    made = service.set_message(installation, fund=fund, account_reference=reference, message=None)
    _changed(installation, made, as_json=as_json)


def label(path: str) -> str:
    """Return a file's name as text that can be kept, whatever bytes the file system allows."""
    return Path(path).name.encode("utf-8", "replace").decode() if path != "-" else "standard input"


def loaded_json(loaded: HoldersLoaded) -> dict[str, object]:
    """Return what became of a file of account holders as JSON."""
    return {
        "file": loaded.source, "status": "refused" if loaded.refused else "loaded", "rows": loaded.rows,
        "added": loaded.added, "changed": loaded.changed, "unchanged": loaded.unchanged,
        "issues": [issue_json(issue) for issue in loaded.issues], "issue_count": loaded.issue_count,
    }  # fmt: skip


def print_loaded(loaded: HoldersLoaded) -> None:
    """Print what became of a file of account holders."""
    said = click.style("refused", fg="red") + " (nothing of it was loaded)"
    if not loaded.refused:
        counts = f"{loaded.added:,} new, {loaded.changed:,} changed, {loaded.unchanged:,} as they were"
        said = f"{click.style('loaded', fg='green')} ({counted(loaded.rows, 'account')}: {counts})"
    click.echo(f"{visible(loaded.source)}: {said}")
    print_issues(loaded.issues, loaded.issue_count)


def holder_json(holder: AccountHolder) -> dict[str, object]:
    """Return an account holder as JSON: every field of a file of them, amounts in pence, what is not known null."""
    known: dict[str, object] = {
        name: value if isinstance(value, str) else value.isoformat()
        for name, value in fields_of(holder).items()
    }
    amounts = {
        "balance": holder.balance,
        "period_debit": holder.period_debit,
        "period_credit": holder.period_credit,
    }
    pence = {f"{name}_pence": _pence(amount) for name, amount in amounts.items()}
    shown = {name: known.get(name) for name in FIELDS if name not in amounts}
    return shown | pence | {"version": holder.number, "source": holder.source}


def _pence(amount: Money | None) -> int | None:
    return amount.pence if amount is not None else None


def _version_json(version: HolderVersion) -> dict[str, object]:
    return holder_json(version.holder) | {"at": version.at.isoformat(), "by": version.by}


def _show(installation: Installation, holder: AccountHolder) -> None:
    for name, value in fields_of(holder).items():
        click.echo(f"{name.replace('_', ' ')}: {visible(str(value))}")
    click.echo(f"version: {holder.number}, from {visible(holder.source)}")
    _say_message(installation, holder)


def _changed(installation: Installation, holder: AccountHolder, *, as_json: bool) -> None:
    if as_json:
        print_json(holder_json(holder))
        return
    click.echo(f"Account {holder.account_reference} of fund {holder.fund}, version {holder.number}.")
    if holder.message is None:
        click.echo("It carries no message.")
    _say_message(installation, holder)


def _say_message(installation: Installation, holder: AccountHolder) -> None:
    message = installation.council.messages.get(holder.message or "")
    if message is not None:
        stopped = [
            who
            for who, stops in (("staff", message.stops_staff), ("the portal", message.stops_portal))
            if stops
        ]
        what = f"Stops {' and '.join(stopped)}" if stopped else "Is shown, and stops nobody"
        click.echo(f"{what}: {visible(message.text)}")


def _differences(before: HolderVersion | None, version: HolderVersion) -> None:
    old = fields_of(before.holder) if before is not None else {}
    new = fields_of(version.holder)
    for name in (name for name in FIELDS if old.get(name) != new.get(name)):
        told = f"{name.replace('_', ' ')}: {old.get(name, '-')} -> {new.get(name, '-')}"
        click.echo(f"  {visible(told)}")
