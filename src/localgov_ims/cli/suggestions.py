"""`ims suggestions`: what may be the same money, for a person to accept, reject, match by hand or hold."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.money_shown import show_moved
from localgov_ims.cli.output import counted, json_option, print_json
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.quoting import visible
from localgov_ims.reconciliation.matches import Match
from localgov_ims.service.reconciliation import deciding_matches as service
from localgov_ims.service.reconciliation.differences import accept_with_difference, match_with_difference
from localgov_ims.service.reconciliation.holding_lines import name_source, send_to_suspense
from localgov_ims.service.reconciliation.matching_debits import match_debit
from localgov_ims.service.reconciliation.matching_totals import TOTALS, match_total
from localgov_ims.service.reconciliation.suggested_matches import SuggestionView, list_suggestions
from localgov_ims.service.reconciliation.undoing_matches import undo_match

_ids = click.argument("ids", metavar="ID...", nargs=-1, required=True, type=click.UUID)


@click.group()
def suggestions() -> None:
    """What rules only suggest: a person says whether it is the same money."""


@suggestions.command("list")
@click.option(
    "--at-least", "least", type=click.IntRange(1, 100), default=1, help="Only those with this score or more."
)
@json_option
@click.pass_context
def list_(context: click.Context, least: int, *, as_json: bool) -> None:
    """List the suggestions that wait, the likeliest first."""
    found = [view for view in list_suggestions(opened_council(context)) if view.score >= least]
    if as_json:
        print_json([_json(view) for view in found])
        return
    for view in found:
        click.echo(f"{view.suggestion.id}  score {view.score}")
        click.echo(f"  bank {visible(view.line)}, {view.line_on:%d %b %Y}, {view.line_amount.shown()}")
        click.echo(
            f"  receipt {view.receipt}, {view.receipt_on:%d %b %Y}, {view.receipt_amount.shown()}, fund {', '.join(view.funds)}"
        )
        click.echo(f"  {visible(view.because)}")
    click.echo(f"{counted(len(found), 'suggestion')}.")


@suggestions.command()
@_ids
@click.option("--write-off", is_flag=True, help="Write small differences off; say why with --because.")
@click.option("--because", "reason", help="Why they are written off.")
@click.pass_context
def accept(context: click.Context, ids: tuple[UUID, ...], reason: str | None, *, write_off: bool) -> None:
    """Record suggestions as Matches, all or none."""
    if not write_off:
        _show(service.accept(opened_council(context), ids))
        return
    for made in accept_with_difference(opened_council(context), ids, reason=reason or ""):
        _show(made)


@suggestions.command()
@_ids
@click.option("--because", "reason", required=True, help="Why they are not the same money.")
@click.pass_context
def reject(context: click.Context, ids: tuple[UUID, ...], reason: str) -> None:
    """Reject suggestions: the pairs are never suggested again."""
    click.echo(
        f"{counted(service.reject(opened_council(context), ids, reason=reason), 'suggestion')} rejected."
    )


@suggestions.command()
@click.argument("line", type=click.UUID)
@click.argument("receipts", metavar="RECEIPT...", nargs=-1, required=True)
@click.option("--because", "reason", required=True, help="How you know.")
@click.option("--write-off", is_flag=True, help="Write a small difference off.")
@click.pass_context
def match(
    context: click.Context, line: UUID, receipts: tuple[str, ...], reason: str, *, write_off: bool
) -> None:
    """Match a bank LINE with one receipt or several that it brings together."""
    act = match_with_difference if write_off else service.match_line
    _show(act(opened_council(context), line, receipts, reason=reason))


@suggestions.command()
@click.argument("line", type=click.UUID)
@click.argument("total")
@click.option("--because", "reason", required=True, help="How you know.")
@click.pass_context
def total(context: click.Context, line: UUID, total: str, reason: str) -> None:
    """Match a bank LINE with a payout (its number) or an income file (its id or SHA-256) of the same sum."""
    match = match_total(opened_council(context), line, total, reason=reason)
    click.echo(f"{match.amount.shown()} matched with the {TOTALS[match.right_kind]}.")


@suggestions.command()
@click.argument("line", type=click.UUID)
@click.argument("taken", metavar="RECEIPT|UNPAID...", nargs=-1, required=True)
@click.option("--because", "reason", required=True, help="How you know.")
@click.pass_context
def debit(context: click.Context, line: UUID, taken: tuple[str, ...], reason: str) -> None:
    """Match a debit LINE with what it takes back: receipts by reference, unpaids by the id of `ims unpaids list`."""
    made = match_debit(opened_council(context), line, taken, reason=reason)
    click.echo(f"{counted(len(made), 'record')} taken back.")


@suggestions.command()
@_ids
@click.option("--note", required=True, help="Why; it is kept with the item.")
@click.pass_context
def suspense(context: click.Context, ids: tuple[UUID, ...], note: str) -> None:
    """Send bank lines that wait for a file to suspense."""
    for reference in send_to_suspense(opened_council(context), ids, note=note):
        click.echo(f"In suspense: {reference}")


@suggestions.command()
@click.argument("source")
@_ids
@click.option("--because", "reason", required=True, help="How you know.")
@click.pass_context
def source(context: click.Context, source: str, ids: tuple[UUID, ...], reason: str) -> None:
    """Say that bank lines that wait are explained by files of SOURCE."""
    made = name_source(opened_council(context), ids, source, reason=reason)
    click.echo(f"{counted(len(made), 'line')} of {source}. The next `ims reconcile` compares with its files.")


@suggestions.command()
@click.argument("match", type=click.UUID)
@click.option("--because", "reason", required=True, help="Why they are not the same money.")
@click.pass_context
def undo(context: click.Context, match: UUID, reason: str) -> None:
    """Take a MATCH back, of a group the whole group; `ims explain LINE` names it."""
    undone = undo_match(opened_council(context), match, reason=reason)
    click.echo(f"{counted(len(undone), 'record')} taken from the line, which is open again.")


def _show(made: Sequence[Match] | Proposal) -> None:
    if isinstance(made, Proposal):
        show_moved(made, as_json=False)
        return
    click.echo(f"{counted(len(made), 'receipt')} matched.")


def _json(view: SuggestionView) -> dict[str, object]:
    s = view.suggestion
    return {
        "id": str(s.id), "score": view.score, "rule": s.rule, "rank": s.rank, "rivals": int(s.evidence.get("rivals", 0)),
        "line": str(s.left), "line_text": view.line, "line_on": view.line_on.isoformat(),
        "line_pence": view.line_amount.pence, "receipt": view.receipt, "receipt_on": view.receipt_on.isoformat(),
        "receipt_pence": view.receipt_amount.pence, "funds": list(view.funds), "because": view.because,
    }  # fmt: skip
