"""`ims transfers`, `ims lines`, `ims reverse` and `ims proposals`: moving money, taking it back, and a second person's word."""

from __future__ import annotations

from datetime import datetime

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.items import DAY, day_of, read_items
from localgov_ims.cli.money_shown import (
    line_view_json,
    proposal_json,
    show_lines,
    show_moved,
    show_transaction,
)
from localgov_ims.cli.output import counted, json_option, print_json, print_table
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.quoting import visible
from localgov_ims.service.enquiries.viewing import LineView, whole_line
from localgov_ims.service.explaining.moves import asked_told, draw_told, moves
from localgov_ims.service.explaining.stories import called, when
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.authorising import authorise
from localgov_ims.service.moves.proposing import waiting_proposals
from localgov_ims.service.moves.reallocations import reallocate_line
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.moves.transfers import transfer_income

_ITEM = "FUND:ACCOUNT:AMOUNT"
_narrative = click.option("--narrative", metavar="TEXT", help="What is noted beside every line.")


@click.group()
def transfers() -> None:
    """Move money between accounts."""


@transfers.command()
@click.option(
    "--from",
    "sources",
    metavar=_ITEM,
    multiple=True,
    required=True,
    help="Where it leaves, with pence; repeatable.",
)
@click.option(
    "--to",
    "targets",
    metavar=_ITEM,
    multiple=True,
    required=True,
    help="Where it goes, with pence; repeatable.",
)
@click.option("--on", type=DAY, help="The day that it counts for; default: today.")
@_narrative
@json_option
@click.pass_context
def record(
    context: click.Context, sources: tuple[str, ...], targets: tuple[str, ...], on: datetime | None,
    narrative: str | None, *, as_json: bool,
) -> None:  # fmt: skip
    """Move money from accounts to accounts: what leaves is what comes in."""
    out, into = read_items(sources, narrative=narrative), read_items(targets, narrative=narrative)
    show_moved(transfer_income(opened_council(context), out, into, taken_on=day_of(on)), as_json=as_json)


@click.group()
def lines() -> None:
    """See what was taken from a line, and move it."""


@lines.command("show")
@click.argument("line")
@json_option
@click.pass_context
def show_line(context: click.Context, line: str, *, as_json: bool) -> None:
    """Show LINE, such as K7MP-2QXW-9TRN_1: what was taken from it, by what, and what is left."""
    view = whole_line(opened_council(context), line)
    if as_json:
        print_json(line_view_json(view))
    else:
        _show_line(view)


@lines.command()
@click.argument("line")
@click.option(
    "--to",
    "targets",
    metavar=_ITEM,
    multiple=True,
    required=True,
    help="Where it goes, with pence; repeatable.",
)
@_narrative
@json_option
@click.pass_context
def reallocate(
    context: click.Context, line: str, targets: tuple[str, ...], narrative: str | None, *, as_json: bool
) -> None:
    """Move LINE, or part of it, to other accounts."""
    items = read_items(targets, narrative=narrative)
    show_moved(reallocate_line(opened_council(context), line, items), as_json=as_json)


@click.command()
@click.argument("reference")
@click.option("--pair", type=click.IntRange(1), help="Of a transfer: only this pair of its lines.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the audit trail.")
@json_option
@click.pass_context
def reverse(context: click.Context, reference: str, pair: int | None, reason: str, *, as_json: bool) -> None:
    """Take back the receipt, fee, transfer or reallocation REFERENCE by new records."""
    made = reverse_transaction(opened_council(context), reference, pair=pair, reason=reason)
    show_transaction(made, as_json=as_json)


@click.group()
def proposals() -> None:
    """Decide what others asked for and one person may not do alone."""


@proposals.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """List what waits for another person and you may decide or have asked for. Refunds: `ims refunds list --open`."""
    installation = opened_council(context)
    found = waiting_proposals(installation)
    if as_json:
        print_json([proposal_json(each) for each in found])
        return
    if not found:
        click.echo("Nothing waits for another person.")
        return
    rows = [
        (
            called(p.reference), p.act.value.replace("_", " "), moves(p).shown(), p.proposed_by, when(p.proposed_at),
            visible(" ".join(asked_told(installation.council, p))),
        )
        for p in found
    ]  # fmt: skip
    print_table("Proposals", ["proposal", "what", "amount ", "by", "asked", "which"], rows)
    click.echo(f"{counted(len(found), 'proposal')}.")


@proposals.command()
@click.argument("reference")
@json_option
@click.pass_context
def accept(context: click.Context, reference: str, *, as_json: bool) -> None:
    """Accept the proposal REFERENCE of somebody else: it is recorded now."""
    _decide(opened_council(context), reference, accepts=True, as_json=as_json)


@proposals.command("turn-down")
@click.argument("reference")
@json_option
@click.pass_context
def turn_down(context: click.Context, reference: str, *, as_json: bool) -> None:
    """Turn down the proposal REFERENCE of somebody else: nothing is recorded."""
    _decide(opened_council(context), reference, accepts=False, as_json=as_json)


def _decide(installation: Installation, reference: str, *, accepts: bool, as_json: bool) -> None:
    done: Proposal = authorise(installation, reference, accept=accepts)
    if as_json:
        print_json(proposal_json(done))
        return
    did = "accepted and recorded" if done.accepted else "turned down; nothing was recorded"
    click.echo(
        f"Proposal {called(done.reference)} of {moves(done).shown()}, asked for by {done.proposed_by}, is {did}."
    )


def _show_line(view: LineView) -> None:
    t = view.transaction
    click.secho(f"Line {called(view.line.reference)} of {t.kind.value} {called(t.reference)}", bold=True)
    show_lines([view.line])
    for drawn in view.draws:
        click.echo(f"  {draw_told(drawn)}")
    click.echo(f"  {view.left.shown()} of {view.line.amount.shown()} is left.")
