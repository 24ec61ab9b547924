"""Fees: a surcharge that a payer paid on top is income, recorded once, where it may be kept at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from attrs import evolve
from tests.builders import pounds
from tests.persons import with_user
from tests.service import money_in as at
from tests.service.money_in import item, pay, says

from localgov_ims.domain import ids
from localgov_ims.domain.methods import FeeTo
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import Said
from localgov_ims.domain.payers import Card
from localgov_ims.domain.payments import Payment, PaymentState
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.transactions import Purpose, Transaction
from localgov_ims.errors import AlreadyDone, ImsError, InvalidValue, NotFound, NotPermitted
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.payments.fees import record_fee
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.verifying import verify

FEE = Money(150)
CONSUMER = Card(first_six="411111", last_four="1111", commercial=False)
UNSAID = Card(first_six="411111", last_four="1111")


def fee(
    desk: Installation, payment: Payment, amount: Money = FEE, card: Card | None = at.COMMERCIAL
) -> Transaction:
    made = record_fee(desk, payment.reference, amount, card=card)
    assert made is not None
    return made


def method_90(desk: Installation, **given: Any) -> Installation:
    """Return the council with another card method 90."""
    methods = {**desk.council.methods, "90": evolve(desk.council.methods["90"], **given)}
    return evolve(desk, council=evolve(desk.council, methods=methods))


def code_of(desk: Installation, payment: Payment, amount: Money = FEE) -> str:
    with pytest.raises(ImsError) as refused:
        record_fee(desk, payment.reference, amount, card=at.COMMERCIAL)
    return refused.value.code


def fees(desk: Installation, payment: Payment) -> list[Transaction]:
    return [each for each in at.receipts(desk, payment) if each.purpose is Purpose.FEE]


def laws_hold(desk: Installation) -> bool:
    return [law.broken for law in verify(desk) if not law.holds] == []


def test_story_a_the_surcharge_of_a_commercial_card_is_the_payments_next_line(desk: Installation) -> None:
    payment = at.paid(desk)
    (line,) = fee(desk, payment).lines
    assert (line.reference, line.mop, line.amount, line.vat) == (
        f"{payment.reference}_3", "PF", pounds("1.50"), pounds("0.25"),
    )  # fmt: skip
    assert (line.fund, line.account_reference, line.vat_code, line.vat_rate.thousandths) == (
        "13", "SURCHARGES", "W0", 200,
    )  # fmt: skip
    (main,) = [each for each in at.receipts(desk, payment) if each.purpose is Purpose.MAIN]
    assert (main.total, main.taken_on) == (pounds("125.50"), fees(desk, payment)[0].taken_on)
    assert at.breaks(desk) == []
    assert laws_hold(desk)


def test_after_a_reversal_the_next_fee_is_the_next_line(desk: Installation) -> None:
    payment = at.paid(desk)
    first = fee(desk, payment)
    reverse_transaction(desk, first.reference, reason="Wrong amount")
    second = fee(desk, payment, Money(175))
    assert (second.lines[0].reference, second.n) == (f"{payment.reference}_4", 2)
    assert [(each.n, each.total) for each in fees(desk, payment)] == [(1, FEE), (2, Money(175))]
    assert laws_hold(desk)


def test_nothing_is_no_fee_and_no_error(desk: Installation) -> None:
    payment = at.paid(desk)
    assert record_fee(desk, payment.reference, Money(0)) is None
    assert record_fee(desk, pay(desk).reference, Money(0)) is None
    assert len(at.every_transaction(desk)) == 1


def test_below_nothing_is_refused_first(desk: Installation) -> None:
    with pytest.raises(InvalidValue) as refused:
        record_fee(desk, pay(desk).reference, Money(-1))
    assert refused.value.code == "amount_not_positive"


@pytest.mark.parametrize("said", [None, Said.FAILED, Said.CANCELLED, Said.EXPIRED, Said.GOING])
def test_what_has_not_succeeded_has_no_fee_yet(desk: Installation, said: Said | None) -> None:
    payment = pay(desk)
    if said is not None:
        finish_payment(desk, says(payment, said))
    assert code_of(desk, payment) == "not_yet_paid"


def test_the_same_fee_again_is_the_first_and_another_is_refused(desk: Installation) -> None:
    payment = at.paid(desk)
    first = fee(desk, payment)
    assert fee(desk, payment).id == first.id
    assert fee(desk, payment, card=CONSUMER).id == first.id
    with pytest.raises(AlreadyDone, match=r"£1\.50 is recorded .* another of £1\.75") as refused:
        fee(desk, payment, Money(175))
    assert refused.value.data["transaction"] == first.reference
    assert len(fees(desk, payment)) == 1


@pytest.mark.parametrize(
    ("first", "fund", "account"),
    [
        (item("2R", "FP20000050", "5.50"), "2R", "FP20000050"),
        (item("23", "612345674", "5.50"), "13", "SURCHARGES"),  # a debtor control: its VAT arose with the bill
    ],
)  # fmt: skip
def test_a_fee_to_the_payer_is_on_the_first_lines_account_and_in_a_debtor_control_central(
    desk: Installation, first: Any, fund: str, account: str
) -> None:
    to_payer = method_90(desk, fee_to=FeeTo.PAYER)
    payment = at.paid(to_payer, first, item("05", "rent 1", "1.00"))
    (line,) = fee(to_payer, payment).lines
    assert (line.fund, line.account_reference, line.vat_code, line.vat) == (
        fund,
        account,
        "W0",
        pounds("0.25"),
    )


def test_a_fee_to_the_payer_is_on_the_account_asked_for_even_if_what_was_paid_is_in_suspense(
    desk: Installation,
) -> None:
    to_payer = method_90(desk, fee_to=FeeTo.PAYER)
    payment = pay(to_payer, item("2R", "FP20000050", "5.50"))
    finish_payment(to_payer, says(payment, amount="5.00"))
    assert fee(to_payer, payment).lines[0].account_reference == "FP20000050"
    assert laws_hold(to_payer)


@pytest.mark.parametrize("card", [None, CONSUMER, UNSAID])
def test_a_surcharge_on_a_card_not_known_to_be_commercial_goes_to_suspense(
    desk: Installation, card: Card | None
) -> None:
    payment = at.paid(desk)
    (line,) = fee(desk, payment, card=card).lines
    assert (line.fund, line.account_reference, line.vat, line.mop) == ("SUSP", None, Money(0), "PF")
    assert at.suspense_reasons(desk) == [("mop_not_allowed", "consumer_surcharge")]
    assert at.breaks(desk) == ["consumer_surcharge"]
    assert laws_hold(desk)


@pytest.mark.parametrize("card", [None, at.COMMERCIAL])
def test_a_surcharge_by_a_method_that_carries_none_goes_to_suspense(
    desk: Installation, card: Card | None
) -> None:
    free = method_90(desk, carries_fee=False)
    payment = at.paid(free)
    assert fee(free, payment, card=card).lines[0].fund == "SUSP"
    assert at.suspense_reasons(free) == [("mop_not_allowed", "fee_not_allowed")]
    assert at.breaks(free) == ["fee_not_allowed"]
    assert laws_hold(free)


def test_a_fee_of_the_provider_comes_with_its_observation_and_leaves_the_amount_due_as_it_is(
    desk: Installation,
) -> None:
    payment = pay(desk)
    heard = says(payment, amount="125.50", surcharge=FEE, card=at.COMMERCIAL)
    for _ in range(2):
        assert finish_payment(desk, heard).state is PaymentState.SUCCEEDED
    assert [(each.purpose, each.total) for each in at.receipts(desk, payment)] == [
        (Purpose.FEE, FEE), (Purpose.MAIN, pounds("125.50")),
    ]  # fmt: skip
    assert at.breaks(desk) == []


@pytest.mark.parametrize(
    ("surcharge", "special"),
    [(FEE, {"fee": None}), (Money(-150), {})],
    ids=["no method for fees", "below nothing"],
)
def test_a_fee_that_cannot_be_recorded_leaves_the_receipt_and_a_break(
    desk: Installation, surcharge: Money, special: dict[str, Any]
) -> None:
    council = desk.council
    without = evolve(desk, council=evolve(council, special=evolve(council.special, **special)))
    payment = pay(without)
    after = finish_payment(without, says(payment, surcharge=surcharge, card=at.COMMERCIAL))
    assert after.state is PaymentState.SUCCEEDED
    (receipt,) = at.receipts(without, payment)
    assert receipt.total == pounds("125.50")
    assert at.breaks(without) == ["fee_not_allowed"]


def test_another_surcharge_in_a_repeat_leaves_the_first_and_a_break(desk: Installation) -> None:
    payment = pay(desk)
    finish_payment(desk, says(payment, surcharge=FEE, card=at.COMMERCIAL))
    finish_payment(desk, says(payment, surcharge=Money(175), card=at.COMMERCIAL))
    assert [each.total for each in fees(desk, payment)] == [FEE]
    assert at.breaks(desk) == ["fee_not_allowed"]


def test_twenty_at_once_are_one(desk: Installation) -> None:
    payment = at.paid(desk)
    with ThreadPoolExecutor(20) as pool:
        made = list(pool.map(lambda _: fee(desk, payment), range(20)))
    assert len({each.id for each in made}) == 1
    assert len(fees(desk, payment)) == 1
    assert laws_hold(desk)


def test_a_payment_is_named_as_people_write_it(desk: Installation) -> None:
    payment = at.paid(desk)
    made = record_fee(desk, ids.shown(payment.reference).lower(), FEE, card=at.COMMERCIAL)
    assert made is not None
    assert made.payment == payment.reference


def test_who_may_not_settle_payments_records_no_fee(desk: Installation) -> None:
    payment = at.paid(desk)
    clerk = with_user(desk, "clerk", Permission.PAYMENT_TAKE, Permission.FUND_ALL)
    for reference in (payment.reference, "K7MP2QXW9TRN"):
        with pytest.raises(NotPermitted):
            record_fee(clerk, reference, FEE, card=at.COMMERCIAL)
    with pytest.raises(NotFound):
        record_fee(desk, "K7MP2QXW9TRN", FEE, card=at.COMMERCIAL)
