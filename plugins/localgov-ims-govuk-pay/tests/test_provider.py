"""GOV.UK Pay as a provider: every state, every code, every silence, and nothing twice."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from attrs import evolve
from paying import REFERENCE, Rig, request

from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import CreateRefund, RefundSaid, Said
from localgov_ims.domain.payers import Payer
from localgov_ims.domain.transactions import Channel
from localgov_ims.errors import (
    ConfigurationError,
    Conflict,
    InvalidValue,
    NotAuthorised,
    NotFoundAtProvider,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
    UnexpectedAnswer,
)
from localgov_ims.hooks import AgreementStatus, CreateAgreement, Done, PaymentQuery, Redirect
from localgov_ims.hooks.calls import Call
from localgov_ims.hooks.providers import UseOfAgreement
from localgov_ims_govuk_pay import GovukPaySettings
from localgov_ims_govuk_pay.api import error_of
from localgov_ims_govuk_pay.asking import payment_body
from localgov_ims_govuk_pay.options import SettlementShape
from localgov_ims_govuk_pay.reading import observation_of

CREATE, GET, REFUND = (
    "POST /v1/payments",
    "GET /v1/payments/{paymentId}",
    "POST /v1/payments/{paymentId}/refunds",
)


def test_a_payer_is_sent_to_the_card_page_and_pays(rig):
    step = rig.provider.create(request(), key="key-1")
    assert isinstance(step, Redirect)
    assert step.url.startswith("https://govukpay.test/_mock/pay/")
    token = step.url.rpartition("/")[2]
    rig.client.control(f"pay/{token}/paid")
    said = rig.provider.fetch(step.provider_reference)
    assert (said.said, said.amount_paid, said.payment_reference) == (Said.SUCCEEDED, Money(12_550), REFERENCE)
    assert (said.fee, said.net, said.card.last_four) == (Money(20), Money(12_530), "1111")
    assert (said.taken_on, said.refundable) == (date(2026, 5, 12), True)


def test_the_same_key_and_body_is_the_same_payment_and_another_body_is_refused(rig):
    assert rig.created() == rig.created()
    with pytest.raises(Conflict):
        rig.created(amount=Money(1))
    assert len(rig.mock.ledger.payments) == 1


@pytest.mark.parametrize(
    ("status", "finished", "code", "said", "reason"),
    [
        ("created", False, None, Said.GOING, None), ("started", False, None, Said.GOING, None),
        ("submitted", False, None, Said.GOING, None), ("capturable", False, None, Said.GOING, None),
        ("success", True, None, Said.SUCCEEDED, None), ("failed", True, "P0010", Said.FAILED, "declined"),
        ("failed", True, "P0020", Said.EXPIRED, "expired"), ("failed", True, "P0030", Said.CANCELLED, "by_payer"),
        ("cancelled", True, "P0040", Said.CANCELLED, "by_council"), ("error", True, "P0050", Said.FAILED, "provider_error"),
        ("failed", True, "P0099", Said.FAILED, "P0099"), ("failed", True, None, Said.FAILED, None),
        ("paused", False, None, Said.UNKNOWN, "unknown_status"), ("created", True, None, Said.UNKNOWN, "unknown_status"),
        ("failed", False, None, Said.UNKNOWN, "unknown_status"),
    ],
)  # fmt: skip
def test_every_state_has_one_meaning(rig, status, finished, code, said, reason):
    theirs = rig.created()
    answer = rig.provider.api.get(f"/v1/payments/{theirs}")
    answer["state"] = {"status": status, "finished": finished, **({"code": code} if code else {})}
    read = observation_of(answer, rig.now())
    assert (read.said, read.reason, read.provider_status) == (said, reason, status)
    assert bool(read.amount_paid) == (status in {"success", "capturable"})


@pytest.mark.parametrize(
    ("code", "status", "get", "post"),
    [
        *((c, 422, Rejected, Rejected) for c in "P0101 P0102 P0104 P0195 P0196 P0197 P0199 P0601 P0602 P0697 P0940 P0942".split()),
        *((c, 404, NotFoundAtProvider, NotFoundAtProvider) for c in "P0200 P0300 P0402 P0500 P0600 P0700 P0800 P1000 P2200".split()),
        *((c, 400, Conflict, Conflict) for c in "P0191 P0501 P0502 P0603 P0604 P1001 P1003 P2501".split()),
        *((c, 400, Unavailable, OutcomeUnknown) for c in "P0198 P0298 P0398 P0498 P0598 P0698 P0798 P0898 P0999 P1098".split()),
        ("", 302, UnexpectedAnswer, UnexpectedAnswer),
    ],
)  # fmt: skip
def test_every_code_has_one_error(code, status, get, post):
    for method, error in (("GET", get), ("POST", post)):
        made = error_of(status, {"code": code, "description": "Why"}, Call(method=method, url="u", key="k"))
        assert type(made) is error
        assert made.data["provider_code"] == (code or "status 302")


@pytest.mark.parametrize("mode", ["500", "503", "hang_before", "hang_after", "cut_body", "not_json"])
def test_no_answer_to_a_creation_is_unknown_and_a_repeat_charges_once(rig, mode):
    rig.fault(CREATE, mode)
    with pytest.raises(OutcomeUnknown):
        rig.created()
    rig.created()
    assert len(rig.mock.ledger.payments) == 1


def test_no_answer_to_a_question_is_unavailable_and_a_limit_is_a_limit(rig):
    theirs = rig.created()
    for mode, error in (
        ("500", Unavailable),
        ("hang_before", Unavailable),
        ("not_json", UnexpectedAnswer),
        ("429", RateLimited),
    ):
        rig.fault(GET, mode)
        with pytest.raises(error):
            rig.provider.fetch(theirs)
    assert rig.provider.fetch(theirs).said is Said.GOING


def test_a_wrong_key_and_an_unknown_payment_are_told_apart(rig):
    with pytest.raises(NotFoundAtProvider):
        rig.provider.fetch("none")
    wrong = evolve(rig.provider, api=evolve(rig.provider.api, key=type(rig.provider.api.key)("wrong")))
    with pytest.raises(NotAuthorised):
        wrong.fetch("none")


def test_what_would_not_pass_the_firewall_is_a_space_and_a_reference_is_refused(rig):
    payer = Payer(name='A "Payer"', address_1="1 <High> Street", postcode="XX1 1XX", email="a@example.org")
    rig.created(description="Tax | rent", payer=payer)
    (made,) = rig.mock.ledger.payments.values()
    assert made.asked["description"] == "Tax   rent"
    assert made.asked["prefilled_cardholder_details"]["cardholder_name"] == "A  Payer "
    with pytest.raises(InvalidValue):
        rig.created(payment_reference="A|B")


@pytest.mark.parametrize(
    "given",
    [
        {"amount": Money(0)}, {"amount": Money(10_000_001)}, {"description": "Card 4444 3333 2222 1111"},
        {"payment_reference": "4444333322221111"}, {"description": ""},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_refused_before_it_is_sent(rig, given):
    with pytest.raises(InvalidValue) as caught:
        rig.created(**given)
    assert "4444333322221111" not in caught.value.message.replace(" ", "")
    assert rig.mock.journal == []


def test_metadata_names_our_payment_and_what_settings_add_and_no_person(rig):
    settings = evolve(rig.settings, metadata={"cost_centre": "AB100"})
    body = payment_body(request(payer=Payer(name="A Payer")), settings)
    assert body["metadata"] == {"cost_centre": "AB100", "ims_payment": REFERENCE}
    for wrong in (
        {"a" * 31: "x"},
        {"a": "x" * 101},
        {"A": "x", "a": "y"},
        {"ims_payment": "x"},
        {str(n): "" for n in range(15)},
    ):
        with pytest.raises(ConfigurationError):
            evolve(rig.settings, metadata=wrong)


def test_an_agent_keys_the_card_at_gov_uk_pays_page_where_the_account_may(rig):
    asked = request(channel=Channel.TELEPHONE, moto=True)
    assert "moto" not in payment_body(asked, rig.settings)
    assert payment_body(asked, evolve(rig.settings, moto=True))["moto"] is True


def test_cancelling_is_done_once_and_not_after_the_end(rig):
    theirs = rig.created()
    assert rig.provider.fetch(theirs).cancellable
    assert [rig.provider.cancel(theirs).reason for _ in range(2)] == ["by_council", "by_council"]
    paid = rig.paid("key-2")
    assert not rig.provider.fetch(paid).cancellable
    with pytest.raises(Conflict):
        rig.provider.cancel(paid)


def test_what_is_authorised_is_captured_once_and_let_go_after_120_hours(rig):
    rig.settings = evolve(rig.settings, delayed_capture=True)
    first, second = rig.created(), rig.created("key-2")
    for theirs in (first, second):
        rig.to(theirs, "capturable")
    said = rig.provider.fetch(first)
    assert (said.said, said.capturable, said.amount_paid) == (Said.GOING, True, Money(12_550))
    assert [rig.provider.capture(first).said for _ in range(2)] == [Said.SUCCEEDED] * 2
    rig.client.control("clock", advance_s=120 * 3600)
    with pytest.raises(Conflict):
        rig.provider.capture(second)
    assert rig.provider.fetch(second).said is Said.EXPIRED


def test_the_day_a_payer_paid_is_londons(rig):
    for moment, day in (
        ("2026-06-30T23:30:00.000Z", date(2026, 7, 1)),
        ("2026-12-31T23:30:00.000Z", date(2026, 12, 31)),
    ):
        answer = rig.provider.api.get(f"/v1/payments/{rig.created()}") | {"created_date": moment}
        assert observation_of(answer, rig.now() + timedelta(days=365)).taken_on == day


def test_a_surcharge_is_told_apart_and_shows_a_commercial_card(rig):
    said = rig.provider.fetch(rig.paid(surcharge=250))
    assert (said.amount_paid, said.surcharge, said.card.commercial) == (Money(12_550), Money(250), True)
    assert rig.provider.fetch(rig.paid("key-2")).card.commercial is None


def test_a_search_finds_each_once_however_many_pages_and_lags(rig, monkeypatch):
    monkeypatch.setattr("localgov_ims_govuk_pay.api.PAGE", 2)
    theirs = [rig.created(f"key-{n}") for n in range(5)]
    query = PaymentQuery(payment_reference=REFERENCE)
    assert list(rig.provider.search(query)) == []
    rig.client.control("clock", advance_s=5)
    found = rig.provider.search(query)
    first = next(found)
    rig.created("key-9")  # the pages move while they are read
    rig.client.control("clock", advance_s=5)
    rest = [each.provider_reference for each in found]
    assert sorted([first.provider_reference, *rest]) == sorted(theirs)
    assert list(rig.provider.search(PaymentQuery(payment_reference="none"))) == []


def test_a_search_that_fails_is_never_an_empty_one(rig):
    rig.fault("GET /v1/payments", "500")
    with pytest.raises(Unavailable):
        list(rig.provider.search(PaymentQuery()))


# --- Refunds ------------------------------------------------------------------------------------------------


def give_back(rig: Rig, theirs: str, pence: int = 550, **given: object) -> CreateRefund:
    usual = {
        "provider_reference": theirs, "refund_reference": "R1", "amount": Money(pence), "available": Money(12_550),
        "reason": "x", "sent_at": rig.now(),
    }  # fmt: skip
    return CreateRefund(**usual | given)


def refunds_of(rig: Rig, theirs: str) -> list[int]:
    return [each.amount for each in rig.mock.ledger.payments[theirs].refunds]


def test_a_refund_is_in_flight_until_it_is_paid(rig):
    asked = give_back(rig, rig.paid())
    said = rig.provider.refund(asked, key="r-1")
    assert said.said is RefundSaid.SUBMITTED
    for word, meaning in (("success", RefundSaid.SUCCEEDED), ("error", RefundSaid.FAILED)):
        rig.client.control(f"refunds/{said.provider_reference}/advance", to=word)
        assert rig.provider.fetch_refund(asked, said.provider_reference).said is meaning


@pytest.mark.parametrize("mode", ["500", "hang_before", "hang_after", "cut_body", "not_json"])
def test_a_refund_without_an_answer_asked_for_again_is_paid_once(rig, mode):
    asked = give_back(rig, theirs := rig.paid())
    rig.fault(REFUND, mode)
    with pytest.raises(OutcomeUnknown):
        rig.provider.refund(asked, key="r-1")
    rig.provider.refund(asked, key="r-1")
    assert refunds_of(rig, theirs) == [550]


def test_a_refund_that_somebody_else_made_of_the_same_sum_is_not_ours(rig):
    theirs = rig.paid()
    first = rig.provider.refund(give_back(rig, theirs), key="r-1")
    second = rig.provider.refund(
        give_back(rig, theirs, known=frozenset({first.provider_reference})), key="r-2"
    )
    assert second.provider_reference != first.provider_reference
    rig.client.control("clock", advance_s=300)
    third = rig.provider.refund(give_back(rig, theirs), key="r-3")
    assert third.provider_reference not in {first.provider_reference, second.provider_reference}
    assert refunds_of(rig, theirs) == [550, 550, 550]


def test_a_refund_that_somebody_else_made_meanwhile_is_met_and_never_blindly_sent_again(rig, monkeypatch):
    theirs = rig.paid()
    asked, provider = give_back(rig, theirs), rig.provider
    whole = provider.api.post

    def raced(path, body=None, *, key=""):
        monkeypatch.undo()
        rig.provider.refund(give_back(rig, theirs, 100), key="other")
        return whole(path, body, key=key)

    monkeypatch.setattr(
        type(provider.api), "post", lambda _, path, body=None, *, key="": raced(path, body, key=key)
    )
    with pytest.raises(Conflict):
        provider.refund(asked, key="r-1")
    assert refunds_of(rig, theirs) == [100]


def test_more_than_is_left_is_refused(rig):
    with pytest.raises(Conflict):
        rig.provider.refund(give_back(rig, rig.paid(), 12_551), key="r-1")
    with pytest.raises(Conflict):
        rig.provider.refund(give_back(rig, rig.created("key-2")), key="r-2")


def test_a_lost_dispute_takes_a_payment_back_and_a_part_of_one_is_for_a_person(rig):
    whole, part, open_ = rig.paid("key-1"), rig.paid("key-2", surcharge=100), rig.paid("key-3")
    rig.client.control("disputes", payment_id=whole)
    rig.client.control("disputes", payment_id=part, amount=5_000)
    rig.client.control("disputes", payment_id=open_, status="under_review")
    rig.client.control("clock", advance_s=5)
    found = {
        each.provider_reference: each.said
        for each in rig.provider.lost_disputes(rig.now() - timedelta(days=1))
    }
    assert found == {whole: Said.TAKEN_BACK, part: Said.UNKNOWN}


# --- Agreements ---------------------------------------------------------------------------------------------


def test_an_agreement_is_set_up_by_a_payment_and_then_pays_without_the_payer(rig):
    made = rig.provider.create_agreement(
        CreateAgreement(reference="CT-1", description="Council tax"), key="a-1"
    )
    theirs = made.provider_reference
    with pytest.raises(Rejected):
        rig.provider.create(request(agreement=UseOfAgreement(reference=theirs, sets_up=False)), key="key-1")
    rig.to(rig.created("key-2", agreement=UseOfAgreement(reference=theirs, sets_up=True)), "success")
    assert rig.provider.fetch_agreement(theirs).status is AgreementStatus.ACTIVE
    step = rig.provider.create(
        request(agreement=UseOfAgreement(reference=theirs, sets_up=False)), key="key-3"
    )
    assert isinstance(step, Done)
    assert step.observation.said is Said.SUCCEEDED
    assert [rig.provider.cancel_agreement(theirs).status for _ in range(2)] == [AgreementStatus.CANCELLED] * 2


def test_settings_hold_no_key_and_an_address_is_one():
    with pytest.raises(ConfigurationError):
        GovukPaySettings(key_secret="k", base_url="http://user:pw@host")
    with pytest.raises(ConfigurationError, match="needs merchant_code"):
        GovukPaySettings(key_secret="k", settlement=SettlementShape.BY_MERCHANT_CODE)


def test_no_key_token_or_card_number_is_in_any_repr_or_message(rig):
    provider = rig.provider
    shown = repr([provider, provider.create(request(payer=Payer(name="A Payer")), key="key-1"), request()])
    rig.fault(CREATE, "hang_after")
    with pytest.raises(OutcomeUnknown) as caught:
        rig.created("key-2")
    shown += str(caught.value) + repr(caught.value.data)
    for secret in ("api_test_mock", "mock webhook secret", "t0k3n", "A Payer"):
        assert secret not in shown
    assert not re.search(r"pay/[a-z0-9]{36}", shown)
