"""Links for payers: what opens a payment or a receipt, and what a link that is dead says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import evolve
from tests.conftest import MovableClock
from tests.persons import with_user
from tests.service.money_in import item, paid, pay, says
from tests.service.post import Post, with_post

from localgov_ims.domain import ids
from localgov_ims.domain.observations import Said
from localgov_ims.errors import ConfigurationError, InvalidSignature, NotPermitted, RuleViolation
from localgov_ims.service.documents.receipting import receipt_document
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.payments.links import linked_receipt, pay_link, payable, receipt_link

GARDEN = item("13", "GW1", "60.00")


@pytest.fixture
def house(desk: Installation) -> Installation:
    return with_post(desk, Post())


def test_a_pay_link_opens_its_pending_payment(house: Installation) -> None:
    payment = pay(house, GARDEN)
    assert payable(house, pay_link(house, payment.reference)) == payment


@pytest.mark.parametrize(
    ("said", "code", "sentence"),
    [
        (Said.SUCCEEDED, "payment_succeeded", "has been made. Nothing more is to pay."),
        (Said.CANCELLED, "payment_cancelled", "was cancelled. To pay, begin again."),
        (Said.FAILED, "payment_failed", "did not succeed. To pay, begin again."),
        (Said.EXPIRED, "payment_expired", "is over. If you have not paid, begin again."),
    ],
)
def test_a_pay_link_dies_with_its_payment_and_says_what_became_of_it(
    house: Installation, said: Said, code: str, sentence: str
) -> None:
    payment = pay(house, GARDEN)
    token = pay_link(house, payment.reference)
    finish_payment(house, says(payment, said))
    acts: list[Callable[[], object]] = [
        lambda: payable(house, token),
        lambda: pay_link(house, payment.reference),
    ]
    for act in acts:
        with pytest.raises(RuleViolation) as caught:
            act()
        assert caught.value.code == code
        assert caught.value.message.endswith(sentence)
        assert ids.shown(payment.reference) in caught.value.message


def test_a_payment_whose_time_is_over_is_begun_by_nobody_though_the_provider_has_not_answered(
    house: Installation, clock: MovableClock
) -> None:
    payment = pay(house, GARDEN)
    token = pay_link(house, payment.reference)
    clock.moment = payment.expires_at - timedelta(seconds=1)
    assert payable(house, token) == payment
    clock.moment = payment.expires_at
    with pytest.raises(RuleViolation, match="If you have not paid") as caught:
        payable(house, token)
    assert caught.value.code == "payment_expired"
    clock.moment += timedelta(days=30)
    with pytest.raises(InvalidSignature):
        payable(house, token)


def test_a_receipt_link_shows_the_receipt_and_pays_nothing(house: Installation, clock: MovableClock) -> None:
    payment = paid(house, GARDEN)
    token = receipt_link(house, payment.reference)
    assert linked_receipt(house, token) == receipt_document(house, payment.reference)
    with pytest.raises(InvalidSignature):
        payable(house, token)
    with pytest.raises(InvalidSignature):
        linked_receipt(house, pay_link(house, pay(house, GARDEN).reference))
    clock.moment += timedelta(days=30)
    with pytest.raises(InvalidSignature):
        linked_receipt(house, token)


def test_keys_change_while_links_live_on(house: Installation) -> None:
    payment = pay(house, GARDEN)
    token = pay_link(house, payment.reference)
    both = evolve(house, link_keys=lambda: [b"x" * 32, b"n" * 32])
    assert payable(both, token) == payment
    after = evolve(house, link_keys=lambda: [b"x" * 32])
    assert payable(after, pay_link(both, payment.reference)) == payment
    with pytest.raises(InvalidSignature):
        payable(after, token)


def test_a_link_is_no_right_of_whoever_answers_it(house: Installation) -> None:
    payment = pay(house, GARDEN)
    with pytest.raises(NotPermitted):
        payable(with_user(house, "nobody"), pay_link(house, payment.reference))


def test_without_keys_there_are_no_links(desk: Installation) -> None:
    payment = pay(desk, GARDEN)
    with pytest.raises(ConfigurationError) as caught:
        pay_link(desk, payment.reference)
    assert caught.value.code in {"no_secret", "no_link_keys"}
