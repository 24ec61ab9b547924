"""Financial periods: April is 1, March is 12, and 13 and 14 are 31 March again."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.errors import InvalidValue


@pytest.mark.parametrize(
    ("day", "period"),
    [
        (date(2026, 5, 14), (2026, 2)),
        (date(2026, 3, 31), (2025, 12)),
        (date(2026, 4, 1), (2026, 1)),
        (date(2027, 1, 1), (2026, 10)),
    ],
)
def test_a_day_has_its_period(day: date, period: tuple[int, int]):
    assert PeriodNumber.of(day) == PeriodNumber(*period)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_periods_follow_each_other_without_a_gap(day: date):
    period = PeriodNumber.of(day)
    assert period.first_on <= day <= period.last_on
    assert PeriodNumber.of(period.last_on) == period < PeriodNumber.of(period.last_on + timedelta(1))
    assert PeriodNumber.parse(str(period)) == period


@pytest.mark.parametrize("number", [13, 14])
def test_periods_after_the_twelfth_are_the_last_day_of_the_year(number: int):
    period = PeriodNumber(2025, number)
    assert period.first_on == period.last_on == date(2026, 3, 31)


@pytest.mark.parametrize("text", ["2026/0", "2026/15", "202602", "2026/x", "/", "\u0662026/02"])
def test_other_texts_are_no_periods(text: str):
    with pytest.raises(InvalidValue):
        PeriodNumber.parse(text)
