"""Funds: their flags are checked when they are made."""

from __future__ import annotations

from typing import Any

import pytest
from tests.builders import fund, vat_code

from localgov_ims.domain.funds import Nature
from localgov_ims.domain.money import Money
from localgov_ims.errors import ConfigurationError, InvalidValue

SUSPENSE = {"suspense": True, "nature": Nature.LIABILITY}
TEXTS = {"code": 5, "name": 50, "display_name": 50, "reference_label": 50, "reference_hint": 200}


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"vat_code": "S"}, "a debtor control takes no VAT code"),
        ({"vat_override": True}, "a debtor control takes no VAT code"),
        ({"suspense": True, "nature": Nature.INCOME}, "the suspense fund is a liability"),
        (SUSPENSE | {"vat_code": "S"}, "the suspense fund takes no VAT code: VAT is decided when an item is cleared"),
        (SUSPENSE | {"disabled": True}, "the suspense fund cannot be disabled"),
        (SUSPENSE | {"basket_fund": True}, "the suspense fund is not offered in the portal"),
        ({"maximum": Money(0)}, "its maximum must be above zero"),
        ({"maximum": Money(-1)}, "its maximum must be above zero"),
    ],
)  # fmt: skip
def test_a_fund_that_contradicts_itself_is_refused(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=f"Fund 23: {fault}") as refused:
        fund(**given)
    assert refused.value.code == "bad_fund"
    assert refused.value.data == {"fund": "23"}


@pytest.mark.parametrize(
    "given",
    [
        {"nature": Nature.INCOME, "vat_code": "S", "vat_override": True},
        {"nature": Nature.LIABILITY, "vat_code": "S"},
        {"maximum": Money(1)},
        {"disabled": True},
        SUSPENSE,
    ],
)
def test_what_agrees_with_itself_is_a_fund(given: dict[str, Any]) -> None:
    made = fund(**given)
    assert {name: getattr(made, name) for name in given} == given


@pytest.mark.parametrize(("name", "longest"), TEXTS.items())
def test_a_text_of_a_fund_fits_or_is_refused(name: str, longest: int) -> None:
    assert getattr(fund(**{name: "x" * longest}), name) == "x" * longest
    for value, code in (("x" * (longest + 1), "text_too_long"), ("", "text_missing")):
        with pytest.raises(InvalidValue) as refused:
            fund(**{name: value})
        assert refused.value.code == code


def test_a_fund_does_nothing_special_unless_it_says_so() -> None:
    flags = (
        "account_must_exist", "address_required", "vat_override", "basket_fund", "credit_notes", "ereturn_default",
        "suspense", "may_overpay", "disabled",
    )  # fmt: skip
    assert [name for name in flags if getattr(fund(), name)] == []
    assert dict(fund(extras={"colour": "blue"}).extras) == {"colour": "blue"}


def test_payers_read_the_display_name_where_there_is_one() -> None:
    assert fund().shown == "Council tax"
    assert fund(display_name="Your council tax").shown == "Your council tax"


def test_the_code_of_vat_has_two_characters_at_most() -> None:
    assert vat_code(code="W0").code == "W0"
    with pytest.raises(InvalidValue) as refused:
        vat_code(code="W00")
    assert refused.value.code == "text_too_long"
