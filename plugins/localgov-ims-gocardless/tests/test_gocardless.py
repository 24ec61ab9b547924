"""GoCardless: the contracts of providers and settlement sources, the published signature, Direct Debits by mandate."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from gocardless_server import FLOW, TOKEN, GoCardlessServer

from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import Said
from localgov_ims.errors import (
    ConfigurationError,
    Conflict,
    InvalidSignature,
    InvalidValue,
    NotFoundAtProvider,
    NotSupported,
    UnexpectedAnswer,
)
from localgov_ims.hooks import AgreementStatus, Callback, CreateAgreement, Done, Secret
from localgov_ims.hooks.providers import UseOfAgreement
from localgov_ims.testing import PaymentProviderContract, SettlementSourceContract
from localgov_ims.testing.provider_rigs import asked, begun
from localgov_ims.testing.provider_servers import Outcome, Watch
from localgov_ims_gocardless import PROVIDER, SOURCE, GoCardlessSettings
from localgov_ims_gocardless.settlements import READER
from localgov_ims_gocardless.webhooks import hints_in

SETTINGS = GoCardlessSettings(webhook_secrets=("webhook_new", "webhook_old"))
SECRETS = {
    "gocardless_access_token": TOKEN,
    "webhook_new": "n3w-endpoint-secret",
    "webhook_old": "0ld-endpoint-secret",
}


class TestProvider(PaymentProviderContract):
    spec = PROVIDER
    settings = SETTINGS
    secrets = SECRETS
    signing = ("webhook_new", "webhook_old")
    outcomes = frozenset(Outcome) - {Outcome.EXPIRED}
    hidden = (FLOW,)

    def make_server(self, clock: Watch) -> GoCardlessServer:
        return GoCardlessServer(clock, SECRETS["webhook_new"])

    def signature_of(self, callback: Callback) -> str:
        return callback.headers["webhook-signature"]

    def resigned(self, callback: Callback, signature: str | None) -> Callback:
        return evolve(callback, headers={} if signature is None else {"Webhook-Signature": signature})


class TestPayouts(SettlementSourceContract):
    spec = SOURCE
    reader = READER
    settings = SETTINGS
    secrets = SECRETS

    def make_server(self, clock: Watch) -> GoCardlessServer:
        return GoCardlessServer(clock)


# The secret, body and signature that GoCardless's own client libraries are tested with:
# https://github.com/gocardless/gocardless-pro-python, tests/fixtures/webhook_body.json and tests/webhooks_test.py.
PUBLISHED = (
    b'{"events":[{"id":"EV00BD05S5VM2T","created_at":"2018-07-05T09:13:51.404Z","resource_type":"subscriptions",'
    b'"action":"created","links":{"subscription":"SB0003JJQ2MR06"},"details":{"origin":"api",'
    b'"cause":"subscription_created","description":"Subscription created via the API."},"metadata":{}},'
    b'{"id":"EV00BD05TB8K63","created_at":"2018-07-05T09:13:56.893Z","resource_type":"mandates","action":"created",'
    b'"links":{"mandate":"MD000AMA19XGEC"},"details":{"origin":"api","cause":"mandate_created",'
    b'"description":"Mandate created via the API."},"metadata":{}}]}'
)
PUBLISHED_SECRET = "ED7D658C-D8EB-4941-948B-3973214F2D49"
PUBLISHED_SIGNATURE = "2693754819d3e32d7e8fcb13c729631f316c6de8dc1cf634d6527f1c07276e7e"
NOW = datetime(2026, 5, 14, 12, tzinfo=UTC)


def delivered(body: bytes, signature: str) -> Callback:
    return Callback(method="POST", headers={"Webhook-Signature": signature}, body=body, received_at=NOW)


def test_the_published_signature_holds_and_every_digit_of_it_counts():
    secret = [Secret(PUBLISHED_SECRET)]
    told = hints_in(delivered(PUBLISHED, PUBLISHED_SIGNATURE), secret)
    assert [(hint.event_id, hint.event_type) for hint in told] == [
        ("EV00BD05S5VM2T", "subscriptions.created"),
        ("EV00BD05TB8K63", "mandates.created"),
    ]
    assert all(hint.provider_reference is None and hint.authentic for hint in told)
    for place, digit in enumerate(PUBLISHED_SIGNATURE):
        other = "0" if digit != "0" else "1"
        forged = PUBLISHED_SIGNATURE[:place] + other + PUBLISHED_SIGNATURE[place + 1 :]
        with pytest.raises(InvalidSignature):
            hints_in(delivered(PUBLISHED, forged), secret)


def test_what_is_signed_and_no_list_of_events_is_told_apart_from_a_forgery():
    rig = TestProvider().rig()
    for body in (b"[]", b"{}", b'{"events": [3]}', b'{"events": [{"id": "EV1"}]}', b"\xff"):
        signature = rig.server._signed([])  # the same secret, another body
        import hashlib
        import hmac

        signature = hmac.new(SECRETS["webhook_new"].encode(), body, hashlib.sha256).hexdigest()
        with pytest.raises(InvalidValue, match="without a list of events"):
            rig.provider.read_callback(delivered(body, signature))


def test_a_direct_debit_by_an_active_mandate_asks_nobody_and_may_fail_weeks_later():
    rig = TestProvider().rig()
    request = asked(agreement=UseOfAgreement(reference="MD123", sets_up=False))
    step = rig.provider.create(request, key="k-1")
    assert isinstance(step, Done)
    theirs = step.observation.provider_reference
    assert step.observation.said is Said.GOING
    assert rig.provider.create(request, key="k-1").observation.provider_reference == theirs
    rig.server.decide(request.payment_reference, Outcome.PAID)
    assert rig.provider.fetch(theirs).amount_paid == request.amount
    for outcome in (Outcome.DECLINED, Outcome.TAKEN_BACK):
        rig.server.decide(request.payment_reference, outcome)
        said = rig.provider.fetch(theirs)
        assert (said.said, said.reason) == (Said.TAKEN_BACK, said.provider_status)


def test_a_mandate_is_set_up_with_its_first_payment_and_can_be_ended():
    rig = TestProvider().rig()
    with pytest.raises(NotSupported):
        rig.provider.create_agreement(CreateAgreement(reference="A1", description="Rent"), key="k")
    request = asked(agreement=UseOfAgreement(reference="A1", sets_up=True))
    step = begun(rig, request)
    record = rig.server.records["billing_requests"][step.provider_reference]
    assert record["mandate_request"] == {"scheme": "bacs", "currency": "GBP"}
    record["links"] = {"mandate_request_mandate": "MD9"}
    rig.server.records["mandates"]["MD9"] = {"id": "MD9", "status": "active", "reference": "REF-9"}
    assert rig.provider.fetch_agreement(step.provider_reference).status is AgreementStatus.ACTIVE
    assert rig.provider.cancel_agreement("MD9").status is AgreementStatus.CANCELLED


def test_a_payment_that_was_sent_to_the_bank_is_not_cancelled():
    rig = TestProvider().rig()
    request = asked()
    step = begun(rig, request)
    assert rig.provider.cancel(step.provider_reference).said is Said.CANCELLED
    rig.server.decide(request.payment_reference, Outcome.PAID)
    theirs = rig.provider.fetch(step.provider_reference).provider_reference
    with pytest.raises(Conflict):
        rig.provider.cancel(theirs)
    with pytest.raises(NotFoundAtProvider):
        rig.provider.fetch("PM-unknown")


def test_another_currency_is_for_a_person():
    rig = TestProvider().rig()
    request = asked()
    step = begun(rig, request)
    rig.server.decide(request.payment_reference, Outcome.PAID)
    for record in rig.server.records["payments"].values():
        record["currency"] = "EUR"
    said = rig.provider.fetch(step.provider_reference)
    assert (said.said, said.amount_paid) == (Said.UNKNOWN, Money(0))


def test_an_item_of_an_unknown_kind_and_a_broken_penny_refuse_a_payout():
    for kind, amount in (("moon_tax", "-1.0"), ("payment_paid_out", "10.5"), ("refund", "no number")):
        source, _, server = TestPayouts()._rig()
        number = server.pay_out(date(2026, 7, 1), [Money(100)], fee=Money(2), refund=Money(1))
        server._new("payout_items", "PI", {"type": kind, "amount": amount, "links": {}, "payout": number})
        with pytest.raises(UnexpectedAnswer):
            list(source.fetch(date(2026, 7, 1), date(2026, 7, 1)))


def test_settings_that_could_not_be_safe_are_refused():
    with pytest.raises(ConfigurationError, match="must begin with https"):
        GoCardlessSettings(base_url="http://api.gocardless.com")
    with pytest.raises(ConfigurationError, match="one secret at least"):
        GoCardlessSettings(webhook_secrets=())
