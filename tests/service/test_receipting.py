"""Receipts for payers: what stands on them, who may have them, and which of them say copy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from attrs import evolve
from tests import builders
from tests.conftest import MovableClock
from tests.persons import with_user
from tests.service import money_in as at
from tests.service.money_in import COMMERCIAL, item, paid, pay, receipts, says
from tests.service.post import TO, Post, every_law_holds, paid_by, with_post

from localgov_ims.documents import receipts as documents
from localgov_ims.domain import ids
from localgov_ims.domain.observations import Said
from localgov_ims.domain.outbox import BACK_OFF, MessageKind, MessageState
from localgov_ims.domain.payments import Payment
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.restrictions import RestrictionKind
from localgov_ims.domain.transactions import Purpose, TransactionKind
from localgov_ims.errors import (
    ConfigurationError,
    InvalidValue,
    NotFound,
    NotPermitted,
    OutcomeUnknown,
    Rejected,
    RuleViolation,
)
from localgov_ims.service.documents.delivering import deliver_messages, list_outbox
from localgov_ims.service.documents.receipting import give_receipt, receipt_document, send_receipt
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.payments.fees import record_fee
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.people.restricting import restrict_account
from localgov_ims.service.refunds.asking import RefundOf, refund_payment
from localgov_ims.service.refunds.finishing import finish_refund
from localgov_ims.service.refunds.sending import send_refund

GARDEN = item("13", "GW1", "60.00")


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def house(desk: Installation, post: Post) -> Installation:
    return with_post(desk, post)


def number(house: Installation, payment: Payment) -> str:
    return next(each.reference for each in receipts(house, payment) if each.purpose is Purpose.MAIN)


def test_a_receipt_says_who_paid_whom_for_what(house: Installation) -> None:
    payment = paid_by(house, item(), GARDEN)
    text = documents.text(receipt_document(house, ids.shown(payment.reference).lower()))
    assert text == (
        "VAT RECEIPT\n"
        f"Receipt number: {ids.shown(number(house, payment))}\n"
        "Date paid: 13 May 2026\n"
        "Received from: Amina Khan\n\n"
        "Council tax: £120.00\nAccount: 612345674\n\n"
        "Garden waste: £60.00\nAccount: GW1\nVAT: 20 %, £10.00 included\n\n"
        "Number of items: 2\nTotal before VAT: £170.00\nVAT: £10.00\nTotal paid: £180.00\n\n"
        "VAT summary\nNo VAT: net £120.00, VAT £0.00, gross £120.00\n"
        "20 %, code W0: net £50.00, VAT £10.00, gross £60.00\n\n"
        "Test Council\nTown Hall, 1 High Street\nVAT registration number: GB 123 4567 89\n"
    )


def test_a_fund_is_called_what_payers_call_it(desk: Installation) -> None:
    funds = at.a_council().funds
    shown = evolve(funds["13"], display_name="Brown bin")
    house = with_post(desk, Post(), funds={**funds, "13": shown})
    payment = paid(house, GARDEN)
    assert [line.fund_name for line in receipt_document(house, payment.reference).lines] == ["Brown bin"]


def test_a_payment_has_one_document_whichever_of_its_numbers_it_is_asked_by(house: Installation) -> None:
    payment = paid(house, GARDEN, card=COMMERCIAL)
    fee = record_fee(house, payment.reference, builders.pounds("1.50"), card=COMMERCIAL)
    assert fee is not None
    main = number(house, payment)
    asked = [receipt_document(house, each) for each in (payment.reference, main, fee.reference)]
    assert asked[0] == asked[1] == asked[2]
    assert asked[0].receipt_number == ids.shown(main)
    assert [str(line.amount) for line in asked[0].lines] == ["60.00", "1.50"]
    reverse_transaction(house, fee.reference, reason="A consumer's card")
    assert [str(line.amount) for line in receipt_document(house, main).lines] == ["60.00"]
    gone = receipt_document(house, fee.reference)
    assert (gone.title, gone.receipt_number) == ("Cancelled receipt", ids.shown(fee.reference))


def test_what_was_paid_twice_has_a_receipt_of_its_own(house: Installation) -> None:
    payment = paid(house, GARDEN)
    finish_payment(house, says(payment, amount="60.00", theirs="P2"))
    main, extra = (
        each.reference
        for each in sorted(receipts(house, payment), key=lambda e: e.purpose.value, reverse=True)
    )
    assert len(receipt_document(house, payment.reference).lines) == 1
    assert receipt_document(house, main).receipt_number == ids.shown(main)
    assert receipt_document(house, extra).receipt_number == ids.shown(extra)


def test_money_that_went_back_is_a_refund_receipt(house: Installation) -> None:
    payment = paid_by(house, GARDEN)
    asked = refund_payment(
        house, [RefundOf(line=f"{payment.reference}_1", amount=builders.pounds("60.00"))], reason="Moved away"
    )
    send_refund(house, asked.reference, lambda _: at.refund_says(asked.reference))
    finish_refund(house, at.refund_says(asked.reference))
    (refund,) = [each for each in at.every_transaction(house) if each.kind is TransactionKind.REFUND]
    document = receipt_document(house, refund.reference)
    assert (document.title, document.gross.shown(), document.payer) == (
        "Refund receipt",
        "-£60.00",
        "Amina Khan",
    )
    assert receipt_document(house, payment.reference).title == "VAT receipt"  # the payer did pay


def test_a_receipt_that_was_taken_back_says_so_and_proves_nothing(house: Installation) -> None:
    payment = paid(house, GARDEN)
    assert receipt_document(house, payment.reference).title == "VAT receipt"
    reversal = reverse_transaction(house, number(house, payment), reason="Returned")
    document = receipt_document(house, payment.reference)
    assert document.title == "Cancelled receipt"
    sentence = (
        "This receipt is cancelled: the payment that it shows was taken back, by "
        f"{ids.shown(reversal.reference)}. It proves no payment."
    )
    assert sentence in documents.text(document)
    assert sentence in documents.html(document)
    assert receipt_document(house, payment.reference, copy=True).title == "Copy of cancelled receipt"


def test_only_money_that_a_payer_paid_or_got_has_a_receipt(house: Installation) -> None:
    payment = paid(house, GARDEN)
    reversal = reverse_transaction(house, number(house, payment), reason="Returned")
    with pytest.raises(RuleViolation, match="is a reversal: no payer") as caught:
        receipt_document(house, reversal.reference)
    assert caught.value.code == "no_receipt"
    waiting = pay(house, GARDEN)
    with pytest.raises(RuleViolation, match=r"is pending; it has a receipt once it has been paid") as unpaid:
        receipt_document(house, waiting.reference)
    assert unpaid.value.code == "not_yet_paid"
    with pytest.raises(NotFound):
        receipt_document(house, ids.new_reference())


def test_the_second_one_given_says_copy_however_it_was_given(house: Installation, post: Post) -> None:
    payment = paid(house, GARDEN)
    assert not receipt_document(house, payment.reference).copy
    assert not receipt_document(house, payment.reference).copy  # looking at it gives it to nobody
    assert receipt_document(house, payment.reference, copy=True).copy
    assert not give_receipt(house, payment.reference).copy
    assert give_receipt(house, number(house, payment)).title == "Copy of VAT receipt"
    assert send_receipt(house, payment.reference, to=TO).copy
    deliver_messages(house)
    assert post.taken[0][0].subject.startswith("Copy of VAT receipt ")
    assert [(m.kind, m.number, m.copy) for m in list_outbox(house, every=True)] == [
        (MessageKind.PRINTED, 1, False), (MessageKind.PRINTED, 2, True), (MessageKind.RECEIPT, 3, True),
    ]  # fmt: skip
    assert every_law_holds(house)


def test_what_was_given_up_was_never_given(house: Installation, post: Post) -> None:
    payment = paid(house, GARDEN)
    post.before = [Rejected("smtp_rejected", "No such mailbox")]
    send_receipt(house, payment.reference, to=TO)
    assert receipt_document(house, payment.reference).copy  # it may still arrive
    assert deliver_messages(house).given_up == 1
    again = send_receipt(house, payment.reference, to="other@example.org")
    assert (again.copy, again.number) == (False, 2)


@pytest.mark.parametrize(
    "first", [OutcomeUnknown("outcome_unknown", "Perhaps", key="x"), RuntimeError("broke")]
)
def test_what_was_given_up_but_may_have_arrived_makes_the_next_one_a_copy(
    house: Installation, post: Post, clock: MovableClock, first: Exception
) -> None:
    payment = paid(house, GARDEN)
    post.before = [first, Rejected("smtp_rejected", "No such mailbox")]
    send_receipt(house, payment.reference, to=TO)
    assert deliver_messages(house).failed == 1
    clock.moment += BACK_OFF[0]
    assert deliver_messages(house).given_up == 1
    (given_up,) = list_outbox(house)
    assert (given_up.latest.may_have_gone, given_up.may_have_gone) == (False, True)
    assert send_receipt(house, payment.reference, to="other@example.org").copy


def test_of_two_asked_for_at_once_one_is_the_first(house: Installation) -> None:
    payment = paid(house, GARDEN)
    with ThreadPoolExecutor(4) as pool:
        made = list(
            pool.map(lambda n: send_receipt(house, payment.reference, to=f"a{n}@example.org"), range(4))
        )
    assert sorted(message.copy for message in made) == [False, True, True, True]
    assert sorted(message.number for message in made) == [1, 2, 3, 4]


def test_asking_twice_for_the_same_address_sends_one(house: Installation, post: Post) -> None:
    payment = paid(house, GARDEN)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: send_receipt(house, payment.reference, to=TO), range(4)))
    assert len({message.id for message in made}) == 1
    assert deliver_messages(house).sent == 1
    assert send_receipt(house, payment.reference, to=TO).copy  # what was sent may be asked for again
    assert len(post.taken) == 1


@pytest.mark.parametrize(
    "to", ["", "amina", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "<a@b.example>"]
)
def test_an_address_that_is_none_is_refused_and_nothing_queued(house: Installation, to: str) -> None:
    payment = paid(house, GARDEN)
    with pytest.raises(InvalidValue) as caught:
        send_receipt(house, payment.reference, to=to)
    assert caught.value.code == "bad_address"
    assert list_outbox(house, every=True) == []


def test_a_receipt_that_was_taken_back_while_it_waited_is_sent_anew(house: Installation, post: Post) -> None:
    payment = paid(house, GARDEN)
    send_receipt(house, payment.reference, to=TO)
    reverse_transaction(house, number(house, payment), reason="Returned")
    send_receipt(house, payment.reference, to=TO)
    assert deliver_messages(house).sent == 2
    assert [message.subject.partition(" from")[0].rpartition(" ")[0] for message, _ in post.taken] == [
        "VAT receipt", "Copy of cancelled receipt",
    ]  # fmt: skip


def test_without_a_notifier_nothing_waits_for_ever(desk: Installation) -> None:
    payment = paid(desk, GARDEN)
    for act in (lambda: send_receipt(desk, payment.reference, to=TO), lambda: deliver_messages(desk)):
        with pytest.raises(ConfigurationError, match=r"\[notifier\]") as caught:
            act()
        assert caught.value.code == "no_notifier"


def test_what_is_queued_is_what_was_true_then(house: Installation, post: Post, desk: Installation) -> None:
    payment = paid_by(house, GARDEN)
    queued = send_receipt(house, payment.reference, to=TO)
    funds = house.council.funds
    renamed = with_post(desk, post, funds={**funds, "13": evolve(funds["13"], name="Something else")})
    deliver_messages(renamed)
    ((message, key),) = post.taken
    assert queued.contents is not None
    assert (message.to, message.subject, message.text) == (TO, queued.contents.subject, queued.contents.text)
    assert "Garden waste" in message.text
    assert message.subject == f"VAT receipt {ids.shown(number(house, payment))} from Test Council"
    assert key == str(queued.id)


def test_the_audit_trail_says_what_was_asked_for_and_no_address(house: Installation) -> None:
    from localgov_ims.storage.audit import chain

    payment = paid(house, GARDEN)
    message = send_receipt(house, payment.reference, to=TO)
    with house.store.reading() as connection:
        *_, (entry, _) = chain(connection)
    assert (entry.action, entry.by) == ("send_receipt", "tester")
    assert entry.detail == {
        "message": str(message.id), "receipt": message.receipt, "copy": False, "permission": "transaction.view",
    }  # fmt: skip


@pytest.mark.parametrize("act", ["show", "give", "send"])
def test_a_receipt_is_for_those_who_may_see_all_of_it(house: Installation, act: str) -> None:
    payment = paid(house, item(), GARDEN)
    do = {
        "show": lambda who: receipt_document(who, payment.reference),
        "give": lambda who: give_receipt(who, payment.reference),
        "send": lambda who: send_receipt(who, payment.reference, to=TO),
    }[act]
    nobody = with_user(house, "nobody", Permission.TRANSACTION_LIST)
    with pytest.raises(NotPermitted) as caught:
        do(nobody)
    assert caught.value.data["permission"] == "transaction.view"
    one_fund = with_user(house, "onefund", Permission.TRANSACTION_VIEW, funds=["13"])
    with pytest.raises(NotPermitted) as half:
        do(one_fund)
    assert half.value.code == "fund_not_permitted"
    unpaid = pay(house, item())
    with pytest.raises(NotPermitted):
        receipt_document(one_fund, unpaid.reference)  # nor whether it was paid
    do(with_user(house, "both", Permission.TRANSACTION_VIEW, funds=["13", "23"]))
    restrict_account(
        house, fund="23", account_reference="612345674", kind=RestrictionKind.SAFEGUARDING, reason="Hidden"
    )
    with pytest.raises(NotPermitted, match=r"account\.restricted"):
        do(with_user(house, "third", Permission.TRANSACTION_VIEW, funds=["13", "23"]))


def test_a_payment_that_failed_has_no_receipt(house: Installation) -> None:
    payment = finish_payment(house, says(pay(house, GARDEN), Said.FAILED))
    with pytest.raises(RuleViolation, match="is failed"):
        send_receipt(house, payment.reference, to=TO)
    assert MessageState.FAILED.open  # of a message, failing is not the end
