"""Adyen: the contract of providers, the published signatures, every item of a delivery, refunds told by webhook."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from adyen_server import API_KEY, AdyenServer
from attrs import evolve

from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import RefundSaid, Said
from localgov_ims.errors import ConfigurationError, InvalidSignature, NotSupported
from localgov_ims.hooks import Callback, Secret
from localgov_ims.service.refunds.asking import RefundOf, refund_payment, view_refund
from localgov_ims.service.refunds.sending import send_to_provider
from localgov_ims.testing import PaymentProviderContract
from localgov_ims.testing import provider_town as town
from localgov_ims.testing.provider_rigs import AMOUNT
from localgov_ims.testing.provider_servers import Outcome, Watch
from localgov_ims_adyen import PROVIDER, AdyenSettings
from localgov_ims_adyen.signing import is_authentic, message_of, signature

SETTINGS = AdyenSettings(
    merchant_account="SmallCouncil", base_url="https://checkout-test.adyen.com/v71", captures_automatically=True,
    hmac_secrets=("hmac_new", "hmac_old"),
)  # fmt: skip
SECRETS = {"adyen_api_key": API_KEY, "hmac_new": "AB" * 32, "hmac_old": "12" * 32}
SIGNED = (
    "pspReference",
    "originalReference",
    "merchantAccountCode",
    "merchantReference",
    "eventCode",
    "success",
)


class TestProvider(PaymentProviderContract):
    spec = PROVIDER
    settings = SETTINGS
    secrets = SECRETS
    signing = ("hmac_new", "hmac_old")
    forged = "CD" * 32
    outcomes = frozenset({Outcome.PAID, Outcome.EXPIRED, Outcome.STRANGE, Outcome.TAKEN_BACK})
    asks_what_was_paid = False

    def make_server(self, clock: Watch) -> AdyenServer:
        return AdyenServer(clock, SECRETS["hmac_new"])

    def signature_of(self, callback: Callback) -> str:
        return _item(callback)["additionalData"]["hmacSignature"]

    def resigned(self, callback: Callback, signature: str | None) -> Callback:
        return _changed(callback, additionalData={} if signature is None else {"hmacSignature": signature})

    def altered(self, callback: Callback) -> list[Callback]:
        """Only eight fields are signed, so those are altered; and the whole is cut, or holds nothing."""
        fields = [_changed(callback, **{name: "other"}) for name in SIGNED]
        amounts = [
            _changed(callback, amount={"value": 1, "currency": "GBP"}),
            _changed(callback, amount={"value": AMOUNT.pence, "currency": "EUR"}),
        ]
        bodies = (
            callback.body[:-1],
            b"",
            b"[]",
            b"{}",
            b'{"notificationItems": []}',
            b'{"notificationItems": [3]}',
        )
        return [*fields, *amounts, *(evolve(callback, body=body) for body in bodies)]


def _item(callback: Callback) -> dict:
    return json.loads(callback.body)["notificationItems"][0]["NotificationRequestItem"]


def _changed(callback: Callback, **given) -> Callback:
    body = {"live": "false", "notificationItems": [{"NotificationRequestItem": _item(callback) | given}]}
    return evolve(callback, body=json.dumps(body).encode())


# Keys, items and signatures that Adyen's own client libraries are tested with:
# https://github.com/Adyen/adyen-ruby-api-library, spec/utils/hmac_validator_spec.rb, and
# https://github.com/Adyen/adyen-php-api-library, tests/Adyen/Util/HmacSignatureTest.php.
PUBLISHED_ITEM = {
    "pspReference": "7914073381342284", "merchantAccountCode": "TestMerchant",
    "merchantReference": "TestPayment-1407325143704", "amount": {"value": 1130, "currency": "EUR"},
    "eventCode": "AUTHORISATION", "success": "true",
}  # fmt: skip
PUBLISHED = [
    (
        "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056",
        "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=",
    ),
    (
        "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00",
        "Ny9gS2veKo5E4w8/OL6xz1/wvT/hYkAXy1xNc/QvO4I=",
    ),
]


@pytest.mark.parametrize(("key", "expected"), PUBLISHED)
def test_the_published_signatures_hold(key, expected):
    assert message_of(PUBLISHED_ITEM) == (
        b"7914073381342284::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true"
    )
    assert signature(PUBLISHED_ITEM, Secret(key)) == expected
    signed = PUBLISHED_ITEM | {"additionalData": {"hmacSignature": expected}}
    assert is_authentic(signed, [Secret(key)])
    assert is_authentic(signed | {"success": True}, [Secret(key)])
    for place, symbol in enumerate(expected):
        forged = expected[:place] + ("A" if symbol != "A" else "B") + expected[place + 1 :]
        assert not is_authentic(signed | {"additionalData": {"hmacSignature": forged}}, [Secret(key)])


def test_nothing_is_escaped_in_what_is_signed():
    odd = PUBLISHED_ITEM | {"merchantReference": "a:b\\c", "originalReference": None}
    assert message_of(odd).startswith(b"7914073381342284::TestMerchant:a:b\\c:1130")


def test_one_forged_item_among_many_refuses_the_whole_delivery():
    rig = TestProvider().rig()
    good = [rig.server.item("AUTHORISATION", f"88{n}", f"R-{n}", 100) for n in range(3)]
    assert len(rig.provider.read_callback(rig.server.delivered(*good))) == 3
    for bad in (good[1] | {"success": "false"}, {k: v for k, v in good[1].items() if k != "additionalData"}):
        with pytest.raises(InvalidSignature):
            rig.provider.read_callback(rig.server.delivered(good[0], bad, good[2]))


def test_what_is_not_signed_decides_nothing():
    rig = TestProvider().rig()
    item = rig.server.item("AUTHORISATION", "881", "R-1", 100)
    (plain,) = rig.provider.read_callback(rig.server.delivered(item))
    (other,) = rig.provider.read_callback(
        rig.server.delivered(item | {"eventDate": "1999-01-01", "reason": "refused"})
    )
    assert plain == other


def test_a_refused_card_is_not_the_end_of_a_payment():
    rig = TestProvider().rig()
    refused = rig.server.item("AUTHORISATION", "881", "R-1", 100, success="false")
    (hint,) = rig.provider.read_callback(rig.server.delivered(refused))
    assert (hint.observation, hint.payment_reference, hint.event_id) == (
        None,
        "R-1",
        "AUTHORISATION:881:false",
    )


def test_where_capture_is_later_only_a_capture_is_income():
    test = TestProvider()
    rig = test.rig()
    provider = evolve(rig.provider, webhooks=evolve(rig.provider.webhooks, captures_automatically=False))
    for event, original, paid in (("AUTHORISATION", "", None), ("CAPTURE", "881", Money(100))):
        item = rig.server.item(event, "881" if not original else "C1", "R-1", 100, original=original)
        (hint,) = provider.read_callback(rig.server.delivered(item))
        assert (hint.observation.amount_paid if hint.observation else None) == paid
    assert hint.observation.provider_reference == "881"


def test_another_currency_or_merchant_is_never_income():
    rig = TestProvider().rig()
    euros = rig.server.item("AUTHORISATION", "881", "R-1", 100, amount={"value": 100, "currency": "EUR"})
    (hint,) = rig.provider.read_callback(rig.server.delivered(euros))
    assert (hint.observation.said, hint.observation.amount_paid) == (Said.UNKNOWN, Money(0))
    other = rig.server.item("AUTHORISATION", "881", "R-1", 100, merchantAccountCode="BigCouncil")
    (hint,) = rig.provider.read_callback(rig.server.delivered(other))
    assert hint.observation is None


@pytest.mark.parametrize("said", [RefundSaid.SUCCEEDED, RefundSaid.FAILED])
def test_what_became_of_a_refund_is_told_by_webhook_and_recorded_once(tmp_path: Path, said: RefundSaid):
    test = TestProvider()
    with test.office(tmp_path) as office:
        office.rig.server.decide(office.ours, Outcome.PAID)
        office.heard()
        line = office.payment.lines[0].reference
        asked = refund_payment(office.house, [RefundOf(line=line, amount=Money(1_07))], reason="Paid twice")
        assert send_to_provider(office.house, asked.reference).state.value == "submitted"
        office.rig.server.decide_refunds(office.ours, said)
        for _ in range(2):
            office.heard()
        assert view_refund(office.house, asked.reference).state.value == said.value
        assert town.laws_hold(office.house)


def test_a_payment_of_another_system_is_answered_and_never_income_of_ours(tmp_path: Path):
    test = TestProvider()
    with test.office(tmp_path) as office:
        from localgov_ims.service.payments.callbacks import receive_callback

        foreign = office.rig.server.item("AUTHORISATION", "77", "SHOP-1", 100)
        assert receive_callback(office.house, town.NAME, office.rig.server.delivered(foreign)) == 1
        assert receive_callback(office.house, town.NAME, office.rig.server.delivered(foreign)) == 0
        assert town.booked(office.house, office.payment) == []


def test_a_payment_cannot_be_asked_about_and_settings_must_be_safe():
    with pytest.raises(NotSupported, match="webhooks tell it"):
        TestProvider().rig().provider.fetch("8815000000000001")
    with pytest.raises(ConfigurationError, match="must begin with https"):
        evolve(SETTINGS, base_url="http://checkout.adyen.com")
    with pytest.raises(ConfigurationError, match="one secret at least"):
        evolve(SETTINGS, hmac_secrets=())
    with pytest.raises(ConfigurationError, match="no HMAC key of Adyen") as caught:
        TestProvider().rig(Watch(datetime(2026, 1, 1, tzinfo=UTC)), {"hmac_new": "not-hexadecimal"})
    assert "not-hexadecimal" not in caught.value.message
