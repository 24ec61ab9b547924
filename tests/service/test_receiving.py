"""Cheques, cash and post: certain at once, checked like any basket."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve
from tests.builders import pounds
from tests.persons import with_user
from tests.service import money_in as at
from tests.service.money_in import item

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.money import Money
from localgov_ims.domain.payers import Cheque, Payer
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.transactions import Channel, Transaction, TransactionKind
from localgov_ims.errors import ImsError, InvalidValue, NotPermitted, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.payments.receiving import receive_cash, receive_cheque, receive_post
from localgov_ims.service.verifying import verify

CHEQUE = Cheque(sort_code="112233", account="12345678", number="000123", name="A Drawer")
PENALTY = item("2R", "FP20000050", "5.50")
TAKES_ALL = (
    Permission.PAYMENT_TAKE, Permission.PAYMENT_TAKE_CHEQUE, Permission.PAYMENT_TAKE_POST, Permission.FUND_ALL,
)  # fmt: skip


def cheque(desk: Installation, *items: BasketItem, **given: Any) -> Transaction:
    return receive_cheque(desk, items or at.STORY_A, **{"cheque": CHEQUE} | given)


def code(desk: Installation, *items: BasketItem) -> str:
    with pytest.raises(ImsError) as refused:
        receive_post(desk, items)
    return refused.value.code


def laws_hold(desk: Installation) -> bool:
    return [law.broken for law in verify(desk) if not law.holds] == []


def test_a_cheque_is_a_receipt_at_once_every_line_by_the_cheque_method(desk: Installation) -> None:
    payer = Payer(name="A Payer")
    made = cheque(desk, item(mop="90"), PENALTY, payer=payer, office="TH", caller_reference=" C-1 ")
    assert (made.kind, made.channel, made.payment, made.office) == (
        TransactionKind.RECEIPT, Channel.COUNTER, None, "TH",
    )  # fmt: skip
    assert [(line.reference, line.mop, line.amount) for line in made.lines] == [
        (f"{made.reference}_1", "24", pounds("120.00")), (f"{made.reference}_2", "24", pounds("5.50")),
    ]  # fmt: skip
    (kept,) = at.every_transaction(desk)
    assert (kept, kept.cheque, kept.payer, kept.caller_reference) == (made, CHEQUE, payer, "C-1")
    assert laws_hold(desk)


def test_post_is_by_the_cheque_method_or_each_lines_own(desk: Installation) -> None:
    made = receive_post(desk, [item(), evolve(PENALTY, mop="CA")])
    assert [line.mop for line in made.lines] == ["24", "CA"]
    assert made.channel is Channel.POST


def test_post_of_who_has_no_methods_is_refused_and_never_a_card(desk: Installation) -> None:
    clerk = with_user(desk, "clerk", Permission.PAYMENT_TAKE_POST, funds=["23"])
    assert code(clerk, item()) == "mop_not_given"


def test_cash_is_by_a_method_that_is_cash(desk: Installation) -> None:
    made = receive_cash(desk, [item(mop="CA")], payer=Payer(name="A Payer"))
    assert (made.channel, made.lines[0].mop, made.total) == (Channel.COUNTER, "CA", pounds("120.00"))
    for mop in (None, "24", "ZZ"):
        with pytest.raises(InvalidValue, match="is not cash") as refused:
            receive_cash(desk, [item(mop="CA"), item("05", "rent", mop=mop)])
        assert refused.value.code == "mop_not_allowed"


def test_vat_and_the_day_are_those_on_which_it_was_taken(desk: Installation) -> None:
    made = cheque(desk, item("13", "G1", "117.50", vat_code="S"), taken_on=date(2011, 1, 3))
    assert (made.taken_on, made.lines[0].vat) == (date(2011, 1, 3), pounds("17.50"))
    assert made.recorded_at == desk.clock()
    today = cheque(desk, item("13", "G1", "117.50", vat_code="S"))
    assert (today.taken_on, today.lines[0].vat) == (date(2026, 5, 13), pounds("19.58"))


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (item(account="612345675"), "reference_check_digit"), (item("LB", "A1", "100.00"), "amount_over_fund_max"),
        (item(amount="0.00"), "amount_not_positive"), (item("99"), "fund_not_allowed"),
        (item(vat_code="W0"), "vat_code_not_allowed"), (item(mop="ZZ"), "mop_not_allowed"),
    ],
)  # fmt: skip
def test_what_is_certain_is_checked_like_any_basket(
    desk: Installation, wrong: BasketItem, expected: str
) -> None:
    assert code(desk, wrong) == expected
    assert code(desk, wrong, PENALTY) == expected
    assert at.every_transaction(desk) == []


def test_more_than_ten_items_are_taken_and_none_is_refused(desk: Installation) -> None:
    assert len(receive_post(desk, [item("05", f"rent {n}", "1.00") for n in range(11)]).lines) == 11
    assert code(desk) == "basket_empty"


@pytest.mark.parametrize(
    ("missing", "receive"),
    [
        (Permission.PAYMENT_TAKE_CHEQUE, cheque),
        (Permission.PAYMENT_TAKE_POST, lambda desk: receive_post(desk, [item()])),
        (Permission.PAYMENT_TAKE, lambda desk: receive_cash(desk, [item(mop="CA")])),
    ],
    ids=["cheque", "post", "cash"],
)
def test_each_way_has_a_permission_of_its_own(desk: Installation, missing: Permission, receive: Any) -> None:
    receive(with_user(desk, "with", missing, Permission.FUND_ALL))
    with pytest.raises(NotPermitted):
        receive(with_user(desk, "without", *(each for each in TAKES_ALL if each is not missing)))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("account", "1234567"), ("account", "123456789"), ("account", "1234567A"), ("sort_code", "11-22-33"),
        ("sort_code", "11223"), ("number", "12345"), ("number", "12345٦"), ("name", " "), ("name", "x" * 51),
    ],
)  # fmt: skip
def test_a_cheque_has_an_account_of_8_digits_a_sort_code_and_number_of_6_and_a_name(
    field: str, wrong: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        evolve(CHEQUE, **{field: wrong})
    assert refused.value.data["field"] == field


def test_a_caller_reference_that_is_too_long_is_refused(desk: Installation) -> None:
    with pytest.raises(InvalidValue) as refused:
        cheque(desk, caller_reference="x" * 101)
    assert refused.value.code == "text_too_long"


def test_an_office_that_is_none_is_refused(desk: Installation) -> None:
    with pytest.raises(InvalidValue) as refused:
        cheque(desk, office="ZZ")
    assert refused.value.code == "office_not_known"


# Negative lines


def test_a_negative_line_needs_a_method_that_takes_back_and_a_reason(desk: Installation) -> None:
    back = item(amount="-20.00", narrative="Paid twice", mop="RV")
    assert code(desk, PENALTY, evolve(back, mop=None)) == "negative_not_allowed"
    assert code(desk, PENALTY, evolve(back, narrative=" ")) == "reason_missing"
    made = receive_post(desk, [PENALTY, back])
    assert made.total == pounds("-14.50")
    assert made.lines[1].draws_on is None
    assert laws_hold(desk)


def test_a_negative_line_that_knows_its_original_draws_on_it(desk: Installation) -> None:
    paid = cheque(desk, item("13", "G1", "10.00"))
    original = paid.lines[0]
    back = item("13", "G1", "-3.33", narrative="Paid twice", mop="RV", original=original.reference)
    made = receive_post(desk, [PENALTY, back])
    line = made.lines[1]
    assert (line.draws_on, line.amount, line.vat, line.vat_code) == (
        original.id, pounds("-3.33"), pounds("-0.56"), "W0",
    )  # fmt: skip
    assert at.left(desk, original.reference) == "6.67"
    assert code(desk, evolve(back, amount=pounds("-6.68"))) == "over_available"
    assert laws_hold(desk)
    reverse_transaction(desk, made.reference, reason="Wrong")
    assert at.left(desk, original.reference) == "10.00"
    assert laws_hold(desk)


def test_a_negative_line_keeps_the_vat_code_of_its_original(desk: Installation) -> None:
    paid = cheque(desk, item("13", "G1", "10.00", vat_code="N0"))
    back = item("13", "G1", "-10.00", narrative="Bounced", mop="RV", original=paid.lines[0].reference)
    (line,) = receive_post(desk, [back]).lines
    assert (line.vat_code, line.vat_rate.thousandths, line.vat) == ("N0", 0, Money(0))


def test_a_negative_line_is_of_the_account_that_had_the_money(desk: Installation) -> None:
    paid = cheque(desk, item("13", "G1", "10.00"))
    back = item("13", "G2", "-3.33", narrative="Paid twice", mop="RV", original=paid.lines[0].reference)
    with pytest.raises(RuleViolation, match="account G1 of fund 13, not of G2") as refused:
        receive_post(desk, [back])
    assert refused.value.code == "original_of_other_account"
    assert code(desk, evolve(back, original="K7MP2QXW9TRN_1")) == "no_such_line"
