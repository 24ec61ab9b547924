"""Money that a provider takes back: weeks later, by a Reversal, once, and never against what has gone on."""

from __future__ import annotations

from collections.abc import Iterator

from tests import builders
from tests.conftest import on_sqlite
from tests.service import money_in as at
from tests.service.money_in import item, paid, says

from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import Observation, Said
from localgov_ims.domain.payments import Payment
from localgov_ims.domain.transactions import TransactionKind
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.refunds.asking import RefundOf, refund_payment
from localgov_ims.service.verifying import verify
from localgov_ims.storage import transactions

pytestmark = on_sqlite


def taken_back(payment: Payment, theirs: str = "P1") -> Observation:
    return says(payment, Said.TAKEN_BACK, theirs=theirs, reason="charged_back")


def reversals(desk: Installation) -> Iterator[tuple[str, Money, str | None]]:
    with desk.store.reading() as connection:
        of_kind = transactions.transactions.c.kind == TransactionKind.REVERSAL.value
        for made in transactions.whole(connection, of_kind):
            yield made.lines[0].fund, made.total, made.lines[0].narrative


def test_a_late_failure_is_a_reversal_and_the_receipt_stands(desk: Installation) -> None:
    payment = paid(desk, item())
    (before,) = at.receipts(desk, payment)
    for _ in range(3):
        assert finish_payment(desk, taken_back(payment)).state is payment.state
    assert at.receipts(desk, payment) == [before]
    assert list(reversals(desk)) == [("23", -before.total, "charged_back")]
    assert at.breaks(desk) == []
    assert all(law.holds for law in verify(desk))


def test_of_two_that_were_paid_the_one_is_taken_back_that_is_named(desk: Installation) -> None:
    payment = paid(desk, item())
    finish_payment(desk, says(payment, amount="120.00", theirs="P2"))
    finish_payment(desk, taken_back(payment, "P2"))
    assert [fund for fund, *_ in reversals(desk)] == ["SUSP"]


def test_what_has_been_given_back_in_part_waits_for_a_person(desk: Installation) -> None:
    payment = paid(desk, item())
    line = payment.lines[0].reference
    refund_payment(desk, [RefundOf(line=line, amount=builders.pounds("20.00"))], reason="Paid twice")
    for _ in range(2):
        finish_payment(desk, taken_back(payment))
    assert list(reversals(desk)) == []
    assert at.breaks(desk) == ["taken_back"]
    assert all(law.holds for law in verify(desk))


def test_what_was_never_known_to_be_paid_has_failed(desk: Installation) -> None:
    payment = at.pay(desk, item())
    assert finish_payment(desk, taken_back(payment)).state.value == "failed"
    assert at.receipts(desk, payment) == []
