"""On which day something is posted: late things go to the next open period, and never across a year by themselves."""

from __future__ import annotations

from datetime import date

import pytest

from localgov_ims.domain.accounting_days import AccountingDay, AccountingDays, journal_day
from localgov_ims.domain.ledgers import Late, Per
from localgov_ims.domain.periods import PeriodNumber, PeriodState
from localgov_ims.errors import RuleViolation

APRIL, MAY, MARCH = PeriodNumber(2026, 1), PeriodNumber(2026, 2), PeriodNumber(2025, 12)
YEAR_END = date(2026, 3, 31)


def days(*closed: PeriodNumber, **given: object) -> AccountingDays:
    return AccountingDays(ledger="MAIN", states=dict.fromkeys(closed, PeriodState.CLOSED), **given)  # type: ignore[arg-type]


def test_an_open_day_is_its_own_accounting_day() -> None:
    assert days().of(date(2026, 5, 14)) == AccountingDay(MAY, date(2026, 5, 14))


def test_what_is_late_goes_to_the_first_day_of_the_next_open_period() -> None:
    assert days(APRIL).of(date(2026, 4, 30)) == AccountingDay(MAY, date(2026, 5, 1))
    with pytest.raises(RuleViolation, match="Period 2026/01 of ledger MAIN is closed") as caught:
        days(APRIL, late=Late.REFUSE).of(date(2026, 4, 30))
    assert caught.value.code == "closed_period"


def test_what_would_cross_the_end_of_the_year_is_held_for_a_person() -> None:
    assert days(MARCH).of(YEAR_END) is None
    old, new = PeriodNumber(2025, 13), APRIL
    assert days(MARCH, held_into=old).of(YEAR_END) == AccountingDay(old, YEAR_END)
    assert days(MARCH, held_into=new).of(YEAR_END) == AccountingDay(new, date(2026, 4, 1))
    with pytest.raises(RuleViolation, match="cannot take what belongs to 2025/12"):
        days(MARCH, old, held_into=old).of(YEAR_END)
    with pytest.raises(RuleViolation, match="of another year"):
        days(MARCH, held_into=PeriodNumber(2027, 1)).of(YEAR_END)


def test_a_period_closed_softly_takes_what_a_person_puts_there() -> None:
    soft = AccountingDays(ledger="MAIN", states={APRIL: PeriodState.SOFT})
    assert soft.of(date(2026, 4, 30)) == AccountingDay(MAY, date(2026, 5, 1))
    asked = AccountingDays(ledger="MAIN", states={APRIL: PeriodState.SOFT}, soft_open=True)
    assert asked.of(date(2026, 4, 30)) == AccountingDay(APRIL, date(2026, 4, 30))


def test_a_journal_is_of_a_day_a_period_or_of_everything() -> None:
    found = {
        day: AccountingDay(PeriodNumber.of(day), day)
        for day in (date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 4))
    }
    first, second, third = found
    assert [list(members) for members in journal_day(Per.DAY, found).values()] == [[first], [second], [third]]
    assert journal_day(Per.PERIOD, found) == {found[first]: [first], found[third]: [second, third]}
    assert journal_day(Per.BATCH, found) == {found[third]: [first, second, third]}
