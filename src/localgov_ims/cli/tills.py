"""`ims tills`: a cashier's day at the counter, from the float to the sealed bag."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.items import DAY, basket_options, payer_options, read_amount, read_basket, read_payer
from localgov_ims.cli.money_shown import show_transaction
from localgov_ims.cli.output import counted, json_option, print_json, print_table
from localgov_ims.cli.tills_shown import show_till, till_json
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.denominations import Counted, Denomination
from localgov_ims.domain.tills import TillCount, ZReport
from localgov_ims.errors import InvalidValue
from localgov_ims.service.cash_office.till_closing import close_till
from localgov_ims.service.cash_office.till_receipts import pay_out, void_receipt
from localgov_ims.service.cash_office.till_views import TillView, list_tills, view_till
from localgov_ims.service.cash_office.tills import count_till, open_till
from localgov_ims.service.payments.receiving import receive_card

Value = TypeVar("Value")

_session = click.argument("session", required=False)
_reason = click.option("--reason", required=True, metavar="TEXT", help="Why; at most 100 characters.")


@click.group()
def tills() -> None:
    """Open a till, take cards at it, void and pay out, count and close it.

    SESSION is office/till/number, such as TH/1/17; TH/1 is the newest one of that till, and none your own newest.
    """


@tills.command("open")
@click.argument("till")
@click.option("--office", metavar="CODE", help="The office in which it is; default: your own.")
@click.option("--float", "float_", metavar="POUNDS", help="Cash in the till; default: what was left in it.")
@json_option
@click.pass_context
def open_(
    context: click.Context, till: str, office: str | None, float_: str | None, *, as_json: bool
) -> None:
    """Open the till TILL for yourself."""
    amount = read_amount(float_) if float_ is not None else None
    made = open_till(opened_council(context), till=till, office=office, float_=amount)
    if as_json:
        print_json(till_json(made))
    else:
        click.echo(f"Till {made.name} is open with a float of {made.float_.shown()}.")


@tills.command("count")
@_session
@click.option("--count", "counts", multiple=True, metavar="NOTE=NUMBER", help="How many: 20=5, 50p=3.")
@click.option("--value", "values", multiple=True, metavar="NOTE=POUNDS", help="What they come to: 20=100.00.")
@click.option("--z-report", "z_number", metavar="NUMBER", help="The number of the card terminal's Z-report.")
@click.option("--z-terminal", metavar="ID", help="The terminal's id.")
@click.option("--z-merchant", metavar="ID", help="The merchant's id on it.")
@click.option("--z-day", type=DAY, help="The day that it is of.")
@click.option("--z-total", metavar="POUNDS", help="Its total: sales less refunds.")
@json_option
@click.pass_context
def count(
    context: click.Context, /, session: str | None, counts: tuple[str, ...], values: tuple[str, ...], *, as_json: bool,
    **z: Any,  # noqa: ANN401 - what click read of the Z-report
) -> None:  # fmt: skip
    """Record what is in the till, by notes and coins; then it says what there should be."""
    cash = Counted.of(counts=_by_note(counts, _whole), values=_by_note(values, read_amount))
    done = count_till(opened_council(context), TillCount(cash=cash, card=_z_report(**z)), session=session)
    _show(done, as_json=as_json)


@tills.command("close")
@_session
@click.option(
    "--next-float", metavar="POUNDS", help="Cash that stays in the till; default: as it was opened."
)
@click.option("--bag", "bag_number", metavar="NUMBER", help="The number of the sealed bag with the rest.")
@click.option("--slip", metavar="NUMBER", help="The number of the paying-in slip.")
@click.option("--reason", metavar="TEXT", help="Why it is over or short; at most 100 characters.")
@json_option
@click.pass_context
def close(
    context: click.Context,
    /,
    session: str | None,
    next_float: str | None,
    *,
    as_json: bool,
    **given: str | None,
) -> None:
    """Close a till that has been counted; it never opens again."""
    stays = read_amount(next_float) if next_float is not None else None
    done = close_till(opened_council(context), session=session, next_float=stays, **given)
    _show(done, as_json=as_json)


@tills.command("void")
@click.argument("reference")
@_reason
@json_option
@click.pass_context
def void(context: click.Context, reference: str, reason: str, *, as_json: bool) -> None:
    """Take back the receipt or pay-out REFERENCE of a till."""
    show_transaction(void_receipt(opened_council(context), reference, reason=reason), as_json=as_json)


@tills.command("pay-out")
@click.argument("amount")
@_reason
@json_option
@click.pass_context
def pay_out_(context: click.Context, amount: str, reason: str, *, as_json: bool) -> None:
    """Pay AMOUNT out of your till, on the account that the settings name."""
    made = pay_out(opened_council(context), amount=read_amount(amount), reason=reason)
    show_transaction(made, as_json=as_json)


@tills.command("card")
@basket_options
@payer_options
@click.option("--authorisation-code", metavar="CODE", help="What the terminal printed.")
@json_option
@click.pass_context
def card(context: click.Context, /, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - what click read
    """Record a card payment that your till's terminal has approved: income at once."""
    items, payer = read_basket(given), read_payer(given)
    show_transaction(receive_card(opened_council(context), items, payer=payer, **given), as_json=as_json)


@tills.command("show")
@_session
@json_option
@click.pass_context
def show(context: click.Context, session: str | None, *, as_json: bool) -> None:
    """Show a till; what should be in it only once it has been counted."""
    _show(view_till(opened_council(context), session), as_json=as_json)


@tills.command("list")
@click.option("--all", "every", is_flag=True, help="List closed sessions, too.")
@json_option
@click.pass_context
def list_(context: click.Context, *, every: bool, as_json: bool) -> None:
    """List the tills that are not closed: your own, or with till.authorise all."""
    found = list_tills(opened_council(context), every=every)
    if as_json:
        print_json([till_json(each) for each in found])
        return
    rows = [
        (
            each.name, each.cashier, each.state.value, f"{each.opened_at.astimezone(LONDON):%d %b %Y %H:%M}",
            f"{each.receipts}", each.over.cash.shown() if each.over is not None else "-",
        )
        for each in found
    ]  # fmt: skip
    if rows:
        print_table("Tills", ["session", "cashier", "state", "opened", "receipts ", "over "], rows)
    click.echo(f"{counted(len(rows), 'session')}.")


def _show(view: TillView, *, as_json: bool) -> None:
    if as_json:
        print_json(till_json(view))
    else:
        show_till(view)


def _by_note(given: Iterable[str], read: Callable[[str], Value]) -> dict[Denomination, Value]:
    found: dict[Denomination, Value] = {}
    for part in given:
        name, equals, said = part.partition("=")
        note = Denomination.parse(name)
        if not equals or note in found:
            message = f"'{part}' is not a note or coin and its number, such as 20=5 or 50p=3, each once."
            raise InvalidValue("bad_denomination", message, value=part)
        found[note] = read(said)
    return found


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        message = f"'{text}' is not how many there are of a note or coin: a whole number."
        raise InvalidValue("bad_denomination", message, value=text)
    return int(text)


def _z_report(
    z_number: str | None, z_terminal: str | None, z_merchant: str | None, z_day: datetime | None, z_total: str | None
) -> ZReport | None:  # fmt: skip
    if z_number is None and z_terminal is None and z_day is None and z_total is None:
        return None
    if z_number is None or z_terminal is None or z_day is None or z_total is None:
        message = "Of a Z-report give --z-report, --z-terminal, --z-day and --z-total."
        raise click.UsageError(message)
    return ZReport(
        merchant=z_merchant,
        terminal=z_terminal,
        number=z_number,
        day=z_day.date(),
        total=read_amount(z_total),
    )
