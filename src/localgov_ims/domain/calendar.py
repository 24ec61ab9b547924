"""Days of a UK council: the London day of a moment, and counting working days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from attrs import frozen

from localgov_ims.errors import InvalidValue

LONDON: Final = ZoneInfo("Europe/London")
"""Where a council's day begins and ends."""

Clock = Callable[[], datetime]
"""Answers the present moment, aware; handed in, so that tests and the simulator choose it."""

_SATURDAY = 5


def utc(moment: datetime) -> datetime:
    """Return *moment* in UTC.

    Raises:
        InvalidValue: The moment names no time zone, so nobody can say when it was.
    """
    if moment.tzinfo is None:
        message = (
            f"The moment {moment.isoformat()} names no time zone; give it one (records are kept in UTC)."
        )
        raise InvalidValue("moment_without_zone", message, value=moment.isoformat())
    return moment.astimezone(UTC)


def local_day(moment: datetime) -> date:
    """Return the day in London on which *moment* lies: 2026-03-31T23:30Z is 1 April."""
    return utc(moment).astimezone(LONDON).date()


def start_of(day: date) -> datetime:
    """Return the moment (UTC) at which a day begins in London: 1 April 2026 begins on 31 March at 23:00 UTC."""
    return utc(datetime.combine(day, time(), LONDON))


@frozen
class Calendar:
    """Working days: every day but Saturdays, Sundays and the bank holidays handed in."""

    bank_holidays: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Tell whether banks and councils work on *day*."""
        return day.weekday() < _SATURDAY and day not in self.bank_holidays

    def add_working_days(self, day: date, count: int) -> date:
        """Return the day that is *count* working days after *day* (0: *day* itself)."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day
