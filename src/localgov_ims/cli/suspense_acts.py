"""`ims suspense clear`, `undo`, `create`, `return` and `write-back`: what moves money in and out of suspense."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.items import DAY, day_of, read_amount, read_items, read_part
from localgov_ims.cli.money_shown import refund_json, show_moved, show_transaction
from localgov_ims.cli.output import json_option, print_json
from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.payers import Payee
from localgov_ims.service.explaining.stories import called
from localgov_ims.service.suspense.clearing import clear_items
from localgov_ims.service.suspense.clearing_undoing import undo_clearance
from localgov_ims.service.suspense.creating import NewItem, create_item
from localgov_ims.service.suspense.returning import return_to_payer
from localgov_ims.service.suspense.writing_back import write_back as write_items_back

_ITEM = "FUND:ACCOUNT:AMOUNT"


@click.command()
@click.argument("items", metavar="LINE[:AMOUNT]...", nargs=-1)
@click.option(
    "--to", "targets", metavar=_ITEM, multiple=True, help="Where it belongs, with pence; repeatable."
)
@click.option("--credit-note", "notes", metavar=_ITEM, multiple=True,
              help="An account whose credit pays too, with pence; repeatable.")  # fmt: skip
@click.option(
    "--saw",
    metavar="POUNDS",
    help="Of one item: what was left when you looked; if it is not now, you are told.",
)
@click.option(
    "--method", "mop", metavar="CODE", help="The method of the targets' lines; default: reallocation in."
)
@click.option("--vat-code", metavar="CODE", help="Another VAT code than the fund's, where it may have one.")
@click.option(
    "--narrative", metavar="TEXT", help="What is noted beside the targets; default: what the item says."
)
@json_option
@click.pass_context
def clear(context: click.Context, /, items: tuple[str, ...], *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - what click read
    """Clear items to the accounts that they belong to: all that is left of each, or AMOUNT of it."""
    saw = asked["saw"]
    if saw is not None and len(items) > 1:
        message = "--saw is of one item; clear the others by themselves, or leave it out."
        raise click.UsageError(message)
    expected = read_amount(saw) if saw is not None else None
    givings = [Giving(line=line, amount=part, expected_left=expected) for line, part in map(read_part, items)]
    made = clear_items(
        opened_council(context), givings,
        read_items(asked["targets"], mop=asked["mop"], vat_code=asked["vat_code"]),
        credit_notes=read_items(asked["notes"]), narrative=asked["narrative"],
    )  # fmt: skip
    show_moved(made, as_json=as_json)


@click.command()
@click.argument("clearance")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stands on the new lines.")
@json_option
@click.pass_context
def undo(context: click.Context, clearance: str, reason: str, *, as_json: bool) -> None:
    """Undo the clearance CLEARANCE: each item has back what it gave."""
    show_transaction(undo_clearance(opened_council(context), clearance, reason=reason), as_json=as_json)


@click.command()
@click.option("--key", required=True, metavar="TEXT", help="Your own; the same again is the same item.")
@click.option("--amount", required=True, metavar="POUNDS", help="How much, as 12.34.")
@click.option("--method", "mop", required=True, metavar="CODE", help="The method of payment that brought it.")
@click.option("--on", type=DAY, help="The day on which it was paid; default: today.")
@click.option("--reference", metavar="TEXT", help="What came as an account reference.")
@click.option("--narrative", metavar="TEXT", help="What else was said of it.")
@click.option("--source-reference", metavar="TEXT", help="The sender's own reference.")
@click.option("--vat-code", metavar="CODE", help="The VAT code that came with it.")
@click.option("--office", metavar="CODE", help="The office; default: your own.")
@json_option
@click.pass_context
def create(
    context: click.Context, /, amount: str, on: datetime | None, *, as_json: bool, **asked: Any,  # noqa: ANN401 - what click read
) -> None:  # fmt: skip
    """Put money into suspense, once for each key."""
    item = NewItem(amount=read_amount(amount), taken_on=day_of(on), **asked)
    show_transaction(create_item(opened_council(context), item), as_json=as_json)


@click.command("return")
@click.argument("item", metavar="LINE[:AMOUNT]")
@click.option("--payee", required=True, metavar="NAME", help="Who is paid.")
@click.option("--sort-code", required=True, metavar="DIGITS", help="Their bank's sort code.")
@click.option("--account", required=True, metavar="DIGITS", help="Their account number.")
@click.option("--reason", required=True, metavar="TEXT", help="Why the money is given back.")
@click.option("--evidence", metavar="TEXT", help="What shows that it is theirs.")
@json_option
@click.pass_context
def return_(
    context: click.Context, /, item: str, reason: str, evidence: str | None, *, as_json: bool, **to: str
) -> None:
    """Ask for LINE, or AMOUNT of it, to be paid back by the payables system."""
    line, amount = read_part(item)
    payee = Payee(name=to["payee"], sort_code=to["sort_code"], account=to["account"])
    request = return_to_payer(
        opened_council(context),
        Giving(line=line, amount=amount),
        payee=payee,
        reason=reason,
        evidence=evidence,
    )
    if as_json:
        print_json(refund_json(request))
    else:
        click.echo(f"Refund {called(request.reference)} of {request.total.shown()} is {request.state.value}.")


@click.command("write-back")
@click.argument("items", metavar="LINE...", nargs=-1, required=True)
@click.option(
    "--reason", required=True, metavar="TEXT", help="Why nobody will claim it; it stands on the new line."
)
@json_option
@click.pass_context
def write_back(context: click.Context, items: tuple[str, ...], reason: str, *, as_json: bool) -> None:
    """Write old items back that nobody has claimed: all that is left of each is income of today."""
    show_moved(write_items_back(opened_council(context), items, reason=reason), as_json=as_json)
