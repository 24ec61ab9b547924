"""`ims suspense`: what nobody could place yet, and placing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.items import DAY, day_of, read_amount
from localgov_ims.cli.noting import note_json
from localgov_ims.cli.output import json_option, print_json
from localgov_ims.cli.root import BROKEN_LAW
from localgov_ims.cli.suspense_acts import clear, create, return_, undo, write_back
from localgov_ims.cli.suspense_files import clear_by_list, reapply
from localgov_ims.cli.suspense_shown import (
    ageing_json,
    item_json,
    page_json,
    show_ageing,
    show_items,
    show_suggestions,
    show_view,
    suggestions_json,
    total_said,
    view_json,
)
from localgov_ims.domain.money import Money
from localgov_ims.domain.notes import NoteSubject
from localgov_ims.domain.suspense import SuspenseCriteria, SuspenseReason, SuspenseState
from localgov_ims.service.documents.noting import add_note
from localgov_ims.service.explaining.stories import when
from localgov_ims.service.suspense.ageing import age_suspense
from localgov_ims.service.suspense.listing import PAGE, list_suspense, search_suspense
from localgov_ims.service.suspense.suggesting import suggest as suggested
from localgov_ims.service.suspense.working import mark_item, whole_item

_line = click.argument("line")


@click.group()
def suspense() -> None:
    """See what nobody could place yet, and place it."""


@suspense.command("list")
@click.option("--received-from", type=DAY, help="The first day on which it came here.")
@click.option("--received-to", type=DAY, help="The last day on which it came here.")
@click.option("--from", "taken_from", type=DAY, help="The first day on which it was paid.")
@click.option("--to", "taken_to", type=DAY, help="The last day on which it was paid.")
@click.option("--reference", metavar="REF", help="The reference that came with it, or its line's.")
@click.option("--narrative", metavar="TEXT", help="A part of what was said of it.")
@click.option("--amount", metavar="POUNDS", help="What it came to; -12.34 for money out.")
@click.option("--amount-from", metavar="POUNDS", help="The least that it came to.")
@click.option("--amount-to", metavar="POUNDS", help="The most that it came to.")
@click.option("--file", metavar="ID", help="The file that it came from: its id or SHA-256.")
@click.option("--type", "import_type", metavar="CODE", help="The type of that file.")
@click.option("--method", "mop", metavar="CODE", help="The method of payment that brought it.")
@click.option(
    "--reason", type=click.Choice([each.value for each in SuspenseReason]), help="Why it is in suspense."
)
@click.option("--state", type=click.Choice([each.value for each in SuspenseState]), default="open", show_default=True,
              help="How much of it is left; open: something.")  # fmt: skip
@click.option("--page", type=int, help="Only this page of them, from 1.")
@click.option("--size", type=int, default=PAGE, show_default=True, help="Items of a page, at most 500.")
@json_option
@click.pass_context
def list_(context: click.Context, /, page: int | None, size: int, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - what click read
    """List items in suspense, the oldest first, then the largest: everything asked for must fit."""
    criteria, installation = _criteria(asked), opened_council(context)
    if page is not None:
        found = search_suspense(installation, criteria, page=page, size=size)
        items, count, total = list(found.items), found.total_count, found.total
    else:
        items = list_suspense(installation, criteria)
        count, total = len(items), Money.total(item.amount for item in items)
    if as_json:
        print_json([item_json(item) for item in items] if page is None else page_json(found))
    elif not count:
        click.echo("Nothing is in suspense." if criteria == SuspenseCriteria() else "Nothing fits.")
    else:
        show_items(items)
        paged = f" Page {found.page} of {found.pages}." if page is not None else ""
        click.echo(f"{total_said(count, total)}{paged} `ims explain LINE` tells the story of one.")


@suspense.command()
@_line
@json_option
@click.pass_context
def show(context: click.Context, line: str, *, as_json: bool) -> None:
    """Show the item LINE: why it is here, what was taken from it, and what is left."""
    view = whole_item(opened_council(context), line)
    if as_json:
        print_json(view_json(view))
    else:
        show_view(view)


@suspense.command()
@_line
@click.argument("text")
@json_option
@click.pass_context
def note(context: click.Context, line: str, text: str, *, as_json: bool) -> None:
    """Write TEXT as a note on the item LINE. `ims notes list suspense LINE` shows them."""
    made = add_note(opened_council(context), NoteSubject.SUSPENSE, line, text)
    if as_json:
        print_json(note_json(made))
    else:
        click.echo(f"Noted on {made.kind.value} {made.subject}.")


@suspense.command()
@_line
@json_option
@click.pass_context
def mark(context: click.Context, line: str, *, as_json: bool) -> None:
    """Tell others for 15 minutes that you work on the item LINE; it keeps nobody from it."""
    working = mark_item(opened_council(context), line)
    if as_json:
        print_json({"by": working.by, "until": working.until.isoformat()})
    else:
        click.echo(f"Others see until {when(working.until)} that {working.by} works on it.")


@suspense.command()
@_line
@json_option
@click.pass_context
def suggest(context: click.Context, line: str, *, as_json: bool) -> None:
    """Say where the item LINE may belong, at most five accounts, and why; nothing is done."""
    found = suggested(opened_council(context), line)
    if as_json:
        print_json(suggestions_json(found))
    else:
        show_suggestions(found)


@suspense.command()
@click.option("--on", type=DAY, help="As at the end of this day; default: today.")
@json_option
@click.pass_context
def ages(context: click.Context, on: datetime | None, *, as_json: bool) -> None:
    """Show how long items have waited, proved against the fund's balance of the day."""
    ageing = age_suspense(opened_council(context), on=day_of(on))
    if as_json:
        print_json(ageing_json(ageing))
    else:
        show_ageing(ageing)
        proof = (
            "which is the fund's balance"
            if ageing.proved
            else f"but the fund stands at {ageing.balance.shown()}"
        )
        click.echo(f"{total_said(len(ageing.items), ageing.total)} {proof[0].upper()}{proof[1:]}.")
    if not ageing.proved:
        context.exit(BROKEN_LAW)


for _act in (clear, clear_by_list, reapply, undo, create, return_, write_back):
    suspense.add_command(_act)


def _criteria(asked: dict[str, Any]) -> SuspenseCriteria:
    for name in ("received_from", "received_to", "taken_from", "taken_to"):
        asked[name] = day_of(asked[name])
    for name in ("amount", "amount_from", "amount_to"):
        asked[name] = read_amount(asked[name]) if asked[name] is not None else None
    reason, state = asked.pop("reason"), SuspenseState(asked.pop("state"))
    return SuspenseCriteria(
        **asked, reason=SuspenseReason(reason) if reason is not None else None, state=state
    )
