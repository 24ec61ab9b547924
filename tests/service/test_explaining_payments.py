"""Explaining payments, refunds and proposals: what an auditor reads, and who may not."""

from __future__ import annotations

from typing import Any

import pytest
from tests.builders import pounds
from tests.persons import with_user
from tests.service import money_in as at
from tests.service.money_in import item, paid, pay, says

from localgov_ims.domain.ids import shown
from localgov_ims.domain.observations import RefundSaid, Said
from localgov_ims.domain.payers import Payee
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.refunds import RefundRequest, Route
from localgov_ims.domain.transactions import Transaction
from localgov_ims.errors import NotFound, NotPermitted
from localgov_ims.service.enquiries.viewing import whole_line, whole_payment
from localgov_ims.service.explaining.asking import explain
from localgov_ims.service.explaining.stories import Story, called
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.authorising import authorise
from localgov_ims.service.moves.reallocations import reallocate_line
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.moves.transfers import transfer_income
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.refunds.asking import RefundOf, refund_payment
from localgov_ims.service.refunds.finishing import authorise_refund, finish_refund

P = Permission
PAYEE = Payee(name="A Payer", sort_code="200000", account="12345678")
AT = "13 May 2026 at 08:00"


def told(desk: Installation, identifier: str) -> Story:
    (story,) = explain(desk, identifier)
    return story


def ask(desk: Installation, line: str, amount: str = "20.00", **given: Any) -> RefundRequest:
    return refund_payment(desk, [RefundOf(line=line, amount=pounds(amount))], reason="Paid twice", **given)


def test_a_pending_payment_says_who_asked_and_what_is_due(desk: Installation) -> None:
    payment = pay(desk)
    story = told(desk, shown(payment.reference).lower())
    assert (story.kind, story.id) == ("payment", str(payment.id))
    assert story.sentences == (
        f"tester asked for £125.50 on {AT} (channel portal).",
        f"{called(payment.reference)}_1: £120.00 to Council tax, account 612345674.",
        f"{called(payment.reference)}_2: £5.50 to Parking penalties, account FP20000050.",
        (
            "Nothing has been heard of cardco yet. It stays pending until there is an answer, or after 13 May 2026 at 09:30 the "
            "answer that there is no such payment."
        ),
        "What stands: the payment is pending, £125.50 is due, and nothing of it is income.",
    )
    assert told(desk, str(payment.id)) == story
    line = told(desk, f"{payment.reference}_2")
    assert line.sentences == (
        "£5.50 was asked for, to Parking penalties, account FP20000050.",
        "The payment is pending: nothing of it is recorded under this line.",
    )
    with pytest.raises(NotFound):
        explain(desk, f"{payment.reference}_3")


def test_a_payment_tells_what_was_said_recorded_refunded_and_what_stands(desk: Installation) -> None:
    payment = paid(desk, item(amount="80.00"))
    line = f"{payment.reference}_1"
    refund = ask(desk, line, route=Route.PAYABLES, payee=PAYEE, evidence="Letter")
    authorise_refund(at.second(desk), refund.reference)
    finish_refund(desk, at.refund_says(refund.reference))
    assert isinstance(reallocate_line(desk, line, [item("05", "TEN1", "25.00")]), Transaction)
    (receipt,) = at.receipts(desk, payment)
    story = told(desk, payment.reference)
    assert story.sentences[2:] == (
        (
            "1. Of cardco (P1) it was said that it succeeded, £80.00 paid: recorded by tester on 12 May 2026 at 10:30, and the "
            "payment stood as succeeded."
        ),
        f"Receipt {called(receipt.reference)} of £80.00 (what was paid) was recorded by tester on {AT}, taken on 13 May 2026.",
        (
            f"Refund {called(refund.reference)} of £20.00 (Paid twice), asked for by tester on {AT}, authorised by second on {AT}, "
            "has succeeded."
        ),
        (
            "What stands: the payment is succeeded. Of £80.00 that was recorded: £20.00 was refunded; £25.00 was "
            "moved or paid back otherwise, or waits to be; £35.00 is left where it was put."
        ),
    )
    assert story.leads_to == tuple(map(called, (receipt.reference, line, refund.reference)))


def test_contradictions_are_told_as_breaks(desk: Installation) -> None:
    payment = paid(desk, item(amount="80.00"))
    finish_payment(desk, says(payment, theirs="P2"))
    finish_payment(desk, says(payment, Said.FAILED))
    story = told(desk, payment.reference)
    broken = [sentence for sentence in story.sentences if sentence.startswith("Break since 13 May 2026 (")]
    assert sorted(sentence.split("(")[1].split(")")[0] for sentence in broken) == [
        "late_refusal",
        "paid_twice",
    ]
    assert any("It went to suspense" in sentence and "paid_twice" in sentence for sentence in story.sentences)
    assert "Of £160.00 that was recorded: £160.00 is left" in story.sentences[-1]


def test_a_receipt_that_was_taken_back_stands_no_more(desk: Installation) -> None:
    payment = paid(desk, item(amount="80.00"))
    (receipt,) = at.receipts(desk, payment)
    undone = reverse_transaction(desk, receipt.reference, reason="Never came")
    story = told(desk, payment.reference)
    assert f"It was taken back by {called(undone.reference)}." in story.sentences
    assert story.sentences[-1] == (
        "What stands: the payment is succeeded. Of £80.00 that was recorded: £80.00 was taken back."
    )
    back = told(desk, undone.reference)
    assert f"It takes back the receipt {called(receipt.reference)}." in back.sentences
    assert called(receipt.reference) in back.leads_to
    whole = told(desk, receipt.reference)
    assert f"It is income of payment {called(payment.reference)} (main)." in whole.sentences


def test_a_line_tells_everything_that_was_taken_from_it(desk: Installation) -> None:
    payment = paid(desk, item(amount="80.00"))
    line = f"{payment.reference}_1"
    refund = ask(desk, line)
    moved = reallocate_line(desk, line, [item("05", "TEN1", "25.00")])
    assert isinstance(moved, Transaction)
    undone = reverse_transaction(at.second(desk), moved.reference, reason="Wrong tenant")
    story = told(desk, line.lower())
    assert story.kind == "line"
    assert story.sentences[1:] == (
        f"1. Refund {called(refund.reference)}, made by tester on {AT}, took £20.00; £20.00 of it is taken then.",
        f"2. Reallocation {called(moved.reference)}, made by tester on {AT}, took £25.00; £45.00 of it is taken then.",
        f"3. Reversal {called(undone.reference)}, made by second on {AT}, gave £25.00 back; £20.00 of it is taken then.",
        "What stands: £60.00 of it is left where it was put.",
    )
    assert f"It takes from line {called(line)}." in told(desk, moved.reference).sentences
    assert str(whole_line(desk, line).left) == at.left(desk, line)


def test_a_refund_tells_its_whole_way(desk: Installation) -> None:
    line = f"{paid(desk, item(amount='80.00')).reference}_1"
    refund = ask(desk, line, route=Route.PAYABLES, payee=PAYEE, evidence="Letter")
    assert (
        told(desk, refund.reference)
        .sentences[-1]
        .startswith("What stands: the request is proposed: nothing has been paid")
    )
    authorise_refund(at.second(desk), refund.reference)
    finish_refund(
        desk, at.refund_says(refund.reference, RefundSaid.FAILED, theirs="B1", reason="No such account")
    )
    story = told(desk, refund.reference)
    assert story.sentences[:7] == (
        f"tester asked on {AT} to give back £20.00 by the payables system: Paid twice.",
        f"{called(line)}: £20.00.",
        "It goes to A Payer, account ending 78.",
        "Evidence: Letter.",
        f"second authorised it on {AT}.",
        f"It was said that it was rejected (B1): No such account; recorded by tester on {AT}, and the request stood as failed.",
        (
            f"Break since 13 May 2026 (refund_failed): Refund {called(refund.reference)} of £20.00 failed: No such account. The "
            "payer has not had the money; ask for it again, or by another route."
        ),
    )
    assert story.sentences[7:] == (
        "What stands: the request is failed: nothing of it is given back, and what it had kept aside is free again.",
    )
    finish_refund(desk, at.refund_says(refund.reference, theirs="B2"))
    after = told(desk, refund.reference)
    (record,) = [each for each in at.every_transaction(desk) if each.kind.value == "refund"]
    assert called(record.reference) in after.leads_to
    assert (
        f"It is what refund request {called(refund.reference)} became."
        in told(desk, record.reference).sentences
    )


def test_a_proposal_tells_what_it_asks_and_what_became_of_it(desk: Installation) -> None:
    proposal = transfer_income(desk, [item("05", "TEN1", "2000.00")], [item(amount="2000.00")])
    assert isinstance(proposal, Proposal)
    before = told(desk, shown(proposal.reference))
    assert before.sentences == (
        f"tester asked on {AT} for a transfer of £2,000.00 (proposal {called(proposal.reference)}).",
        "From Housing rents, account TEN1: £2,000.00.",
        "To Council tax, account 612345674: £2,000.00.",
        "It waits for another person with transfer.authorise.",
        "What stands: nothing is recorded of it.",
    )
    authorise(at.second(desk), proposal.reference)
    (made,) = at.every_transaction(desk)
    after = told(desk, proposal.reference)
    assert after.sentences[-2:] == (
        f"It was accepted by second on {AT}.", f"What stands: it was recorded as {called(made.reference)}.",
    )  # fmt: skip
    record = told(desk, made.reference)
    assert record.sentences[0].startswith("A transfer of £2,000.00")
    assert any("was accepted by second" in sentence for sentence in record.sentences)
    assert not any("at the bank" in sentence for sentence in record.sentences)


def test_who_may_not_see_a_fund_is_told_nothing(desk: Installation) -> None:
    payment = paid(desk, item(amount="80.00"))
    line = f"{payment.reference}_1"
    refund = ask(desk, line)
    proposal = reallocate_line(
        desk, f"{paid(desk, item(amount='5000.00'), theirs='P2').reference}_1", [item("05", "T", "2000.00")]
    )
    assert isinstance(proposal, Proposal)
    sees = (P.TRANSACTION_VIEW, P.REFUND_VIEW)
    rents = with_user(desk, "rents", *sees, funds=["05"])
    tax = with_user(desk, "tax", *sees, funds=["23"])
    for identifier in (payment.reference, line, str(payment.id), refund.reference, proposal.reference):
        with pytest.raises(NotPermitted) as refused:
            explain(rents, identifier)
        assert refused.value.data["funds"] == ["23"]
        assert explain(tax, identifier)


def test_refunds_are_for_those_who_may_see_them(desk: Installation) -> None:
    payment = paid(desk, item(amount="80.00"))
    refund = ask(desk, f"{payment.reference}_1")
    clerk = with_user(desk, "clerk", P.TRANSACTION_VIEW, funds=["23"])
    with pytest.raises(NotPermitted, match=r"refund\.view"):
        explain(clerk, refund.reference)
    story = told(clerk, payment.reference)
    assert "Refunds that you may not see: 1." in story.sentences
    assert "£20.00 was refunded, moved or paid back otherwise, or waits to be" in story.sentences[-1]
    (drawn,) = [s for s in told(clerk, f"{payment.reference}_1").sentences if s.startswith("1. ")]
    assert drawn == "1. Refund request took £20.00; £20.00 of it is taken then."


def test_a_surcharge_in_a_fund_that_is_not_ones_own_is_counted_and_not_shown(desk: Installation) -> None:
    payment = paid(desk, item(amount="80.00"), surcharge=pounds("1.50"), card=at.COMMERCIAL)
    tax = with_user(desk, "tax", P.TRANSACTION_VIEW, funds=["23"])
    receipts = whole_payment(tax, payment.reference).receipts
    assert [(each.transaction.purpose.value, len(each.lines), each.hidden) for each in receipts if each.transaction.purpose] == [
        ("main", 1, 0), ("fee", 0, 1),
    ]  # fmt: skip
    assert not any("SURCHARGES" in sentence for sentence in told(tax, payment.reference).sentences)
    with pytest.raises(NotPermitted, match="fund 13"):
        explain(tax, f"{payment.reference}_2")
    assert any("SURCHARGES" in sentence for sentence in told(desk, payment.reference).sentences)


@pytest.mark.parametrize(
    "identifier", ["K7MP-2QXW-9TRN", "K7MP2QXW9TRN_1", "K7MP2QXW9TRN_", "_1", "nothing", ""]
)
def test_what_is_not_there_is_not_found(desk: Installation, identifier: str) -> None:
    with pytest.raises(NotFound, match="Nothing here has the identifier"):
        explain(desk, identifier)
