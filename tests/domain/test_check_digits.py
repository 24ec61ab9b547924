"""Check digits: every row of the councils' schemes, to the letter."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import penalty_scheme, scheme

from localgov_ims.domain.check_digits import CheckDigits, Kind
from localgov_ims.errors import ConfigurationError


def weighted(**given: object) -> CheckDigits:
    return scheme(**{"name": "other", "subtract": False, "results": {}} | given)


def dynix(weights: tuple[int, ...], results: dict[int, str]) -> CheckDigits:
    return CheckDigits(name="dynix", kind=Kind.DYNIX, modulus=10, weights=weights, results=results)


PARKING = weighted(modulus=11, prefix_as="05", weights=(9, 8, 7, 6, 5, 4, 3, 2, 1, 0), results={10: "A"})
RENT = scheme(weights=(0, 0, 9, 7, 1, 4, 6, 3, 2, 8, 0))
PREFIXED = weighted(prefix_as="98", weights=(2, 0, 3, 0, 4, 0, 5, 0, 0, 0), subtract=True, results={10: "Z"})
PLAIN = weighted(weights=(9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0), results={10: "Z"})
TICKET = dynix((2, 0, 3, 0, 4, 0, 5, 0, 6), {10: "Z"})
LIBRARY = dynix((2, 0) * 7, {10: "0"})


@pytest.mark.parametrize(
    ("reference", "used", "valid"),
    [
        ("FP20000050", penalty_scheme(), True), ("FP20000083", penalty_scheme(), True),
        ("FP2000012A", penalty_scheme(), True), ("FP20000607", penalty_scheme(), True),
        ("FP20000051", penalty_scheme(), False), ("BJ99518409", PARKING, True), ("BJ9951434A", PARKING, True),
        ("BJ99518400", PARKING, False), ("612345674", scheme(), True), ("612345670", scheme(), False),
        ("12345678902", RENT, True), ("12345678903", RENT, False), ("AB1234562", PREFIXED, True),
        ("AB1234566", PREFIXED, False), ("9634561380", PLAIN, True), ("9634561381", PLAIN, False),
        ("AB1234567", TICKET, True), ("AB1234566", TICKET, False), ("12345678901237", LIBRARY, True),
        ("12345678901230", LIBRARY, False),
    ],
)  # fmt: skip
def test_references_of_councils_pass_by_their_schemes(reference: str, used: CheckDigits, valid: bool) -> None:  # noqa: FBT001
    assert used.passes(reference, len(reference) - 1) is valid


@given(st.text("0123456789", min_size=8, max_size=8))
def test_one_check_digit_fits_each_council_tax_account(digits: str) -> None:
    fitting = [last for last in "0123456789" if scheme().passes(digits + last, 8)]
    assert len(fitting) == 1


@given(st.text("0123456789", min_size=13, max_size=13))
def test_dynix_with_weights_of_two_is_luhn(digits: str) -> None:
    doubled = [int(d) * 2 if place % 2 == 0 else int(d) for place, d in enumerate(digits)]
    luhn = -sum(d - 9 if d > 9 else d for d in doubled) % 10
    assert LIBRARY.passes(f"{digits}{luhn}", 13)


def test_taking_from_the_modulus_turns_nought_into_the_modulus() -> None:
    kept, taken = weighted(results={}), weighted(subtract=True, results={10: "X"})
    assert kept.passes("000000000", 8)
    assert not taken.passes("000000000", 8)
    assert taken.passes("00000000X", 8)


def test_a_result_of_two_characters_fits_nothing() -> None:
    unwritten = weighted(subtract=True)
    assert not any(unwritten.passes("00000000" + last, 8) for last in "0123456789AXZ")


def test_letters_count_nothing_but_hold_their_place() -> None:
    assert scheme().passes("A00000000", 8) is scheme().passes("000000000", 8) is True
    by_place = weighted(weights=(1, 2, 0))
    assert by_place.passes("A36", 2)
    assert by_place.passes("306", 2) is False


def test_a_digit_without_a_weight_fails() -> None:
    assert not weighted(weights=(0, 0)).passes("0000", 3)
    assert not dynix((2,), {10: "0"}).passes("0000", 3)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"modulus": 1}, "modulus must be 2 or more"),
        ({"modulus": 0}, "modulus must be 2 or more"),
        ({"prefix_as": "FP"}, "prefix_as must be digits"),
        ({"prefix_as": "\u0661\u0662"}, "prefix_as must be digits"),
        ({"results": {10: "AB"}}, "a result must be one character"),
        ({"results": {10: ""}}, "a result must be one character"),
        ({"kind": Kind.DYNIX, "subtract": False, "prefix_as": "12"}, "dynix takes neither"),
        ({"kind": Kind.DYNIX, "subtract": True}, "dynix takes neither"),
    ],
)
def test_a_scheme_that_contradicts_itself_is_refused_by_name(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=f"council-tax: .*{fault}") as refused:
        scheme(**given)
    assert refused.value.code == "bad_check_digits"
