"""One statement while it is read, over all its pages: its balances, its entries, its declared totals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from attrs import define, field

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import BankLine
from localgov_ims.files.events import Closed, Opened, Totals
from localgov_ims.files.limits import Limits, refuse
from localgov_ims.files.totals import Tally, balance_difference, differences, evidence
from localgov_ims_mt940 import printed
from localgov_ims_mt940.options import Mt940Options


@define(kw_only=True)
class Statement:
    """What is kept of a statement: running integers and the balance that its page began with.

    Attributes:
        account: As it is compared; number: the statement's own; page: the page that is being read.
        moment: When a report was made, as printed: what tells it from others of its number.
        faulty: Whether a value that its totals are made of could not be read.
    """

    account: str
    number: str
    page: int
    currency: str
    place: str
    options: Mt940Options
    moment: str = ""
    opening: int | None = None
    opened_on: date | None = None
    faulty: bool = False
    closing: int | None = None
    page_opening: int | None = None
    page_net: int = 0
    page_reversed: int = 0
    booked: Tally = field(factory=Tally)
    expected: Tally = field(factory=Tally)
    declared: dict[str, int] = field(factory=dict)
    declared_at: str = ""

    @property
    def key(self) -> str:
        """What makes it the same one again: many banks restart or never set the number."""
        opening = self.moment if self.opening is None else f"{self.opened_on}|{self.opening}"
        return f"{self.number}|{self.page}|{opening}"

    def opened(self, message: str) -> Opened:
        """Return its head."""
        return Opened(
            account=self.account, place=self.place, currency=self.currency, number=self.number, message=message,
            key=self.key, opening=None if self.opening is None else Money(self.opening),
        )  # fmt: skip

    def begin_page(self, pence: int | None) -> None:
        """Begin a page with its balance."""
        self.page_opening, self.page_net, self.page_reversed = pence, 0, 0
        self.closing = None

    def add(self, line: BankLine, limits: Limits) -> None:
        """Count a line."""
        pence = line.amount.pence
        self.page_net += pence
        if line.reversal:
            self.page_reversed += pence
        if self.booked.add(pence, line.booked_on) > limits.lines:
            message = f"The statement has more than {limits.lines} entries; ask the bank for smaller ones."
            raise refuse("limit-exceeded", line.place, message)

    def page_proved(self, pence: int, place: str) -> Iterator[Issue]:
        """Take the balance that closes a page, and yield an Issue where its entries do not lead to it."""
        self.closing = pence
        if self.page_opening is None or self.faulty:
            return
        other = "ignore_r" if self.options.reversal_marks == "swift" else "swift"
        hint = ""
        if self.page_reversed and self.page_opening + self.page_net - 2 * self.page_reversed == pence:
            hint = f" It ties if RC and RD are read with reversal_marks = {other!r}: ask the bank."
        yield from balance_difference(
            Money(self.page_opening), self.page_net, Money(pence), place, hint, self.currency
        )

    def closed(self, place: str) -> Iterator[Issue | Closed]:
        """Yield the declared totals that differ, and its end."""
        totals, declared = self.booked.totals, Totals(**self.declared)
        if not self.faulty:
            counted = self.booked
            if self.options.expected_in_totals and self.expected.count:
                counted = _both(self.booked, self.expected)
            yield from differences(declared, counted.totals, self.declared_at or place, self.currency)
        first, final = (None if each is None else Money(each) for each in (self.opening, self.closing))
        yield Closed(
            computed=totals, declared=declared, evidence=evidence(first, final, declared), place=place, opening=first,
            closing=final, not_booked=self.expected.count, first_on=self.booked.first_on,
            last_on=self.booked.last_on,
        )  # fmt: skip

    def implausible(self, balance: printed.Balance, place: str) -> Iterator[Issue]:
        """Yield an Issue where a balance's day is far from the entries, and would be near if it was printed otherwise."""
        other = "DDMMYY" if self.options.balance_dates == "YYMMDD" else "YYMMDD"
        near, otherwise = self.booked.last_on, printed.day(balance.printed_day, other)
        if balance.on is None or near is None or otherwise is None:
            return
        if printed.far_apart(balance.on, near) and not printed.far_apart(otherwise, near):
            message = (
                f"The balance stands at {balance.on.isoformat()}, more than a year from the entries; read as {other} it stands at "
                f"{otherwise.isoformat()}. If the bank prints it so, set balance_dates = {other!r} for this format."
            )
            yield Issue(
                code="bad-date", place=place, field="date", value=balance.printed_day, message=message
            )


def _both(one: Tally, other: Tally) -> Tally:
    return Tally(
        credits=one.credits + other.credits, debits=one.debits + other.debits,
        credit_count=one.credit_count + other.credit_count, debit_count=one.debit_count + other.debit_count,
    )  # fmt: skip
