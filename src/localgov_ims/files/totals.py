"""Totals are proved, not trusted (law 5): what a file declares against what was read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from attrs import define

from localgov_ims.domain import money
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import Closed, Event, Totals
from localgov_ims.files.limits import refuse

LARGEST = 100 * money.LARGEST.pence
"""The most pence that a file may move, in and out together: those of many files add up to what a database holds."""

_SUMS = ("credits", "debits", "entries", "net")
_COUNTS = ("count", "credit_count", "debit_count")


@define
class Tally:
    """Running integers over the booked rows of one statement or settlement: all that is kept of them."""

    credits: int = 0
    debits: int = 0
    credit_count: int = 0
    debit_count: int = 0
    first_on: date | None = None
    last_on: date | None = None

    def add(self, pence: int, day: date | None = None) -> int:
        """Count a booked row and return its position, from 1."""
        if pence >= 0:
            self.credits += pence
            self.credit_count += 1
        else:
            self.debits -= pence
            self.debit_count += 1
        if day is not self.last_on and day is not None:
            if self.first_on is None or day < self.first_on:
                self.first_on = day
            if self.last_on is None or day > self.last_on:
                self.last_on = day
        return self.credit_count + self.debit_count

    @property
    def count(self) -> int:
        """How many rows were counted."""
        return self.credit_count + self.debit_count

    @property
    def totals(self) -> Totals:
        """Everything counted so far.

        Raises:
            Refused: It is more than a store can hold, which no true file comes near.
        """
        if self.credits + self.debits > LARGEST:
            message = f"The amounts come to more than {Money(LARGEST).shown()}: no file of a council does."
            raise refuse("limit-exceeded", "totals", message)
        return Totals(
            count=self.count, credit_count=self.credit_count, debit_count=self.debit_count, credits=self.credits,
            debits=self.debits, entries=self.credits + self.debits, net=self.credits - self.debits,
        )  # fmt: skip


AGAIN: Final = "Fetch the file again, unedited; if it says the same, ask who sent it."
"""What to do about a file that contradicts itself: nobody here can say which of its figures is wrong."""


def differences(declared: Totals, computed: Totals, place: str, currency: str = "GBP") -> Iterator[Issue]:
    """Yield an Issue for each declared total that is not the computed one."""
    for name in (*_COUNTS, *_SUMS):
        said, found = getattr(declared, name), getattr(computed, name)
        if said is None or said == found:
            continue
        if name in _COUNTS:
            message = f"The file declares {_counted(said, name)}, but holds {found}. {AGAIN}"
            yield Issue(code="count-mismatch", place=place, field=name, value=str(said), message=message)
        else:
            declared_sum, difference = (Money(pence).shown(currency) for pence in (said, said - found))
            message = (
                f"The file declares {declared_sum} {_words(name)}, but they come to {Money(found).shown(currency)}: a difference of "
                f"{difference}. {AGAIN}"
            )
            yield Issue(
                code="total-mismatch", place=place, field=name, value=str(Money(said)), message=message
            )


def balance_difference(
    opening: Money, net: int, closing: Money, place: str, hint: str = "", currency: str = "GBP"
) -> Iterator[Issue]:
    """Yield an Issue where opening + rows is not closing; *hint* may say what would make it tie."""
    expected = opening + Money(net)
    if expected != closing:
        shown = [
            each.shown(currency) for each in (opening, Money(net), expected, closing, closing - expected)
        ]
        message = (
            f"Opening {shown[0]} and booked entries of {shown[1]} make {shown[2]}, but the closing balance is {shown[3]}: a "
            f"difference of {shown[4]}.{hint or f' {AGAIN}'}"
        )
        yield Issue(
            code="balance-mismatch", place=place, field="closing", value=str(closing), message=message
        )


def proved(
    opening: Money, closing: Money, tally: Tally, declared: Totals, place: str, currency: str = "GBP"
) -> Iterator[Event]:
    """Yield the end of a statement with balances, behind an Issue for each total that is not what was read."""
    totals = tally.totals
    yield from differences(declared, totals, place, currency)
    yield from balance_difference(opening, tally.credits - tally.debits, closing, place, currency=currency)
    yield Closed(
        computed=totals, declared=declared, evidence=Evidence.PROVED, place=place, opening=opening, closing=closing,
        first_on=tally.first_on, last_on=tally.last_on,
    )  # fmt: skip


def evidence(opening: Money | None, closing: Money | None, declared: Totals) -> Evidence:
    """Grade what a statement without mismatches proves about itself."""
    if opening is not None and closing is not None:
        return Evidence.PROVED
    given = any(getattr(declared, name) is not None for name in (*_COUNTS, *_SUMS))
    return Evidence.COUNTED if given else Evidence.UNPROVED


def _counted(number: int, name: str) -> str:
    words = {
        "count": ("entry", "entries"),
        "credit_count": ("credit", "credits"),
        "debit_count": ("debit", "debits"),
    }
    return f"{number} {words[name][number != 1]}"


def _words(name: str) -> str:
    return {
        "net": "as the sum of all entries", "entries": "as the sum of all entries, in and out",
    }.get(name, f"of {name}")  # fmt: skip
