"""SmartPay Fuse: the contract of providers, signed forms, answers whose deciding fields must be signed, refunds without keys."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

import pytest
from attrs import evolve
from fuse_server import REST_SECRET, FuseServer

from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import Said
from localgov_ims.domain.payers import Payer
from localgov_ims.errors import ConfigurationError, InvalidSignature, InvalidValue, OutcomeUnknown
from localgov_ims.hooks import Callback, PaymentQuery, Secret
from localgov_ims.testing import PaymentProviderContract
from localgov_ims.testing.provider_rigs import asked, begun, hints, paid, refund_of
from localgov_ims.testing.provider_servers import Outcome, Watch
from localgov_ims_smartpay_fuse import PROVIDER, FuseSettings
from localgov_ims_smartpay_fuse.answers import REQUIRED, pence
from localgov_ims_smartpay_fuse.signing import message_of, signature

SETTINGS = FuseSettings(
    profile_id="PROFILE-1", access_key="acc3ss", merchant_id="small_council", rest_key_id="key-1",
    profile_secrets=("profile_new", "profile_old"), backoffice_url="https://pay.council.example/callbacks/fuse",
)  # fmt: skip
SECRETS = {"profile_new": "n3w-profile-secret", "profile_old": "0ld-profile-secret", "fuse_rest": REST_SECRET}


class TestProvider(PaymentProviderContract):
    spec = PROVIDER
    settings = SETTINGS
    secrets = SECRETS
    signing = ("profile_new", "profile_old")
    outcomes = frozenset({Outcome.PAID, Outcome.DECLINED, Outcome.CANCELLED, Outcome.STRANGE})
    stale_after = 900
    refund_waits = 3600

    def make_server(self, clock: Watch) -> FuseServer:
        return FuseServer(clock, SECRETS["profile_new"])

    def signature_of(self, callback: Callback) -> str:
        return _fields(callback)["signature"]

    def resigned(self, callback: Callback, signature: str | None) -> Callback:
        fields = {name: value for name, value in _fields(callback).items() if name != "signature"}
        return _with(callback, fields if signature is None else fields | {"signature": signature})

    def altered(self, callback: Callback) -> list[Callback]:
        """Only the named fields are signed, so those are altered, left out, or come twice."""
        fields = _fields(callback)
        changed = [fields | {name: fields[name] + "1"} for name in REQUIRED]
        lacking = [{n: v for n, v in fields.items() if n != name} for name in REQUIRED]
        bodies = (callback.body[:-1], b"", b"\xff=1", b"a", callback.body + b"&decision=ACCEPT")
        return [
            *(_with(callback, each) for each in (*changed, *lacking)),
            *(evolve(callback, body=b) for b in bodies),
        ]


def _fields(callback: Callback) -> dict[str, str]:
    return dict(parse_qsl(callback.body.decode(), keep_blank_values=True))


def _with(callback: Callback, fields: dict[str, str]) -> Callback:
    return evolve(callback, body=urlencode(fields).encode())


def _signed(callback: Callback, fields: dict[str, str]) -> Callback:
    own = {name: value for name, value in fields.items() if name != "signature"}
    return _with(callback, own | {"signature": signature(own, Secret(SECRETS["profile_new"]))})


def test_the_signature_is_what_rfc_2104_says_worked_out_by_hand():
    fields = {"b": "2,=x", "a": "Ll\u00eantr\u00e9", "signed_field_names": "b,a,signed_field_names"}
    text = "b=2,=x,a=Ll\u00eantr\u00e9,signed_field_names=b,a,signed_field_names".encode()
    assert message_of(fields, ["b", "a", "signed_field_names"]) == text
    key = b"secret".ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + text).digest()
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()
    assert signature(fields, Secret("secret")) == base64.b64encode(outer).decode()


def test_the_form_is_signed_in_order_and_the_payer_is_not_signed():
    rig = TestProvider().rig()
    payer = Payer(
        name="A Payer", address_1="1 High Street", address_3="Town", postcode="AB1 2CD", email="a@example.org"
    )
    step = rig.provider.create(asked(payer=payer), key="k-1")
    fields = dict(step.fields)
    assert fields["signed_field_names"] == (
        "access_key,profile_id,transaction_uuid,signed_field_names,unsigned_field_names,signed_date_time,locale,"
        "transaction_type,reference_number,amount,currency,override_backoffice_post_url,override_custom_cancel_page,"
        "override_custom_receipt_page"
    )
    assert (fields["amount"], fields["transaction_type"], fields["transaction_uuid"]) == (
        "123.45",
        "sale",
        "k-1",
    )
    assert fields["signed_date_time"] == "2026-05-14T12:00:00Z"
    assert fields["unsigned_field_names"] == (
        "bill_to_address_line1,bill_to_address_city,bill_to_address_postal_code,bill_to_address_country,bill_to_email"
    )
    assert "A Payer" not in repr(step)


@pytest.mark.parametrize("left_out", sorted(REQUIRED))
def test_an_answer_that_does_not_sign_what_decides_is_refused_though_its_signature_is_right(left_out: str):
    rig = TestProvider().rig()
    callback = TestProvider().delivery(rig)
    fields = _fields(callback)
    names = [name for name in fields["signed_field_names"].split(",") if name != left_out]
    with pytest.raises(InvalidSignature):
        rig.provider.read_callback(_signed(callback, fields | {"signed_field_names": ",".join(names)}))


def test_our_own_form_sent_back_is_no_answer():
    rig = TestProvider().rig()
    form = dict(rig.provider.create(asked(), key="k-1").fields)
    callback = TestProvider().delivery(rig)
    with pytest.raises(InvalidSignature):
        rig.provider.read_callback(_with(callback, form))


def test_what_is_not_signed_decides_nothing():
    rig = TestProvider().rig()
    callback = TestProvider().delivery(rig)
    (plain,) = rig.provider.read_callback(callback)
    more = _fields(callback) | {"auth_code": "999999", "req_transaction_type": "authorization"}
    assert rig.provider.read_callback(_with(callback, more)) == [plain]


def test_an_amount_that_is_no_pounds_or_another_currency_is_for_a_person():
    rig = TestProvider().rig()
    callback = TestProvider().delivery(rig)
    for change in ({"auth_amount": "1e3"}, {"auth_amount": "-5.00"}, {"req_currency": "EUR"}):
        (hint,) = rig.provider.read_callback(_signed(callback, _fields(callback) | change))
        assert (hint.observation.said, hint.observation.amount_paid) == (Said.UNKNOWN, Money(0))
    assert [pence(text) for text in ("12.34", "0.05", "12", "1.5", "1.234", "\u0661.00", "")] == [
        Money(1234), Money(5), None, None, None, None, None
    ]  # fmt: skip


def test_a_payment_under_review_waits_and_an_error_is_asked_about():
    rig = TestProvider().rig()
    callback = TestProvider().delivery(rig)
    for word, said in (("REVIEW", Said.GOING), ("ERROR", None)):
        (hint,) = rig.provider.read_callback(_signed(callback, _fields(callback) | {"decision": word}))
        assert (hint.observation and hint.observation.said) == said


def test_a_refused_try_does_not_hide_the_one_that_was_paid():
    rig = TestProvider().rig()
    request = asked()
    begun(rig, request)
    for outcome in (Outcome.DECLINED, Outcome.PAID):
        rig.server.decide(request.payment_reference, outcome)
    (found,) = rig.provider.search(PaymentQuery(payment_reference=request.payment_reference))
    assert (found.said, found.amount_paid) == (Said.SUCCEEDED, request.amount)
    (hint,) = hints(rig, request)
    assert hint.observation.provider_reference == found.provider_reference


def test_a_reference_cannot_be_another_query():
    rig = TestProvider().rig()
    for reference in ("X OR *:*", "X:Y", "X]", ""):
        if reference:
            with pytest.raises(InvalidValue):
                list(rig.provider.search(PaymentQuery(payment_reference=reference)))
    assert rig.line.requests == []


def test_a_refund_nobody_knows_of_is_not_sent_again_before_a_search_would_show_it():
    rig = TestProvider().rig()
    request, observation = paid(TestProvider(), rig)
    refund = evolve(refund_of(observation, Money(500)), sent_at=rig.clock.now)
    with pytest.raises(OutcomeUnknown):
        rig.provider.refund(refund, key="k-9")
    rig.clock.forward(timedelta(hours=1))
    rig.provider.refund(refund, key="k-9")
    rig.provider.refund(refund, key="k-9")
    assert rig.server.refunded(request.payment_reference) == Money(500)


def test_settings_that_could_not_be_safe_are_refused():
    for given in (
        {"page_url": "http://x.example"},
        {"base_url": "ftp://x"},
        {"backoffice_url": "http://x.example"},
    ):
        with pytest.raises(ConfigurationError, match="must begin with https"):
            evolve(SETTINGS, **given)
    with pytest.raises(ConfigurationError, match="one secret at least"):
        evolve(SETTINGS, profile_secrets=())
    with pytest.raises(ConfigurationError, match="no Base64") as caught:
        TestProvider().rig(secrets={"fuse_rest": "not base 64!"})
    assert "not base" not in caught.value.message
