"""What people give of an eReturn on a command line: a file, or lines and counts one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from localgov_ims.bootstrap.ereturn_files import contents_from, counted_of
from localgov_ims.cli.items import read_amount
from localgov_ims.cli.output import opened
from localgov_ims.domain.ereturn_contents import Contents, EReturnCheque, EReturnLine
from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import InvalidValue


def contents_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what an eReturn says; `read_contents` takes them up."""
    for option in reversed([
        click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False, allow_dash=True)),
        click.option("--line", "lines", multiple=True, metavar="ROW:AMOUNT[:ACCOUNT]",
                     help="An amount for a row of the template, such as 1:155.00; repeat for others."),
        click.option("--value", "values", multiple=True, metavar="£20=100.00",
                     help="What the notes or coins of a denomination come to; repeat for others."),
        click.option("--count", "counts", multiple=True, metavar="£20=5",
                     help="How many there are of a denomination; repeat for others."),
        click.option("--cheque", "cheques", multiple=True, metavar="AMOUNT:DRAWER",
                     help="A cheque and who drew it; repeat for others."),
        click.option("--bag", metavar="NUMBER", help="The sealed bag that the cash is in."),
        click.option("--slip", metavar="NUMBER", help="The paying-in slip."),
        click.option("--over-short", metavar="AMOUNT", help="What was counted less the lines; short is below zero."),
        click.option("--reason", metavar="TEXT", help="Why it is over or short."),
        click.option("--nil", is_flag=True, help="There was nothing to pay in."),
    ]):  # fmt: skip
        command = option(command)
    return command


def read_contents(given: dict[str, Any]) -> Contents | None:
    """Return what `contents_options` gave; none where nothing was given.

    Raises:
        InvalidValue: Something is not as it should be typed, or cannot be.
        UsageError: Both a file and options were given.
    """
    file = given.pop("file")
    if not any(given.values()):
        return _of_file(file) if file is not None else None
    if file is not None:
        message = "Say it all in the FILE, or all in options."
        raise click.UsageError(message)
    over = given["over_short"]
    return Contents(
        lines=tuple(_line(text) for text in given["lines"]), slip=given["slip"], bag_number=given["bag"],
        cash=counted_of(_cash(given["values"], given["counts"])),
        cheques=tuple(_cheque(place, text) for place, text in enumerate(given["cheques"], start=1)),
        over_short=read_amount(over) if over is not None else NOTHING, over_short_reason=given["reason"],
        nil=given["nil"],
    )  # fmt: skip


def _of_file(file: Path) -> Contents:
    name = "standard input" if str(file) == "-" else str(file)
    with opened(str(file)) as stream:
        data = stream.read()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidValue("bad_ereturn_file", f"{name} is not UTF-8 text: {error}.", file=name) from error
    return contents_from(text, name)


def _line(text: str) -> EReturnLine:
    row, _, rest = text.partition(":")
    amount, _, account = rest.partition(":")
    if not (row.isascii() and row.isdigit()) or not amount:
        message = f"'{quoted(text)}' is not ROW:AMOUNT or ROW:AMOUNT:ACCOUNT, such as 1:155.00."
        raise InvalidValue("bad_line", message, value=text)
    return EReturnLine(row=int(row), amount=read_amount(amount), account_reference=account or None)


def _cash(values: Sequence[str], counts: Sequence[str]) -> dict[str, Any]:
    written: dict[str, dict[str, object]] = {}
    for name, texts in (("value", values), ("count", counts)):
        for text in texts:
            denomination, equals, given = text.partition("=")
            whole = name == "count" and given.isascii() and given.isdigit()
            if not equals or (name == "count" and not whole) or name in written.get(denomination, {}):
                example = "£20=100.00" if name == "value" else "£20=5"
                message = f"'{quoted(text)}' is not a denomination and its {name}, once, such as {example}."
                raise InvalidValue("bad_denomination", message, denomination=denomination)
            written.setdefault(denomination, {})[name] = int(given) if whole else given
    return written


def _cheque(place: int, text: str) -> EReturnCheque:
    amount, colon, drawer = text.partition(":")
    if not colon or not drawer.strip():
        message = f"'{quoted(text)}' is not AMOUNT:DRAWER, such as 30.00:A Payer."
        raise InvalidValue("bad_cheque", message, value=text)
    return EReturnCheque(item=place, amount=read_amount(amount), drawer=drawer)
