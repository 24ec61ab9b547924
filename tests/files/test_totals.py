"""Counts and sums, and what they prove."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import NO_TOTALS, Totals
from localgov_ims.files.limits import Refused
from localgov_ims.files.totals import LARGEST, Tally, balance_difference, differences, evidence


def tally(*amounts: int) -> Tally:
    counted = Tally()
    for pence in amounts:
        counted.add(pence)
    return counted


@given(st.lists(st.integers(-(10**12), 10**12)))
def test_a_tally_counts_both_ways_apart(amounts):
    totals = tally(*amounts).totals
    assert totals.net == totals.credits - totals.debits == sum(amounts)
    assert totals.entries == totals.credits + totals.debits == sum(map(abs, amounts))
    assert totals.count == totals.credit_count + totals.debit_count == len(amounts)
    assert totals.debit_count == sum(pence < 0 for pence in amounts)


def test_positions_count_from_one_and_days_run_from_first_to_last():
    counted = Tally()
    days = [date(2026, 10, 6), None, date(2026, 10, 5), date(2026, 10, 7)]
    assert [counted.add(1, day) for day in days] == [1, 2, 3, 4]
    assert (counted.first_on, counted.last_on) == (date(2026, 10, 5), date(2026, 10, 7))


def test_sums_beyond_what_a_store_holds_are_refused():
    assert tally(LARGEST).totals.credits == LARGEST
    with pytest.raises(Refused) as caught:
        _ = tally(LARGEST, -1).totals
    assert caught.value.issue.code == "limit-exceeded"


@pytest.mark.parametrize(
    ("declared", "code", "value"),
    [
        ({"count": 3}, "count-mismatch", "3"),
        ({"credit_count": 2}, "count-mismatch", "2"),
        ({"debit_count": 0}, "count-mismatch", "0"),
        ({"credits": 101}, "total-mismatch", "1.01"),
        ({"debits": 0}, "total-mismatch", "0.00"),
        ({"entries": 129}, "total-mismatch", "1.29"),
        ({"net": -70}, "total-mismatch", "-0.70"),
    ],
)
def test_each_declared_total_is_compared_zero_included(declared, code, value):
    (issue,) = differences(Totals(**declared), tally(100, -30).totals, "here")
    assert (issue.code, issue.place, issue.field, issue.value) == (code, "here", next(iter(declared)), value)


def test_a_total_difference_is_said_in_pounds():
    (issue,) = differences(Totals(credits=123456), tally(100).totals, "here")
    assert issue.message == (
        "The file declares £1,234.56 of credits, but they come to £1.00: a difference of £1,233.56. "
        "Fetch the file again, unedited; if it says the same, ask who sent it."
    )


@given(st.lists(st.integers(-(10**9), 10**9)))
def test_true_totals_and_absent_ones_are_no_issue(amounts):
    totals = tally(*amounts).totals
    assert not list(differences(totals, totals, "here"))
    assert not list(differences(NO_TOTALS, totals, "here"))


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12), st.integers(-5, 5))
def test_a_balance_ties_to_the_penny_or_not_at_all(opening, net, error):
    found = list(balance_difference(Money(opening), net, Money(opening + net + error), "here"))
    assert [issue.code for issue in found] == ["balance-mismatch"] * (error != 0)


def test_a_balance_difference_names_all_four_figures_and_the_hint():
    (issue,) = balance_difference(Money(1000), -250, Money(800), "here", " It ties if RC counts as money in.")
    for figure in ("£10.00", "-£2.50", "£7.50", "£8.00", "£0.50"):
        assert figure in issue.message
    assert issue.message.endswith("It ties if RC counts as money in.")


@pytest.mark.parametrize(
    ("opening", "closing", "declared", "grade"),
    [
        (Money(0), Money(0), NO_TOTALS, Evidence.PROVED),
        (Money(0), None, NO_TOTALS, Evidence.UNPROVED),
        (None, Money(0), Totals(count=0), Evidence.COUNTED),
        (None, None, Totals(net=0), Evidence.COUNTED),
        (None, None, NO_TOTALS, Evidence.UNPROVED),
    ],
)
def test_evidence_is_graded_by_what_is_there(opening, closing, declared, grade):
    assert evidence(opening, closing, declared) is grade


def test_grades_are_ranked():
    assert [grade.rank for grade in (Evidence.UNPROVED, Evidence.COUNTED, Evidence.PROVED)] == [0, 1, 2]
