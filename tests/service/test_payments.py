"""Payments: asked for at the desk, answered by a provider, recorded once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve
from tests.conftest import on_sqlite
from tests.service import money_in as at
from tests.service.money_in import STORY_A, item, pay, says

from localgov_ims.domain import ids
from localgov_ims.domain.clients import ReturnTo
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import Said, said
from localgov_ims.domain.payers import Payer
from localgov_ims.domain.payments import Payment, PaymentState
from localgov_ims.domain.transactions import Channel, Purpose
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, RuleViolation, Unavailable
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.asking import take_payment, view_payment
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.payments.receipts import Taking, record_takings
from localgov_ims.service.payments.sweeping import sweep_payments
from localgov_ims.service.verifying import verify

S = PaymentState


def laws_hold(desk: Installation) -> bool:
    return [law.broken for law in verify(desk) if not law.holds] == []


def test_story_a_a_basket_becomes_one_receipt_of_its_two_lines(desk: Installation) -> None:
    payment = pay(desk, return_to=ReturnTo())
    assert payment.state is S.PENDING
    assert payment.due == Money(12550)
    assert Money.total(line.vat for line in payment.lines) == Money(0)
    assert [line.reference for line in payment.lines] == [f"{payment.reference}_1", f"{payment.reference}_2"]
    assert at.every_transaction(desk) == []
    after = finish_payment(desk, says(payment, amount="125.50", card=at.COMMERCIAL))
    assert (after.state, after.due, after.provider_reference) == (S.SUCCEEDED, Money(0), "P1")
    (receipt,) = at.receipts(desk, payment)
    assert receipt.total == Money(12550)
    assert [
        (line.reference, line.fund, line.account_reference, line.amount.pence) for line in receipt.lines
    ] == [
        (f"{payment.reference}_1", "23", "612345674", 12000),
        (f"{payment.reference}_2", "2R", "FP20000050", 550),
    ]
    assert (receipt.card.first_six, receipt.card.last_four) == ("411111", "1111")
    assert at.breaks(desk) == []
    assert laws_hold(desk)


def test_a_payment_has_a_reference_of_ours_that_a_person_can_dictate(desk: Installation) -> None:
    payment = pay(desk)
    assert ids.parse_reference(ids.shown(payment.reference).lower().replace("0", "O")) == payment.reference
    assert view_payment(desk, ids.shown(payment.reference)).id == payment.id


def test_the_same_key_and_request_give_the_same_payment(desk: Installation) -> None:
    first = pay(desk, key="k1")
    assert pay(desk, key="k1").reference == first.reference
    with pytest.raises(AlreadyDone, match="with another request") as refused:
        pay(desk, item(amount="1.00"), key="k1")
    assert refused.value.data["payment"] == first.reference


def test_a_key_is_the_clients_own(desk: Installation) -> None:
    assert pay(desk, key="k1").reference != pay(at.second(desk), key="k1").reference


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/x", "http://pay.example.gov.uk/x", "https://pay.example.gov.uk@evil.example/"],
)
def test_a_return_address_of_another_origin_is_refused(desk: Installation, url: str) -> None:
    portal = at.employ(desk, "portal", "administrator")
    with pytest.raises(InvalidValue, match="is not registered"):
        pay(portal, return_to=ReturnTo(success_url=url))
    with pytest.raises(InvalidValue, match="is not registered"):
        pay(desk, return_to=ReturnTo(success_url="https://pay.example.gov.uk/paid"))


def test_redirects_follow_the_state_and_prove_nothing(desk: Installation) -> None:
    portal = at.employ(desk, "portal", "administrator")
    base = "https://pay.example.gov.uk"
    to = ReturnTo(success_url=f"{base}/ok", cancel_url=f"{base}/no", fail_url=f"{base}/sorry")
    payment = pay(portal, return_to=to)
    assert payment.redirect() == f"{base}/ok"
    assert finish_payment(desk, says(payment)).redirect() == f"{base}/ok/P1"
    for word, state, url in (
        ("failed", S.FAILED, "sorry"),
        ("expired", S.EXPIRED, "sorry"),
        ("cancelled", S.CANCELLED, "no"),
    ):
        other = finish_payment(desk, says(pay(portal, return_to=to), Said(word), theirs=word))
        assert (other.state, other.redirect()) == (state, f"{base}/{url}")


def test_an_unknown_payment_is_not_found_and_a_break_keeps_what_was_said(desk: Installation) -> None:
    for _ in range(2):
        with pytest.raises(NotFound, match="There is no payment"):
            finish_payment(desk, says("K7MP2QXW9TRN", amount="5.00"))
    assert at.breaks(desk) == ["unknown_payment"]


def test_the_words_of_the_compatibility_api() -> None:
    words = {"AUTHORISED": Said.SUCCEEDED, "pending": Said.GOING, "Refused": Said.FAILED, "error": Said.FAILED,
             "cancelled": Said.CANCELLED, "Expired": Said.EXPIRED, "taken_back": Said.TAKEN_BACK, "ok": Said.UNKNOWN}  # fmt: skip
    assert {word: said(word) for word in words} == words


# Every event in every state: what is said, then the state, the receipts (purpose and fund), and the Breaks.
_DUE, _LESS = "120.00", "100.00"
EVENTS: dict[str, dict[str, Any]] = {
    "going": {"said": Said.GOING},
    "success": {"said": Said.SUCCEEDED, "amount": _DUE, "theirs": "P2"},
    "same again": {"said": Said.SUCCEEDED, "amount": _DUE, "theirs": "P1"},
    "other amount": {"said": Said.SUCCEEDED, "amount": _LESS, "theirs": "P2"},
    "same, other amount": {"said": Said.SUCCEEDED, "amount": _LESS, "theirs": "P1"},
    "nothing": {"said": Said.SUCCEEDED, "amount": "0.00", "theirs": "P2"},
    "refused": {"said": Said.FAILED},
    "cancelled": {"said": Said.CANCELLED},
    "expired": {"said": Said.EXPIRED},
    "taken back": {"said": Said.TAKEN_BACK},
    "another taken back": {"said": Said.TAKEN_BACK, "theirs": "P9"},
    "unknown": {"said": Said.UNKNOWN, "provider_status": "hmm"},
}
_PAID, _HELD = ("main", "23"), ("main", "SUSP")
_EXTRA = ("extra", "SUSP")
CLOSED = {S.FAILED: Said.FAILED, S.CANCELLED: Said.CANCELLED, S.EXPIRED: Said.EXPIRED}


def _table() -> Iterator[tuple[PaymentState, str, PaymentState, list[tuple[str, str]], list[str]]]:
    yield S.PENDING, "going", S.PENDING, [], []
    yield S.PENDING, "success", S.SUCCEEDED, [_PAID], []
    yield S.PENDING, "same again", S.SUCCEEDED, [_PAID], []
    yield S.PENDING, "other amount", S.SUCCEEDED, [_HELD], ["amount_differs"]
    yield S.PENDING, "same, other amount", S.SUCCEEDED, [_HELD], ["amount_differs"]
    yield S.PENDING, "nothing", S.PENDING, [], ["zero_amount"]
    yield S.PENDING, "refused", S.FAILED, [], []
    yield S.PENDING, "cancelled", S.CANCELLED, [], []
    yield S.PENDING, "expired", S.EXPIRED, [], []
    yield S.PENDING, "taken back", S.FAILED, [], []
    yield S.PENDING, "another taken back", S.FAILED, [], []
    yield S.PENDING, "unknown", S.PENDING, [], ["unknown_status"]
    yield S.SUCCEEDED, "going", S.SUCCEEDED, [_PAID], []
    yield S.SUCCEEDED, "success", S.SUCCEEDED, [_EXTRA, _PAID], ["paid_twice"]
    yield S.SUCCEEDED, "same again", S.SUCCEEDED, [_PAID], []
    yield S.SUCCEEDED, "other amount", S.SUCCEEDED, [_EXTRA, _PAID], ["paid_twice"]
    yield S.SUCCEEDED, "same, other amount", S.SUCCEEDED, [_PAID], ["amount_differs"]
    yield S.SUCCEEDED, "nothing", S.SUCCEEDED, [_PAID], ["zero_amount"]
    for event in ("refused", "cancelled", "expired"):
        yield S.SUCCEEDED, event, S.SUCCEEDED, [_PAID], ["late_refusal"]
    yield S.SUCCEEDED, "taken back", S.SUCCEEDED, [_PAID], []
    yield S.SUCCEEDED, "another taken back", S.SUCCEEDED, [_PAID], []
    yield S.SUCCEEDED, "unknown", S.SUCCEEDED, [_PAID], ["unknown_status"]
    for state in CLOSED:
        yield state, "going", state, [], []
        yield state, "success", S.SUCCEEDED, [_PAID], ["late_success"]
        yield state, "same again", S.SUCCEEDED, [_PAID], ["late_success"]
        yield state, "other amount", S.SUCCEEDED, [_HELD], ["amount_differs", "late_success"]
        yield state, "same, other amount", S.SUCCEEDED, [_HELD], ["amount_differs", "late_success"]
        yield state, "nothing", state, [], ["zero_amount"]
        for event in ("refused", "cancelled", "expired", "taken back", "another taken back"):
            yield state, event, state, [], []
        yield state, "unknown", state, [], ["unknown_status"]


def test_the_table_names_every_pair() -> None:
    assert sorted((state.value, event) for state, event, *_ in _table()) == sorted(
        (state.value, event) for state in PaymentState for event in EVENTS
    )


def _in_state(desk: Installation, state: PaymentState) -> Payment:
    payment = pay(desk, item())
    if state is S.SUCCEEDED:
        return finish_payment(desk, says(payment))
    return payment if state is S.PENDING else finish_payment(desk, says(payment, CLOSED[state]))


@on_sqlite  # a table of cases, alike on every database
@pytest.mark.parametrize("row", list(_table()), ids=lambda row: f"{row[0].value}-{row[1]}")
def test_what_is_said_in_each_state(desk: Installation, row: Any) -> None:
    state, event, after, receipts, breaks = row
    payment = _in_state(desk, state)
    heard = says(payment, **EVENTS[event])
    for _ in range(2):  # and said twice it is once
        now = finish_payment(desk, heard)
        assert now.state is after
        assert view_payment(desk, payment.reference).state is after
        assert [(r.purpose.value, r.lines[0].fund) for r in at.receipts(desk, payment)] == receipts
        assert at.breaks(desk) == breaks
    for made in at.receipts(desk, payment):
        if made.lines[0].fund == "SUSP":
            assert made.total == heard.amount_paid
    assert laws_hold(desk)


def test_what_goes_to_suspense_says_why(desk: Installation) -> None:
    finish_payment(desk, says(pay(desk, item()), amount="100.00"))
    assert at.suspense_reasons(desk) == [("quarantined", "amount_differs")]
    payment = at.paid(desk, item(), theirs="P8")
    finish_payment(desk, says(payment, theirs="P9"))
    assert at.suspense_reasons(desk)[1:] == [("quarantined", "paid_twice")]


def test_a_third_success_is_a_second_extra(desk: Installation) -> None:
    payment = at.paid(desk, item())
    for theirs in ("P2", "P3", "P2"):
        finish_payment(desk, says(payment, theirs=theirs))
    made = at.receipts(desk, payment)
    assert [(each.purpose, each.n) for each in made] == [
        (Purpose.EXTRA, 1),
        (Purpose.EXTRA, 2),
        (Purpose.MAIN, 1),
    ]
    assert sorted(line.reference[-2:] for each in made for line in each.lines) == ["_1", "_2", "_3"]


def test_the_providers_reference_of_one_payment_is_never_anothers(desk: Installation) -> None:
    at.paid(desk, item())
    other = pay(desk, item(amount="7.00"))
    with pytest.raises(RuleViolation, match="already") as refused:
        finish_payment(desk, says(other))
    assert refused.value.code == "provider_reference_taken"
    assert at.breaks(desk) == ["reference_taken"]
    assert view_payment(desk, other.reference).state is S.PENDING


def test_twenty_at_once_record_once(desk: Installation) -> None:
    payment = pay(desk)
    heard = says(payment)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: finish_payment(desk, heard), range(20)))
    assert {answer.state for answer in answers} == {S.SUCCEEDED}
    (receipt,) = at.receipts(desk, payment)
    assert receipt.total == Money(12550)
    assert at.breaks(desk) == []
    assert laws_hold(desk)


def test_a_success_and_a_refusal_at_once_leave_the_income_standing(desk: Installation) -> None:
    payment = pay(desk, item())
    heard = [says(payment), says(payment, Said.FAILED)] * 6
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda each: finish_payment(desk, each), heard))
    assert view_payment(desk, payment.reference).state is S.SUCCEEDED
    assert len(at.receipts(desk, payment)) == 1
    assert set(at.breaks(desk)) <= {"late_success", "late_refusal"}


def test_one_key_sent_ten_times_at_once_asks_once(desk: Installation) -> None:
    with ThreadPoolExecutor(10) as pool:
        made = list(pool.map(lambda _: pay(desk, key="same"), range(10)))
    assert len({payment.reference for payment in made}) == 1


def test_vat_is_that_of_the_day_the_payer_paid(desk: Installation) -> None:
    payment = take_payment(desk, [item("13", "G1", "117.50", vat_code="S")], channel=Channel.PORTAL)
    assert payment.lines[0].vat == Money(19_58)
    finish_payment(desk, says(payment, taken_on=date(2011, 1, 3)))
    (receipt,) = at.receipts(desk, payment)
    assert (receipt.lines[0].vat, receipt.lines[0].vat_rate.thousandths) == (Money(17_50), 175)


def test_the_sweep_records_who_paid_and_closed_the_tab(desk: Installation, clock: Any) -> None:
    payment = pay(desk)
    fresh = sweep_payments(desk, says)
    assert (fresh.asked, fresh.moved) == (0, 0)
    clock.moment += timedelta(minutes=30)
    assert sweep_payments(desk, says).moved == 1
    assert len(at.receipts(desk, payment)) == 1
    assert sweep_payments(desk, says).asked == 0


def test_silence_expires_nothing_and_no_such_payment_only_when_the_time_is_over(
    desk: Installation, clock: Any
) -> None:
    payment = pay(desk)

    def silent(_: Payment) -> None:
        raise Unavailable("unavailable", "The provider did not answer.")

    clock.moment += timedelta(days=30)
    swept = sweep_payments(desk, silent)
    assert swept.silent == ((payment.reference, "The provider did not answer."),)
    assert view_payment(desk, payment.reference).state is S.PENDING
    clock.moment -= timedelta(days=30) - timedelta(minutes=90)
    assert sweep_payments(desk, lambda _: None).moved == 0
    clock.moment += timedelta(seconds=1)
    assert sweep_payments(desk, lambda _: None).moved == 1
    assert view_payment(desk, payment.reference).state is S.EXPIRED


def test_personal_details_and_card_come_back_as_they_were(desk: Installation) -> None:
    payer = Payer(
        name="A Payer", address_1="1 The Street", address_3="Barton", postcode="B1 1AA", email="a@example.org"
    )
    payment = pay(desk, payer=payer, caller_reference="C-1", office="TH")
    finish_payment(desk, says(payment, card=at.COMMERCIAL, merchant_account="4471", authorisation_code="A1"))
    seen = view_payment(desk, payment.reference)
    assert (seen.payer, seen.card, seen.caller_reference, seen.office) == (payer, at.COMMERCIAL, "C-1", "TH")
    (receipt,) = at.receipts(desk, payment)
    assert (receipt.payer, receipt.card, receipt.merchant_account) == (payer, at.COMMERCIAL, "4471")


def test_an_office_that_is_none_is_refused(desk: Installation) -> None:
    with pytest.raises(InvalidValue, match="no office"):
        pay(desk, office="ZZ")


def test_narratives_can_be_personal_data(desk: Installation) -> None:
    private = evolve(desk, council=at.a_council(personal_narratives=True))
    payment = at.paid(private, item(narrative="for my mother"))
    (receipt,) = at.receipts(private, payment)
    assert receipt.lines[0].narrative == "for my mother"
    with desk.store.reading() as connection:
        from localgov_ims.storage import transactions

        rows = connection.execute(transactions.lines.select()).all()
    assert [row.narrative for row in rows] == [None]


def test_takings_and_payments_share_what_must_be_unique(desk: Installation) -> None:
    at.paid(desk, item())
    taking = Taking(
        reference="K7MP2QXW9TRN", fund="23", account_reference="612345674", amount=Money(1), mop="90",
        taken_on=date(2026, 5, 13), provider="cardco", provider_reference="P1",
    )  # fmt: skip
    with pytest.raises(AlreadyDone):
        record_takings(desk, [taking])


def test_a_basket_of_story_a_is_what_it_was() -> None:
    assert [each.amount for each in STORY_A] == [Money(12000), Money(550)]
