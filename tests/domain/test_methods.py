"""Methods of payment: what contradicts itself is refused, surcharges need somebody's word, special ones are each their own."""

from __future__ import annotations

from typing import Any

import pytest
from tests.builders import card, method, vat_code

from localgov_ims.domain.methods import (
    SURCHARGE_WARNING,
    Banking,
    FeeTo,
    FeeVat,
    MethodOfPayment,
    SpecialMethods,
)
from localgov_ims.domain.money import Money
from localgov_ims.domain.vat import Treatment, VatCode
from localgov_ims.errors import ConfigurationError, InvalidValue

FEE: dict[str, Any] = {
    "carries_fee": True, "fee_to": FeeTo.CENTRAL, "fee_fund": "13", "fee_account": "FEES", "fee_vat_code": "S",
    "surcharge_accepted_by": "The section 151 officer",
}  # fmt: skip


def refusal(make: Any, **given: Any) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as refused:
        make(**given)
    return refused.value


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"minimum": Money(-1)}, "its minimum must not be negative"),
        ({"maximum": Money(0)}, "its maximum must be above zero"),
        ({"minimum": Money(2), "maximum": Money(1)}, "its minimum is above its maximum"),
        ({"banking": Banking.SETTLEMENT}, "money that comes by settlement needs a provider and a fee code"),
    ],
)
def test_a_method_that_contradicts_itself_is_refused(given: dict[str, Any], fault: str) -> None:
    said = refusal(method, **given)
    assert (said.code, said.message) == ("bad_method", f"Method of payment 12: {fault}.")


@pytest.mark.parametrize(
    "given",
    [{"fee_vat": FeeVat.RECOVER}, {"provider_fee_vat_code": "S"}],
)
def test_vat_in_fees_is_recovered_by_a_word_and_a_code_together(given: dict[str, Any]) -> None:
    assert "fee_vat = 'recover' needs provider_fee_vat_code" in refusal(card, **given).message
    assert card(fee_vat=FeeVat.RECOVER, provider_fee_vat_code="S").provider_fee_vat_code == "S"
    with_both = {"fee_vat": FeeVat.RECOVER, "provider_fee_vat_code": "S"}
    assert "a fee code" in refusal(method, **with_both).message


def test_vat_is_recovered_only_under_a_code_that_has_a_ledger_code() -> None:
    made = card(fee_vat=FeeVat.RECOVER, provider_fee_vat_code="S")
    made.check_fees({}, {"S": vat_code()})
    outside = VatCode(code="S", treatment=Treatment.OUTSIDE_SCOPE)
    assert (
        "S of its provider's fees has no ledger code"
        in refusal(made.check_fees, funds={}, vat_codes={"S": outside}).message
    )


@pytest.mark.parametrize("missing", ["provider", "fee"])
def test_money_that_comes_by_settlement_needs_both_its_provider_and_its_fee_code(missing: str) -> None:
    assert "needs a provider and a fee code" in refusal(card, **{missing: None}).message


def test_limits_may_meet_and_a_minimum_may_be_nothing() -> None:
    made = method(minimum=Money(1), maximum=Money(1))
    assert made.minimum == made.maximum
    assert method(minimum=Money(0)).minimum == Money(0)


def test_no_method_carries_a_surcharge_by_itself() -> None:
    assert (method().carries_fee, card().carries_fee) == (False, False)


@pytest.mark.parametrize("missing", ["fee_to", "fee_fund", "fee_account", "fee_vat_code"])
def test_a_surcharge_without_a_place_to_go_is_refused(missing: str) -> None:
    said = refusal(card, **FEE | {missing: None})
    assert said.message.endswith("carries_fee needs fee_to, fee_fund, fee_account and fee_vat_code.")


@pytest.mark.parametrize("nobody", [None, ""])
def test_a_surcharge_that_nobody_accepted_is_refused_with_the_warning(nobody: str | None) -> None:
    said = refusal(card, **FEE | {"surcharge_accepted_by": nobody})
    assert SURCHARGE_WARNING in said.message
    assert SURCHARGE_WARNING == (
        "Since 13 January 2018 it is unlawful to charge consumers for paying by card. Charge commercial cards only, no "
        "more than your cost, after legal advice."
    )


def test_a_surcharge_keeps_who_accepted_it() -> None:
    assert card(**FEE).surcharge_accepted_by == "The section 151 officer"


@pytest.mark.parametrize(("name", "longest"), [("code", 5), ("name", 30)])
def test_a_text_of_a_method_fits_or_is_refused(name: str, longest: int) -> None:
    assert getattr(method(**{name: "x" * longest}), name) == "x" * longest
    with pytest.raises(InvalidValue) as refused:
        method(**{name: "x" * (longest + 1)})
    assert refused.value.code == "text_too_long"


# --- Special methods ----------------------------------------------------------------------------------

METHODS: dict[str, MethodOfPayment] = {
    "12": method(), "90": card(), "24": method(code="24"), "25": method(code="25", disabled=True),
}  # fmt: skip


def special(**given: str) -> SpecialMethods:
    return SpecialMethods(**{"bank_transfer": "12"} | given)


def test_special_methods_that_are_there_enabled_and_each_their_own_are_accepted() -> None:
    special(portal="90", cheque="24").check(METHODS)
    assert special(portal="90").named() == {"bank_transfer": "12", "portal": "90"}


@pytest.mark.parametrize(
    ("given", "code", "fault"),
    [
        ({"fee": "99"}, "unknown_name", "special_methods.fee names the method '99', which is not there. There are: 12, 90"),
        ({"cheque": "25"}, "bad_special_method", "special_methods.cheque names the method '25', which is disabled"),
        ({"portal": "90", "telephone": "90"}, "bad_special_method", "special_methods.portal .* '90', which is also named"),
        ({"bank_transfer": "90"}, "bad_special_method", "special_methods.bank_transfer names '90', whose money comes by"),
    ],
)  # fmt: skip
def test_special_methods_that_cannot_serve_are_refused(given: dict[str, str], code: str, fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault) as refused:
        special(**given).check(METHODS)
    assert refused.value.code == code


def test_a_purpose_without_a_method_says_what_to_add() -> None:
    assert special(fee="24")["fee"] == "24"
    with pytest.raises(ConfigurationError, match=r"names no method for payables. Add payables = ") as refused:
        special()["payables"]
    assert refused.value.code == "no_special_method"
