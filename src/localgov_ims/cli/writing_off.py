"""`ims write-offs`: giving up small items of clearing, and what was given up."""

from __future__ import annotations

from datetime import datetime

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.items import DAY
from localgov_ims.cli.money_shown import show_moved, transaction_json
from localgov_ims.cli.output import counted, json_option, print_json, print_table
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible
from localgov_ims.service.explaining.stories import called
from localgov_ims.service.reconciliation.writing_off import list_write_offs, write_off


@click.group()
def write_offs() -> None:
    """Write off small items of clearing, and see what was written off. `ims reverse` takes a write-off back."""


@write_offs.command()
@click.argument("item")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept on the line.")
@json_option
@click.pass_context
def add(context: click.Context, item: str, reason: str, *, as_json: bool) -> None:
    """Write off ITEM, its reference or its id in `ims report clearing`."""
    show_moved(write_off(opened_council(context), item, reason=reason), as_json=as_json)


@write_offs.command("list")
@click.option("--from", "first", type=DAY, required=True, help="The first day.")
@click.option("--to", "last", type=DAY, required=True, help="The last day.")
@json_option
@click.pass_context
def list_(context: click.Context, first: datetime, last: datetime, *, as_json: bool) -> None:
    """List what was written off on these days, and what was taken back since."""
    found = list_write_offs(opened_council(context), first_on=first.date(), last_on=last.date())
    if as_json:
        print_json([{**transaction_json(each.made), "undone": each.undone} for each in found])
        return
    rows = [
        (
            called(each.made.reference), f"{each.made.taken_on}", each.made.total.shown(), each.made.recorded_by,
            visible(each.made.lines[0].narrative or ""), "yes" if each.undone else "",
        )
        for each in found
    ]  # fmt: skip
    if rows:
        print_table("Write-offs", ["write-off", "day", "amount ", "by", "why", "taken back"], rows)
    standing = Money.total(each.made.total for each in found if not each.undone)
    click.echo(f"{counted(len(found), 'write-off')}; {standing.shown()} stands.")
