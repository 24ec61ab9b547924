"""Reports during the day: no balances, but totals that are checked."""

from __future__ import annotations

from mt_asking import closed, codes, entry, events, lines, report

from localgov_ims.domain.statements import Evidence

BOTH = [*entry(500), *entry(-300)]


def test_declared_totals_are_checked_and_count() -> None:
    found = events(report(*BOTH, ":90D:1GBP3,00", ":90C:1GBP5,00"))
    assert (codes(found), closed(found)[0].evidence) == ([], Evidence.COUNTED)
    assert codes(events(report(*BOTH, ":90D:1GBP3,01"))) == ["total-mismatch"]
    assert codes(events(report(*BOTH, ":90C:2GBP5,00"))) == ["count-mismatch"]


def test_expected_entries_are_no_lines_and_count_in_totals_as_the_source_says() -> None:
    text = report(*BOTH, *entry(700, mark="EC"), ":90C:2GBP12,00")
    found = events(text)
    assert (codes(found), len(lines(found)), closed(found)[0].not_booked) == ([], 2, 1)
    assert codes(events(text, expected_in_totals=False)) == ["count-mismatch", "total-mismatch"]
    without = text.replace("2GBP12,00", "1GBP5,00")
    assert codes(events(without, expected_in_totals=False)) == []


def test_a_report_without_entries_or_totals_is_unproved() -> None:
    found = events(report())
    assert (codes(found), closed(found)[0].evidence, lines(found)) == ([], Evidence.UNPROVED, [])


def test_a_report_without_a_currency_is_refused() -> None:
    assert codes(events(report(*BOTH, floor=":21:X"))) == ["missing-field"]
    assert codes(events(report(*BOTH, floor=":34F:JPY0,"))) == ["bad-field"]


def test_a_total_that_cannot_be_read_is_refused() -> None:
    assert codes(events(report(*BOTH, ":90C:GBP5,00"))) == ["bad-field"]
    assert codes(events(report(*BOTH, ":90C:1GBP5.00"))) == ["bad-amount"]
    assert codes(events(report(*BOTH, ":90C:1EUR5,00"))) == ["currency-mismatch"]
