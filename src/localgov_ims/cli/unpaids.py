"""`ims unpaids`: Direct Debits that the bank takes back, and what is said of them."""

from __future__ import annotations

from uuid import UUID

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, print_json, print_table
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.unpaids import UnpaidState
from localgov_ims.service.direct_debits.unpaids import UnpaidNow, list_unpaids, say_of_unpaids

_ids = click.argument("ids", nargs=-1, required=True, type=click.UUID)
_reason = click.option("--reason", required=True, help="Why; it is kept with the unpaid.")


@click.group()
def unpaids() -> None:
    """See unpaid Direct Debits and claims under the Guarantee, and say what becomes of them."""


@unpaids.command("list")
@click.option("--all", "every", is_flag=True, help="Those that were debited or withdrawn, too.")
@json_option
@click.pass_context
def list_(context: click.Context, *, every: bool, as_json: bool) -> None:
    """List the unpaids that the bank has not debited yet, the oldest first."""
    found = list_unpaids(opened_council(context), every=every)
    if as_json:
        print_json([_json(each) for each in found])
        return
    if not found:
        click.echo("There are no such unpaids.")
        return
    headings = ("due", "kind", "state", "reference", "amount ", "why", "advice", "id")
    print_table("", headings, [_row(each) for each in found])


@unpaids.command("challenge")
@_ids
@_reason
@json_option
@click.pass_context
def challenge(context: click.Context, ids: tuple[UUID, ...], reason: str, *, as_json: bool) -> None:
    """Say that the unpaids with these IDS are challenged with the payer's bank."""
    _say(context, ids, UnpaidState.CHALLENGED, reason, as_json=as_json)


@unpaids.command("withdraw")
@_ids
@_reason
@json_option
@click.pass_context
def withdraw(context: click.Context, ids: tuple[UUID, ...], reason: str, *, as_json: bool) -> None:
    """Say that the payer's bank has withdrawn the unpaids with these IDS: no debit is expected any more."""
    _say(context, ids, UnpaidState.WITHDRAWN, reason, as_json=as_json)


def _say(
    context: click.Context, ids: tuple[UUID, ...], state: UnpaidState, reason: str, *, as_json: bool
) -> None:
    made = say_of_unpaids(opened_council(context), ids, state, reason=reason)
    if as_json:
        print_json([{"unpaid": str(event.unpaid), "state": event.state.value} for event in made])
    else:
        click.echo(f"{counted(len(made), 'unpaid')} {state.value}.")


def _row(each: UnpaidNow) -> tuple[str, ...]:
    recorded, unpaid = each.recorded, each.recorded.unpaid
    return (
        recorded.due_on.isoformat(), unpaid.kind.value, each.state.value, visible(unpaid.reference),
        unpaid.amount.shown(), visible(f"{unpaid.code} {unpaid.reason}"), visible(recorded.advice), str(recorded.id),
    )  # fmt: skip


def _json(each: UnpaidNow) -> dict[str, object]:
    recorded, unpaid, latest = each.recorded, each.recorded.unpaid, each.latest
    return {
        "unpaid": str(recorded.id), "kind": unpaid.kind.value, "state": each.state.value,
        "service_user": recorded.service_user, "source": recorded.source, "advice": recorded.advice,
        "due_on": recorded.due_on.isoformat(), "reference": unpaid.reference, "pence": unpaid.amount.pence,
        "code": unpaid.code, "reason": unpaid.reason,
        "original_on": unpaid.original_on.isoformat() if unpaid.original_on else None,
        "line": str(latest.line) if latest is not None and latest.line else None,
        "transaction": str(latest.transaction) if latest is not None and latest.transaction else None,
    }  # fmt: skip
