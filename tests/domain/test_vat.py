"""VAT lies inside the gross, by the rate of the day the payer paid, and net + VAT = gross."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import STANDARD, pounds, vat_code

from localgov_ims.domain.money import Money
from localgov_ims.domain.vat import NIL, DatedRate, Rounding, Treatment, VatRate
from localgov_ims.errors import ConfigurationError, InvalidValue

rates = st.integers(0, 1000).map(VatRate)
amounts = st.integers(-(10**12), 10**12).map(Money)


@pytest.mark.parametrize(
    ("gross", "rate", "half_even", "half_up"),
    [
        ("10.00", "0.2", "1.67", "1.67"), ("0.03", "0.2", "0.00", "0.01"), ("0.15", "0.2", "0.02", "0.03"),
        ("105.00", "0.05", "5.00", "5.00"), ("117.50", "0.175", "17.50", "17.50"), ("10.00", "0", "0.00", "0.00"),
        ("0.09", "0.2", "0.02", "0.02"),
    ],
)  # fmt: skip
def test_vat_is_taken_out_of_the_gross_in_both_roundings(
    gross: str, rate: str, half_even: str, half_up: str
) -> None:
    charged = VatRate.parse(rate)
    assert charged.vat_in(pounds(gross)) == pounds(half_even)
    assert charged.vat_in(pounds(gross), Rounding.HALF_EVEN) == pounds(half_even)
    assert charged.vat_in(pounds(gross), Rounding.HALF_UP) == pounds(half_up)


@given(amounts, rates, st.sampled_from(Rounding))
def test_vat_is_within_half_a_penny_of_the_exact_fraction(
    gross: Money, rate: VatRate, rounding: Rounding
) -> None:
    exact = Fraction(gross.pence * rate.thousandths, 1000 + rate.thousandths)
    assert abs(rate.vat_in(gross, rounding).pence - exact) <= Fraction(1, 2)


@given(amounts, rates, st.sampled_from(Rounding))
def test_net_and_vat_are_the_gross_and_lie_on_its_side(
    gross: Money, rate: VatRate, rounding: Rounding
) -> None:
    vat = rate.vat_in(gross, rounding)
    net = gross - vat
    assert net + vat == gross
    assert net.pence * gross.pence >= 0
    assert vat.pence * gross.pence >= 0


@given(amounts, rates, st.sampled_from(Rounding))
def test_the_vat_of_a_refund_mirrors_that_of_the_receipt(
    gross: Money, rate: VatRate, rounding: Rounding
) -> None:
    assert rate.vat_in(-gross, rounding) == -rate.vat_in(gross, rounding)


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(2009, 12, 31), NIL), (date(2010, 1, 1), VatRate(175)), (date(2011, 1, 3), VatRate(175)),
        (date(2011, 1, 4), STANDARD), (date(2026, 5, 12), STANDARD),
    ],
)  # fmt: skip
def test_the_rate_is_that_of_the_day(day: date, rate: VatRate) -> None:
    assert vat_code().rate_on(day) == rate


def test_money_of_3_january_2011_holds_the_vat_of_that_day_whenever_it_is_cleared() -> None:
    assert vat_code().rate_on(date(2011, 1, 3)).vat_in(pounds("117.50")) == pounds("17.50")
    assert vat_code().rate_on(date(2011, 1, 10)).vat_in(pounds("117.50")) == pounds("19.58")


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [("0", 0), ("0.2", 200), ("0.175", 175), ("0.05", 50), ("0.200", 200), ("1", 1000)],
)
def test_a_rate_is_a_fraction_with_three_places_at_most(text: str, thousandths: int) -> None:
    assert VatRate.parse(text).thousandths == thousandths
    assert VatRate.parse(str(VatRate(thousandths))) == VatRate(thousandths)


@pytest.mark.parametrize(
    "text", ["20", "20%", "17.5", "0.1755", "1.001", "-0.2", "", ".2", "0.", "2e-1", "\u0660.\u0662"]
)
def test_a_percentage_is_not_read_as_a_rate(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        VatRate.parse(text)
    assert refused.value.code == "bad_vat_rate"


@pytest.mark.parametrize("thousandths", [-1, 1001, 0.2, True])
def test_a_rate_lies_between_nothing_and_the_whole(thousandths: object) -> None:
    with pytest.raises(InvalidValue):
        VatRate(thousandths)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (
            {"rates": (DatedRate(date(2011, 1, 4), STANDARD), DatedRate(date(2010, 1, 1), NIL))},
            "vat_rates_out_of_order",
        ),
        (
            {"rates": (DatedRate(date(2011, 1, 4), STANDARD), DatedRate(date(2011, 1, 4), NIL))},
            "vat_rates_out_of_order",
        ),
        ({"treatment": Treatment.EXEMPT}, "vat_rate_not_allowed"),
        ({"treatment": Treatment.ZERO}, "vat_rate_not_allowed"),
        ({"ledger": None}, "no_ledger_account"),
    ],
)
def test_a_vat_code_that_contradicts_itself_is_refused(given: dict[str, Any], code: str) -> None:
    with pytest.raises(ConfigurationError, match="VAT code S") as refused:
        vat_code(**given)
    assert refused.value.code == code


@pytest.mark.parametrize("treatment", [t for t in Treatment if not t.taxed])
def test_a_treatment_without_vat_needs_neither_rate_nor_ledger_code(treatment: Treatment) -> None:
    assert vat_code(treatment=treatment, rates=(), ledger=None).rate_on(date(2026, 5, 12)) == NIL


def test_only_the_standard_and_reduced_treatments_are_taxed() -> None:
    assert {treatment for treatment in Treatment if treatment.taxed} == {
        Treatment.STANDARD,
        Treatment.REDUCED,
    }
