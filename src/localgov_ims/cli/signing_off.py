"""`ims sign-off`: prepare, review and print what was reconciled."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import json_option, print_json, print_table, written_whole
from localgov_ims.cli.proofs_shown import DAY
from localgov_ims.documents.sign_off_pages import as_html
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.sign_offs import CarriedForward, Review, SignOff, SignOffKind
from localgov_ims.service.proofs import signing_off as service
from localgov_ims.service.proofs.overdue_sign_offs import list_overdue
from localgov_ims.service.proofs.sign_off_packs import Asked

_id = click.argument("sign_off", metavar="ID", type=click.UUID)


@click.group()
def sign_off() -> None:
    """One person prepares, another reviews; what was signed never changes."""


@sign_off.command()
@click.option("--account", help="The bank account to sign.")
@click.option("--fund", help="Or the fund.")
@click.option("--on", "as_at", type=DAY, required=True, help="As at the end of this day, YYYY-MM-DD.")
@click.option(
    "--from", "first_on", type=DAY, help="The first day of the period; default: the first of that month."
)
@click.option("--in", "ledger", metavar="LEDGER", help="Which ledger, where there are several.")
@click.option(
    "--carry",
    "carried",
    nargs=4,
    multiple=True,
    metavar="WHAT WHY USER DATE",
    help="Carries a difference or an item forward: its key or id, the reason, who takes it up, until when.",
)
@click.option("--comments", default="", help="What the reviewer should know.")
@click.pass_context
def prepare(
    context: click.Context, account: str | None, fund: str | None, as_at: datetime, first_on: datetime | None,
    ledger: str | None, carried: tuple[tuple[str, str, str, str], ...], comments: str,
) -> None:  # fmt: skip
    """Freeze the figures of a bank account or fund, and sign them as their preparer."""
    if (account is None) == (fund is None):
        raise click.UsageError("Give --account or --fund, not both.")
    day = as_at.date()
    asked = Asked(
        kind=SignOffKind.BANK if account is not None else SignOffKind.FUND, subject=account or fund or "",
        first_on=first_on.date() if first_on is not None else day.replace(day=1), as_at=day, ledger=ledger,
    )  # fmt: skip
    forward = [
        CarriedForward(item=what, reason=why, owner=owner, due_on=_day(until))
        for what, why, owner, until in carried
    ]
    made = service.prepare(opened_council(context), asked, carried=forward, comments=comments)
    click.echo(
        f"Prepared: {made.name}, {made.id}\nSHA-256 {made.sha256}\nAnother person reviews it: ims sign-off review {made.id}"
    )


@sign_off.command()
@_id
@click.option("--send-back", is_flag=True, help="It is not agreed to; --comments says why.")
@click.option("--comments", default="", help="What the reviewer says.")
@click.pass_context
def review(context: click.Context, sign_off: UUID, comments: str, *, send_back: bool) -> None:
    """Agree to what somebody else prepared, or send it back."""
    made = service.review(opened_council(context), sign_off, agreed=not send_back, comments=comments)
    click.echo(f"{'Agreed' if made.agreed else 'Sent back'} by {made.by}.")


@sign_off.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """List what was signed, the earliest day first."""
    found = service.list_signed(opened_council(context))
    if as_json:
        print_json([_json(made, said) for made, said in found])
        return
    rows = [(str(made.id), made.name, made.by, _said(said), made.sha256[:16]) for made, said in found]
    print_table("Sign-offs", ["id", "what", "prepared by", "reviewed by", "SHA-256"], rows)


@sign_off.command()
@json_option
@click.pass_context
def overdue(context: click.Context, *, as_json: bool) -> None:
    """List the months that should be signed and are not, with who prepares them."""
    found = list_overdue(opened_council(context))
    if as_json:
        print_json([
            {
                "kind": each.kind.value, "subject": each.subject, "as_at": each.as_at.isoformat(),
                "due_on": each.due_on.isoformat(), "preparer": each.preparer, "stands": each.stands,
            }
            for each in found
        ])  # fmt: skip
        return
    if not found:
        click.echo("Nothing is overdue.")
        return
    rows = [
        (f"{e.kind.value} {e.subject}", f"{e.as_at:%d %b %Y}", f"{e.due_on:%d %b %Y}", e.preparer, e.stands)
        for e in found
    ]
    print_table("Overdue", ["what", "as at", "was due", "preparer", "stands"], rows)


@sign_off.command("print")
@_id
@click.option(
    "--export", "into", metavar="FILE", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help="FILE.html to read and print, or FILE.json: exactly what was signed.",
)  # fmt: skip
@click.pass_context
def print_(context: click.Context, sign_off: UUID, into: Path) -> None:
    """Print what was signed, from its record alone."""
    found, said = service.signed(opened_council(context), sign_off)
    kinds = {".html": as_html(found, said), ".json": found.pack}
    if into.suffix.lower() not in kinds:
        raise click.BadParameter(f"{into.name} must end in .html or .json.", param_hint="--export")
    with written_whole(into) as stream:
        stream.write(kinds[into.suffix.lower()].encode())
    click.echo(f"{found.name}: {into}. SHA-256 of what was signed: {found.sha256}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no day as YYYY-MM-DD.", param_hint="--carry") from error


def _said(said: Review | None) -> str:
    if said is None:
        return "nobody yet"
    return visible(said.by) if said.agreed else f"sent back by {said.by}"


def _json(made: SignOff, said: Review | None) -> dict[str, object]:
    return {
        "id": str(made.id), "kind": made.kind.value, "subject": made.subject, "as_at": made.as_at.isoformat(),
        "number": made.number, "sha256": made.sha256, "prepared_by": made.by, "prepared_at": made.at.isoformat(),
        "reviewed_by": said.by if said is not None else None, "agreed": said.agreed if said is not None else None,
        "comments": said.comments if said is not None else "",
    }  # fmt: skip
