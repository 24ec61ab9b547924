"""On which day something is posted: its own, unless its period takes nothing any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from localgov_ims.domain.ledgers import Late, Per
from localgov_ims.domain.periods import LAST_MONTH, PeriodNumber, PeriodState
from localgov_ims.errors import RuleViolation


@frozen(order=True)
class AccountingDay:
    """The day and period of a journal; periods 13 and 14 are on 31 March, as is the twelfth."""

    period: PeriodNumber
    on: date


@frozen(kw_only=True)
class AccountingDays:
    """Finds the accounting day of what happened on a day.

    Attributes:
        states: Where periods stand; those that are not named are open.
        soft_open: Whether periods closed softly take this: a person with that permission asks for it.
        held_into: The period into which a person puts what would cross the end of a financial year; without it, that is
            held back.
    """

    ledger: str
    states: Mapping[PeriodNumber, PeriodState]
    late: Late = Late.NEXT_OPEN
    soft_open: bool = False
    held_into: PeriodNumber | None = None

    def of(self, day: date) -> AccountingDay | None:
        """Return the accounting day; none where a person has to decide, for it would cross the end of a year.

        Raises:
            RuleViolation: Its period is closed and the ledger refuses what is late, or the period that a person named
                is closed.
        """
        own = PeriodNumber.of(day)
        if self._takes(own):
            return AccountingDay(own, day)
        if self.late is Late.REFUSE:
            message = f"Period {own} of ledger {self.ledger} is closed, and something of {day:%d %B %Y} is not posted. Reopen it, or set late = 'next_open'."
            raise RuleViolation("closed_period", message, ledger=self.ledger, period=own)
        found = self._next_open(own)
        if found.year == own.year:
            return AccountingDay(found, found.first_on)
        if self.held_into is None:
            return None
        if self.held_into.year not in {own.year, found.year} or not self._takes(self.held_into):
            message = f"Period {self.held_into} of ledger {self.ledger} cannot take what belongs to {own}: it is closed, or of another year."
            raise RuleViolation("closed_period", message, ledger=self.ledger, period=self.held_into)
        return AccountingDay(self.held_into, self.held_into.first_on)

    def _takes(self, period: PeriodNumber) -> bool:
        state = self.states.get(period, PeriodState.OPEN)
        return state is PeriodState.OPEN or (state is PeriodState.SOFT and self.soft_open)

    def _next_open(self, after: PeriodNumber) -> PeriodNumber:
        """Return the next period that is open by itself; 13 and 14 take only what a person puts there."""
        period = after
        while not self._takes(period):
            year, number = (
                (period.year, period.number + 1) if period.number < LAST_MONTH else (period.year + 1, 1)
            )
            period = PeriodNumber(year, number)
        return period


def journal_day(per: Per, days: Mapping[date, AccountingDay]) -> Mapping[AccountingDay, list[date]]:
    """Group days into journals: one for each accounting day, for each period, or for everything; dated by the last."""
    groups: dict[object, list[date]] = {}
    for day, found in sorted(days.items()):
        key = {Per.DAY: found, Per.PERIOD: found.period, Per.BATCH: None}[per]
        groups.setdefault(key, []).append(day)
    return {max(days[day] for day in members): members for members in groups.values()}
