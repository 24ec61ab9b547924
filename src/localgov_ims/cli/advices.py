"""`ims advices`: what banks say of Direct Debit instructions, and who acts on it."""

from __future__ import annotations

from uuid import UUID

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, print_json, print_table
from localgov_ims.domain.advices import RecordedAdvice
from localgov_ims.domain.quoting import visible
from localgov_ims.service.council import Council
from localgov_ims.service.direct_debits.advices import list_advices, owner_of, take_advices


@click.group()
def advices() -> None:
    """See and take what banks say of Direct Debit instructions (ADDACS, AUDDIS)."""


@advices.command("list")
@click.option("--owner", metavar="NAME", help="Only those of this owner's service user numbers.")
@click.option("--all", "every", is_flag=True, help="Those that somebody has taken, too.")
@json_option
@click.pass_context
def list_(context: click.Context, owner: str | None, *, every: bool, as_json: bool) -> None:
    """List the advices that nobody has taken, the oldest first."""
    installation = opened_council(context)
    found = list_advices(installation, owner=owner, every=every)
    if as_json:
        print_json([_json(installation.council, each) for each in found])
        return
    if not found:
        click.echo("There are no such advices.")
        return
    headings = ("of", "report", "owner", "reference", "says", "from", "new account", "taken by", "id")
    print_table("", headings, [_row(installation.council, each) for each in found])


@advices.command("take")
@click.argument("ids", nargs=-1, required=True, type=click.UUID)
@json_option
@click.pass_context
def take(context: click.Context, ids: tuple[UUID, ...], *, as_json: bool) -> None:
    """Say that you act on the advices with these IDS."""
    installation = opened_council(context)
    found = take_advices(installation, ids)
    if as_json:
        print_json([str(each.id) for each in found])
    else:
        click.echo(f"{counted(len(found), 'advice')} taken by {installation.actor}.")


def _row(council: Council, each: RecordedAdvice) -> tuple[str, ...]:
    advice = each.advice
    says = " ".join(text for text in (advice.code, advice.reason, advice.note) if text)
    return (
        each.reported_on.isoformat(), each.report, owner_of(council, each.service_user), visible(advice.reference),
        visible(says or advice.record_type), advice.effective_on.isoformat() if advice.effective_on else "",
        visible(advice.new_account or ""), each.taken_by or "", str(each.id),
    )  # fmt: skip


def _json(council: Council, each: RecordedAdvice) -> dict[str, object]:
    advice = each.advice
    return {
        "advice": str(each.id), "report": each.report, "service_user": each.service_user,
        "owner": owner_of(council, each.service_user), "reported_on": each.reported_on.isoformat(),
        "record_type": advice.record_type, "reference": advice.reference, "code": advice.code, "reason": advice.reason,
        "effective_on": advice.effective_on.isoformat() if advice.effective_on else None, "payer": advice.payer_name,
        "payer_account": advice.payer_account, "new_account": advice.new_account, "note": advice.note,
        "taken_by": each.taken_by, "taken_at": each.taken_at.isoformat() if each.taken_at else None,
    }  # fmt: skip
