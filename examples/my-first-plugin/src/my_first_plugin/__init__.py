"""Reads the statements of My Bank: a head, lines and a closing balance, their fields parted by bars."""

from collections.abc import Iterator
from typing import BinaryIO

from attrs import frozen

from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import BankLine, Evidence
from localgov_ims.files import required
from localgov_ims.files.events import Event, Opened, Totals, Yields
from localgov_ims.files.limits import ending_with_issue, refuse
from localgov_ims.files.lines import plain_lines
from localgov_ims.files.readers import API_VERSION, Options, Reader
from localgov_ims.files.text import AmountFormat
from localgov_ims.files.totals import Tally, proved
from localgov_ims.hooks import hookimpl

AMOUNT = AmountFormat(signed=True)


@frozen
class MyBank:
    """The reader. It is a value: nothing of a file is kept in it."""

    name: str = "my-bank"
    api_version: tuple[int, int] = API_VERSION
    yields: Yields = Yields.STATEMENT
    requires: Evidence = Evidence.PROVED
    options: type[Options] = Options

    def recognise(self, head: bytes) -> bool:
        """Tell whether the file begins with the bank's mark."""
        return head.startswith(b"MYBANK|")

    @ending_with_issue
    def read(self, stream: BinaryIO, options: Options) -> Iterator[Event]:
        """Give the statement: its head, its lines one by one, and its end."""
        opening, tally = None, Tally()
        for number, text in enumerate(plain_lines(stream, ["ascii"], options.limits), 1):
            place = f"line {number}"
            match text.split("|"):
                case ["MYBANK", account, statement, balance] if number == 1:
                    opening = Money(required.amount(balance, AMOUNT, place, "opening balance"))
                    yield Opened(
                        account=account, number=statement, key=statement, opening=opening, place=place
                    )
                case ["CLOSE", count, balance] if opening is not None:
                    declared = Totals(count=required.count(count, place, "number of lines"))
                    closing = Money(required.amount(balance, AMOUNT, place, "closing balance"))
                    yield from proved(opening, closing, tally, declared, place)
                    opening = None
                case [day, amount, narrative] if opening is not None:
                    pence = required.amount(amount, AMOUNT, place, "amount")
                    booked_on = required.day(day, "YYYY-MM-DD", place, "day")
                    yield BankLine(
                        position=tally.add(pence, booked_on), amount=Money(pence), booked_on=booked_on,
                        narrative=(narrative,), place=place,
                    )  # fmt: skip
                case _:
                    raise refuse(
                        "layout-mismatch", place, "This is no head, line or close of a statement.", value=text
                    )


@hookimpl
def ims_file_formats() -> list[Reader]:
    """Offer the reader."""
    return [MyBank()]
