"""VAT lies inside the gross, by the rate of the day the payer paid, and net + VAT = gross."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import STANDARD, pounds, vat_code

from localgov_ims.domain.money import Money
from localgov_ims.domain.vat import NIL, DatedRate, Rounding, Treatment, VatRate, part_of
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


# Parts of a line


def parts_of(
    whole: Money, vat: Money, parts: list[Money], rounding: Rounding = Rounding.HALF_EVEN
) -> list[Money]:
    """Return the VAT of parts taken one after the other."""
    taken, vat_taken, made = Money(0), Money(0), []
    for part in parts:
        made.append(part_of(whole, vat, taken=taken, vat_taken=vat_taken, part=part, rounding=rounding))
        taken, vat_taken = taken + part, vat_taken + made[-1]
    return made


@pytest.mark.parametrize("rounding", Rounding)
def test_three_parts_of_ten_pounds_hold_together_the_vat_of_the_line(rounding: Rounding) -> None:
    whole, vat = pounds("10.00"), pounds("1.67")
    parts = [pounds("3.33"), pounds("3.33"), pounds("3.34")]
    made = parts_of(whole, vat, parts, rounding)
    assert [str(each) for each in made] == ["0.56", "0.55", "0.56"]
    assert Money.total(made) == vat
    assert str(Money.total(STANDARD.vat_in(part) for part in parts)) == "1.68"  # by the rate it would not
    mirrored = parts_of(-whole, -vat, [-part for part in parts], rounding)
    assert mirrored == [-each for each in made]


def test_half_a_penny_of_a_part_is_rounded_as_the_council_rounds() -> None:
    halves = {rounding: parts_of(Money(4), Money(2), [Money(1)] * 4, rounding) for rounding in Rounding}
    assert [each.pence for each in halves[Rounding.HALF_EVEN]] == [0, 1, 1, 0]
    assert [each.pence for each in halves[Rounding.HALF_UP]] == [1, 0, 1, 0]


@given(st.data(), st.sampled_from(Rounding))
def test_whoever_exhausts_a_line_exhausts_its_vat_and_no_part_holds_more_than_its_amount(
    data: st.DataObject, rounding: Rounding
) -> None:
    whole = Money(data.draw(st.integers(1, 10**9)))
    vat = data.draw(rates).vat_in(whole, rounding)
    cuts = sorted(data.draw(st.lists(st.integers(0, whole.pence), max_size=6)))
    edges = [0, *cuts, whole.pence]
    parts = [Money(after - before) for before, after in pairwise(edges) if after > before]
    made = parts_of(whole, vat, parts, rounding)
    assert Money.total(made) == vat
    assert all(Money(0) <= each <= part for each, part in zip(made, parts, strict=True))


def test_a_line_without_vat_has_none_in_its_parts() -> None:
    assert parts_of(pounds("10.00"), Money(0), [pounds("3.33"), pounds("6.67")]) == [Money(0), Money(0)]


@given(amounts, rates)
def test_the_two_roundings_differ_by_a_penny_at_most_and_only_at_the_half(
    gross: Money, rate: VatRate
) -> None:
    even, up = (
        abs(rate.vat_in(gross, rounding).pence) for rounding in (Rounding.HALF_EVEN, Rounding.HALF_UP)
    )
    exact = Fraction(abs(gross.pence) * rate.thousandths, 1000 + rate.thousandths)
    assert up - even == (
        1 if exact - exact.__floor__() == Fraction(1, 2) and exact.__floor__() % 2 == 0 else 0
    )
