"""Days are London's, moments are aware, and working days know the bank holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.calendar import Calendar, local_day, utc
from localgov_ims.errors import InvalidValue

MAY_DAY = date(2026, 5, 4)
CALENDAR = Calendar(frozenset({date(2026, 4, 3), date(2026, 4, 6), MAY_DAY}))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 31, 23, 30, tzinfo=UTC), date(2026, 4, 1)),
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 1, 1, 2, 0, tzinfo=timezone(timedelta(hours=9))), date(2025, 12, 31)),
    ],
)
def test_a_moment_lies_on_the_london_day_summer_time_or_not(moment: datetime, day: date) -> None:
    assert local_day(moment) == day


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidValue, match="2026-06-30T23:30:00") as refused:
        utc(datetime(2026, 6, 30, 23, 30))  # noqa: DTZ001 - what the test is about
    assert refused.value.code == "moment_without_zone"


def test_a_moment_of_another_zone_is_kept_in_utc() -> None:
    tokyo = datetime(2026, 1, 1, 9, 0, tzinfo=timezone(timedelta(hours=9)))
    assert utc(tokyo) == tokyo
    assert utc(tokyo).tzinfo is UTC


@pytest.mark.parametrize(
    ("day", "count", "after"),
    [
        (date(2026, 5, 1), 0, date(2026, 5, 1)),
        (date(2026, 5, 1), 1, date(2026, 5, 5)),
        (date(2026, 5, 2), 1, date(2026, 5, 5)),
        (date(2026, 4, 2), 1, date(2026, 4, 7)),
        (date(2026, 4, 2), 5, date(2026, 4, 13)),
        (date(2026, 5, 2), 0, date(2026, 5, 2)),
    ],
)
def test_working_days_pass_over_weekends_and_bank_holidays(day: date, count: int, after: date) -> None:
    assert CALENDAR.add_working_days(day, count) == after


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(1, 30))
def test_as_many_working_days_lie_between_as_were_added(day: date, count: int) -> None:
    after = CALENDAR.add_working_days(day, count)
    assert CALENDAR.is_working(after)
    passed = [day + timedelta(days=n) for n in range(1, (after - day).days + 1)]
    assert sum(map(CALENDAR.is_working, passed)) == count


def test_a_bank_holiday_is_no_working_day_and_the_day_after_is() -> None:
    assert not CALENDAR.is_working(MAY_DAY)
    assert CALENDAR.is_working(MAY_DAY + timedelta(days=1))
    assert Calendar().is_working(MAY_DAY)
