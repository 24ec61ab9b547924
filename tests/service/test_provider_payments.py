"""Payments at a provider: asked for once however often it is tried, found again whoever loses the thread, booked once."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from attrs import evolve
from tests.service import money_in as at
from tests.service.provided import Remembering, provided

from localgov_ims.domain.observations import RefundSaid, Said
from localgov_ims.domain.payments import PaymentState
from localgov_ims.domain.refunds import RefundState
from localgov_ims.errors import (
    Conflict,
    InvalidSignature,
    InvalidValue,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RuleViolation,
    Unavailable,
)
from localgov_ims.hooks.callbacks import Callback
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.asking import view_payment
from localgov_ims.service.payments.backing_off import BACKING_OFF, Patience
from localgov_ims.service.payments.callbacks import answer_callbacks, receive_callback
from localgov_ims.service.payments.provider_payments import (
    cancel_payment,
    capture_payment,
    returned_payment,
    start_payment,
)
from localgov_ims.service.payments.sweeping import mop_up_payments
from localgov_ims.service.refunds.asking import RefundOf, refund_payment, view_refund
from localgov_ims.service.refunds.sending import send_to_provider
from localgov_ims.service.refunds.sweeping import mop_up_refunds
from localgov_ims.service.verifying import verify
from localgov_ims.storage import provider_requests

BACK = "https://pay.example.gov.uk/payments/return"
UNKNOWN = OutcomeUnknown("outcome_unknown", "Nobody knows.")


@pytest.fixture
def provider() -> Remembering:
    return Remembering()


@pytest.fixture
def house(desk: Installation, provider: Remembering) -> Installation:
    return provided(desk, provider)


def later(house: Installation, **given: int) -> Installation:
    now = house.clock() + timedelta(**given)
    house.store.clock = lambda: now
    return evolve(house, clock=lambda: now)


def started(house: Installation, provider: Remembering) -> tuple[str, str]:
    """Begin a payment; return our reference and the token that its payer comes back with."""
    payment = at.pay(house)
    start_payment(house, payment.reference, return_to=BACK)
    asked, _ = list(provider.keys.values())[-1]
    return payment.reference, (asked.return_url or "").rpartition("/")[2]


def call(event: str, theirs: str = "P1", signed: str = "yes") -> Callback:
    from tests.builders import NOW

    return Callback(
        method="POST", headers={"Signed": signed}, body=f"{event} {theirs}".encode(), received_at=NOW
    )


def test_a_payment_begun_again_after_no_answer_is_one_payment_under_one_key(house, provider):
    payment = at.pay(house)
    provider.after["create"] = [UNKNOWN]
    with pytest.raises(OutcomeUnknown):
        start_payment(house, payment.reference, return_to=BACK)
    assert view_payment(house, payment.reference).state is PaymentState.PENDING
    step = start_payment(house, payment.reference, return_to="https://other.example.gov.uk/x")
    assert step.provider_reference == "P1"
    assert len(provider.keys) == len(provider.payments) == 1
    assert view_payment(house, payment.reference).provider_reference == "P1"


def test_a_job_backs_off_and_a_browser_is_told_at_once(house, provider):
    waited: list[float] = []
    provider.before["create"] = [
        RateLimited("rate_limited", "Wait.", retry_after=7),
        Unavailable("unavailable", "Down."),
    ]
    patient = Patience(BACKING_OFF.waits, waited.append)
    start_payment(house, at.pay(house).reference, return_to=BACK, patience=patient)
    assert [7 <= waited[0] <= 9, 2 <= waited[1] <= 2.5, len(waited)] == [True, True, 2]
    provider.before["create"] = [Unavailable("unavailable", "Down.")]
    with pytest.raises(Unavailable):
        start_payment(house, at.pay(house).reference, return_to=BACK)


def test_a_refused_request_leaves_the_payment_as_it_is(house, provider):
    payment = at.pay(house)
    provider.before["create"] = [Rejected("P0102", "Wrong.")]
    with pytest.raises(Rejected):
        start_payment(house, payment.reference, return_to=BACK)
    assert view_payment(house, payment.reference).state is PaymentState.PENDING


def test_the_way_back_is_kept_as_a_hash_asks_once_and_is_over_after_a_day(house, provider):
    reference, token = started(house, provider)
    with house.store.reading() as connection:
        kept = provider_requests.of_payment(connection, reference)
    assert kept is not None
    assert kept.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert len(token) == 22  # 128 bits
    provider.before["fetch"] = [Unavailable("unavailable", "Down.")]
    assert returned_payment(house, token).state is PaymentState.PENDING
    provider.say("P1", Said.SUCCEEDED, "125.50")
    assert [returned_payment(house, token).state for _ in range(2)] == [PaymentState.SUCCEEDED] * 2
    assert len(at.receipts(house, view_payment(house, reference))) == 1
    for opens_nothing in (token[:-1], token.swapcase(), "", reference):
        with pytest.raises(InvalidSignature):
            returned_payment(house, opens_nothing)
    with pytest.raises(InvalidSignature):
        returned_payment(later(house, hours=26), token)


def test_a_payment_begun_under_an_old_link_key_is_sent_the_same_again(house, provider):
    reference, _ = started(house, provider)
    rotated = evolve(house, link_keys=lambda: (b"n" * 32, b"k" * 32))
    start_payment(rotated, reference, return_to=BACK)
    assert len(provider.payments) == 1


def test_who_paid_and_closed_the_tab_is_found_by_the_sweep_and_booked_once(house, provider):
    reference, _ = started(house, provider)
    provider.say("P1", Said.SUCCEEDED, "125.50")
    after = later(house, minutes=31)
    assert mop_up_payments(after).moved == 1
    assert mop_up_payments(after).asked == 0
    assert len(at.receipts(house, view_payment(house, reference))) == 1
    assert all(law.holds for law in verify(house))


def test_a_payment_whose_answer_was_lost_is_found_by_our_reference(house, provider):
    payment = at.pay(house)
    provider.after["create"] = [UNKNOWN]
    with pytest.raises(OutcomeUnknown):
        start_payment(house, payment.reference, return_to=BACK)
    provider.say("P1", Said.SUCCEEDED, "125.50")
    assert mop_up_payments(later(house, minutes=31)).moved == 1
    assert view_payment(house, payment.reference).provider_reference == "P1"


def test_silence_expires_nothing_and_no_such_payment_only_once_its_time_is_over(house, provider):
    payment = at.pay(house)
    assert mop_up_payments(later(house, minutes=40)).moved == 0
    provider.before["search"] = [Unavailable("unavailable", "Down.")]
    assert mop_up_payments(later(house, minutes=95)).silent == ((payment.reference, "Down."),)
    assert mop_up_payments(later(house, minutes=95)).moved == 1
    assert view_payment(house, payment.reference).state is PaymentState.EXPIRED


def test_a_payer_who_paid_twice_under_one_reference_is_told_to_a_person(house, provider):
    reference, _ = started(house, provider)
    provider.payments["P9"] = evolve(provider.payments["P1"], provider_reference="P9")
    for theirs in ("P1", "P9"):
        provider.say(theirs, Said.SUCCEEDED, "125.50")
        receive_callback(house, "cardco", call(f"e-{theirs}", theirs))
    assert answer_callbacks(house).answered == 2
    assert at.breaks(house) == ["paid_twice"]
    assert sum(each.total.pence for each in at.receipts(house, view_payment(house, reference))) == 2 * 12550


def test_what_is_said_of_another_payment_of_the_same_reference_moves_nothing(house, provider):
    reference, _ = started(house, provider)
    provider.payments["P9"] = evolve(provider.payments["P1"], provider_reference="P9", said=Said.FAILED)
    receive_callback(house, "cardco", call("e-1", "P9"))
    answer_callbacks(house)
    assert view_payment(house, reference).state is PaymentState.PENDING


def test_a_delivery_is_proved_kept_once_and_believed_in_nothing(house, provider):
    reference, _ = started(house, provider)
    with pytest.raises(InvalidSignature):
        receive_callback(house, "cardco", call("e-1", signed="no"))
    assert [receive_callback(house, "cardco", call("e-1")) for _ in range(3)] == [1, 0, 0]
    assert "fetch" not in provider.calls
    provider.before["fetch"] = [Unavailable("unavailable", "Down.")]
    assert (answer_callbacks(house).waiting, answer_callbacks(house).answered) == (1, 1)
    assert view_payment(house, reference).state is PaymentState.PENDING
    assert answer_callbacks(house).answered == 0


def test_several_events_of_one_payment_are_asked_about_once(house, provider):
    started(house, provider)
    for event in ("e-1", "e-2", "e-3"):
        receive_callback(house, "cardco", call(event))
    assert answer_callbacks(house).answered == 3
    assert provider.calls.count("fetch") == 1


def test_a_payment_that_a_provider_speaks_nonsense_of_does_not_hold_up_the_next(house, provider):
    first, _ = started(house, provider)
    second, _ = started(house, provider)
    provider.before["fetch"] = [InvalidValue("text_too_long", "A reference of 99 characters.")]
    provider.say("P2", Said.SUCCEEDED, "125.50")
    swept = mop_up_payments(later(house, minutes=31))
    assert (swept.moved, swept.silent) == (1, ((first, "A reference of 99 characters."),))
    assert view_payment(house, second).state is PaymentState.SUCCEEDED


def test_twenty_deliveries_at_once_are_one_event_and_one_receipt(house, provider):
    reference, _ = started(house, provider)
    provider.say("P1", Said.SUCCEEDED, "125.50")
    with ThreadPoolExecutor(20) as pool:
        new = list(
            pool.map(lambda n: receive_callback(house, "cardco", call("e-1" if n % 2 else "e-2")), range(20))
        )
        list(pool.map(lambda _: answer_callbacks(house), range(3)))
    assert sum(new) == 2
    assert len(at.receipts(house, view_payment(house, reference))) == 1


def test_a_payment_given_up_is_cancelled_unless_it_was_paid_meanwhile(house, provider):
    reference, _ = started(house, provider)
    assert cancel_payment(house, reference).state is PaymentState.CANCELLED
    with pytest.raises(RuleViolation, match="nothing to do there"):
        cancel_payment(house, reference)
    paid, _ = started(house, provider)
    provider.say("P2", Said.SUCCEEDED, "125.50")
    with pytest.raises(Conflict):
        cancel_payment(house, paid)
    assert view_payment(house, paid).state is PaymentState.PENDING


def test_what_was_authorised_is_captured_when_asked_or_before_the_provider_lets_it_go(house, provider):
    first, _ = started(house, provider)
    second, _ = started(house, provider)
    for theirs in ("P1", "P2"):
        provider.say(theirs, Said.GOING, "125.50", capturable=True)
    assert capture_payment(house, first).state is PaymentState.SUCCEEDED
    assert mop_up_payments(later(house, hours=95)).moved == 0
    assert mop_up_payments(later(house, hours=97)).moved == 1
    assert view_payment(house, second).state is PaymentState.SUCCEEDED


def refund_asked(house: Installation, provider: Remembering) -> str:
    reference, token = started(house, provider)
    provider.say("P1", Said.SUCCEEDED, "125.50")
    returned_payment(house, token)
    return refund_payment(
        house, [RefundOf(line=f"{reference}_2", amount=at.builders.pounds("5.50"))], reason="x"
    ).reference


def test_a_refund_is_sent_once_however_often_and_stays_in_flight_until_it_is_known(house, provider):
    refund = refund_asked(house, provider)
    provider.after["refund"] = [UNKNOWN]
    assert send_to_provider(house, refund).state is RefundState.SUBMITTED
    assert mop_up_refunds(house).asked == 1
    assert view_refund(house, refund).provider_reference == "rf-1"
    assert len(provider.refunds) == 1
    provider.settle(RefundSaid.SUCCEEDED)
    assert mop_up_refunds(house).moved == 1
    assert view_refund(house, refund).state is RefundState.SUCCEEDED
    assert all(law.holds for law in verify(house))


def test_a_refund_that_nobody_sent_is_sent_by_the_sweep(house, provider):
    refund = refund_asked(house, provider)
    assert mop_up_refunds(house).asked == 0
    assert mop_up_refunds(later(house, minutes=6)).moved == 1
    assert view_refund(house, refund).state is RefundState.SUBMITTED


def test_a_refund_that_fails_after_it_was_paid_is_reversed_when_the_provider_says_so(house, provider):
    refund = refund_asked(house, provider)
    send_to_provider(house, refund)
    provider.settle(RefundSaid.SUCCEEDED)
    mop_up_refunds(house)
    provider.settle(RefundSaid.FAILED)
    receive_callback(house, "cardco", call("e-refund"))
    answer_callbacks(house)
    assert view_refund(house, refund).state is RefundState.FAILED
    assert "refund_failed" in at.breaks(house)
