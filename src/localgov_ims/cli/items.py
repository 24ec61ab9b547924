"""What people type of money: FUND:ACCOUNT:AMOUNT, a line and how much of it, and who pays."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import click

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.money import Money
from localgov_ims.domain.payers import Payer
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import InvalidValue

DAY = click.DateTime(["%Y-%m-%d"])

_WITH_PENCE = re.compile(r"[+-]?[0-9]{1,15}\.[0-9]{2}", re.ASCII)

_ADDRESS = ("address_1", "address_2", "address_3", "address_4")


def read_item(text: str, **more: str | None) -> BasketItem:
    """Read `FUND:ACCOUNT:AMOUNT`.

    The fund ends at the first colon and the amount begins after the last, so that an account reference may hold colons
    and anything else. The amount has its pence: without, `23:AB:12` would be the account AB, or AB:12 and a forgotten amount.

    Raises:
        InvalidValue: It is not of that shape.
    """
    fund, colon, rest = text.partition(":")
    account, _, amount = rest.rpartition(":")
    if not colon or not fund.strip() or _WITH_PENCE.fullmatch(amount.strip()) is None:
        message = (
            f"'{quoted(text)}' is not FUND:ACCOUNT:AMOUNT with pounds and pence, such as 23:612345674:120.00. The fund ends "
            "at the first colon, the amount begins after the last; what is between is the account."
        )
        raise InvalidValue("item_shape", message, value=text)
    return BasketItem(
        fund=fund.strip(), account_reference=account, amount=Money.parse(amount.strip()), **more
    )


def read_items(texts: Sequence[str], **more: str | None) -> list[BasketItem]:
    """Read several of `FUND:ACCOUNT:AMOUNT`.

    Raises:
        InvalidValue: One is not of that shape.
    """
    return [read_item(text, **more) for text in texts]


def read_part(text: str) -> tuple[str, Money | None]:
    """Read `LINE:AMOUNT`, or `LINE` alone, which is all that is left of it.

    Raises:
        InvalidValue: What stands after the last colon is no amount with pence.
    """
    line, colon, amount = text.rpartition(":")
    if not colon:
        return text.strip(), None
    if not line.strip() or _WITH_PENCE.fullmatch(amount.strip()) is None:
        message = (
            f"'{quoted(text)}' is not LINE:AMOUNT with pounds and pence, such as K7MP-2QXW-9TRN_1:12.00. Leave :AMOUNT out "
            "for all that is left of the line."
        )
        raise InvalidValue("item_shape", message, value=text)
    return line.strip(), Money.parse(amount.strip())


def read_amount(text: str) -> Money:
    """Read pounds as typed: `12`, `12.34`.

    Raises:
        InvalidValue: It is anything else.
    """
    return Money.parse(text.strip())


def basket_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what is paid; `read_basket` takes them up."""
    for option in reversed([
        click.option("--item", "items", metavar="FUND:ACCOUNT:AMOUNT", multiple=True,
                     help="What is paid, with pence; repeat for several."),
        click.option("--fund", metavar="CODE", help="For one item: its fund."),
        click.option("--account", metavar="REF", help="For one item: its account reference."),
        click.option("--amount", metavar="POUNDS", help="For one item: how much, as 12.34."),
        click.option("--mop", metavar="CODE", help="The method of payment of every item; default: the channel's."),
        click.option("--vat-code", metavar="CODE", help="Another VAT code than the fund's, where it may have one."),
        click.option("--narrative", metavar="TEXT", help="What is noted beside every item."),
    ]):  # fmt: skip
        command = option(command)
    return command


def read_basket(given: dict[str, Any]) -> list[BasketItem]:
    """Take what `basket_options` gave out of *given*, and return the items.

    Raises:
        InvalidValue: An item is not as it should be typed.
        UsageError: Neither --item nor --fund, --account and --amount were given, or only some of these.
    """
    texts, one = given.pop("items"), [given.pop(name) for name in ("fund", "account", "amount")]
    more = {name: given.pop(name) for name in ("mop", "vat_code", "narrative")}
    more |= {"original": given.pop("original")} if "original" in given else {}
    found = read_items(texts, **more)
    if any(value is not None for value in one):
        fund, account, amount = one
        if fund is None or account is None or amount is None:
            message = "Give --fund, --account and --amount together; for several items use --item."
            raise click.UsageError(message)
        found.append(BasketItem(fund=fund, account_reference=account, amount=read_amount(amount), **more))
    if not found:
        message = "Say what is paid: --item FUND:ACCOUNT:AMOUNT, or --fund, --account and --amount."
        raise click.UsageError(message)
    if more.get("original") and len(found) > 1:
        message = "--original is of one item; record the others by themselves."
        raise click.UsageError(message)
    return found


def payer_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say who pays and where; `read_payer` takes them up."""
    for option in reversed([
        click.option("--payer", metavar="NAME", help="Who pays."),
        click.option("--address", metavar="LINE", multiple=True,
                     help="A line of their address; repeat for the second, the town and the county."),
        click.option("--postcode", metavar="TEXT", help="Their postcode."),
        click.option("--office", metavar="CODE", help="The office; default: your own."),
        click.option("--caller-reference", metavar="TEXT", help="What the caller calls it."),
    ]):  # fmt: skip
        command = option(command)
    return command


def read_payer(given: dict[str, Any]) -> Payer:
    """Take who pays out of *given*; what else `payer_options` gave stays in it.

    Raises:
        InvalidValue: A text is too long.
        UsageError: The address has more than four lines.
    """
    lines = given.pop("address")
    if len(lines) > len(_ADDRESS):
        message = f"An address has at most {len(_ADDRESS)} lines besides its postcode."
        raise click.UsageError(message)
    address = dict(zip(_ADDRESS, lines, strict=False))
    return Payer(name=given.pop("payer"), postcode=given.pop("postcode"), **address)


def day_of(moment: datetime | None) -> date | None:
    """Return the day that somebody typed."""
    return moment.date() if moment is not None else None
