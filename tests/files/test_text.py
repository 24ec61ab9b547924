"""Printed amounts and days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.money import Money
from localgov_ims.files.text import AmountFormat, has_pence, iso_day, printed_day

PLAIN = AmountFormat(signed=True)


@given(st.integers(-(10**17), 10**17))
def test_an_amount_as_money_prints_it_is_read_back(pence):
    assert PLAIN.pence(str(Money(pence))) == pence


@given(st.integers(0, 10**14))
def test_thousands_are_read_where_declared_and_nowhere_else(pence):
    text = Money(pence).shown().removeprefix("£")
    assert AmountFormat(thousands=",").pence(text) == pence
    assert PLAIN.pence(text) == (None if "," in text else pence)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NaN",
        "Infinity",
        "1E3",
        "1_000",
        "1,000.00",
        "٣",
        "12.",
        ".5",
        "1 0",
        " 1",
        "1\n",
        "--1",
        "1.005",
        "£1",
        "1" * 17,
    ],
)
def test_what_is_no_amount_is_none(text):
    assert PLAIN.pence(text) is None


@pytest.mark.parametrize("text", ["-1", "+1"])
def test_a_sign_is_refused_where_amounts_are_unsigned(text):
    assert AmountFormat().pence(text) is None


def test_minus_nothing_is_nothing():
    assert PLAIN.pence("-0.00") == 0


def test_surplus_decimals_must_be_zeros():
    five = AmountFormat(places=5)
    assert five.pence("8.850") == 885
    assert five.pence("8.851") is None
    assert PLAIN.pence("8.850") is None


@pytest.mark.parametrize("text", ["1,00", "1,0000", "12,34", ",100", "1,000,00", "1" + ",000" * 2000])
def test_thousands_in_other_places_are_refused(text):
    assert AmountFormat(thousands=",").pence(text) is None


def test_a_decimal_comma_is_read_where_declared():
    assert AmountFormat(decimal=",", thousands=".").pence("1.234,5") == 123450


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["DD/MM/YYYY", "DD/MM/YY", "YYYYMMDD", "YYMMDD", "MM-DD-YYYY"]),
)
def test_a_printed_day_is_read_back_by_its_layout(day, layout):
    printed = layout
    for token, directive in {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}.items():
        printed = printed.replace(token, directive)
    assert printed_day(day.strftime(printed), layout) == day


@pytest.mark.parametrize(
    "text", ["30/02/2026", "2026-10-05", "5/10/2026", "05/13/2026", "05/10/2026 ", "٠5/10/2026", "00/10/2026"]
)
def test_what_is_no_day_of_the_layout_is_none(text):
    assert printed_day(text, "DD/MM/YYYY") is None


def test_times_are_checked_and_not_kept():
    assert printed_day("2026-10-05 09:00:59", "YYYY-MM-DD hh:mm:ss") == date(2026, 10, 5)
    assert printed_day("2026-10-05 09:00", "YYYY-MM-DD hh:mm:ss") is None


@pytest.mark.parametrize("text", ["2026-10-05", "2026-10-05T23:59:59Z", "2026-10-05+01:00"])
def test_an_iso_day_is_read_as_printed(text):
    assert iso_day(text) == date(2026, 10, 5)


@pytest.mark.parametrize("text", ["2026-02-30", "20261005", "05/10/2026", "2026-10-051", "2026-10", ""])
def test_what_is_no_iso_day_is_none(text):
    assert iso_day(text) is None


def test_currencies_without_two_decimals_and_what_is_no_code_are_told_apart():
    assert [code for code in ("GBP", "EUR", "JPY", "KWD", "gbp", "POUND", "") if has_pence(code)] == [
        "GBP",
        "EUR",
    ]
