"""The end of a file of rows: what it came to, against what its trailers state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from attrs import define

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import NO_TOTALS, Closed, Event, Opened, Totals
from localgov_ims.files.limits import refuse
from localgov_ims.files.tables import Table
from localgov_ims.files.totals import LARGEST, differences, evidence


@define
class Sums:
    """Running integers over the rows of one file: all that is kept of them.

    `faulty` tells that something refuses the file: what only follows from it is not reported too.
    """

    count: int = 0
    net: int = 0
    debits: int = 0
    debit_count: int = 0
    first_on: date | None = None
    last_on: date | None = None
    faulty: bool = False

    def add(self, pence: int, day: date | None) -> None:
        """Count a row."""
        self.count += 1
        self.net += pence
        if pence < 0:
            self.debits -= pence
            self.debit_count += 1
        if day is self.last_on or day is None:
            return
        if self.first_on is None or self.last_on is None:
            self.first_on = self.last_on = day
        elif day > self.last_on:
            self.last_on = day
        elif day < self.first_on:
            self.first_on = day

    @property
    def totals(self) -> Totals:
        """Everything counted.

        Raises:
            Refused: It is more than a store can hold, which no true file comes near.
        """
        gained = self.net + self.debits
        if gained + self.debits > LARGEST:
            message = f"The amounts come to more than {Money(LARGEST).shown()}: no file of a council does."
            raise refuse("limit-exceeded", "totals", message)
        return Totals(
            count=self.count, credit_count=self.count - self.debit_count, debit_count=self.debit_count,
            credits=gained, debits=self.debits, entries=gained + self.debits, net=self.net,
        )  # fmt: skip


def closed(table: Table, sums: Sums, account: str, name: str, *, nil_returns: bool) -> Iterator[Event]:
    """Yield the end of a file whose rows are read; one without a row must say itself that it has none."""
    declared = table.declared
    if not sums.count:
        if sums.faulty:
            return
        if declared == NO_TOTALS and not nil_returns:
            message = "The file has no rows, and nothing in it says that there are none. Ask the sender for it again."
            yield Issue(code="truncated", place=table.place, field="rows", message=message)
            return
        yield Opened(account=account, message=name, place=table.place)
    totals = sums.totals
    issues = [] if sums.faulty else list(differences(declared, totals, table.place))
    yield from issues
    proved = evidence(None, None, declared) if not (issues or sums.faulty) else Evidence.UNPROVED
    yield Closed(
        computed=totals, declared=declared, evidence=proved, place=table.place, not_booked=table.skipped,
        first_on=sums.first_on, last_on=sums.last_on,
    )  # fmt: skip
