"""The interface of payment providers: what an answer's status means, signatures in constant time, nothing secret shown."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from attrs import frozen

from localgov_ims.domain.money import Money
from localgov_ims.errors import (
    ConfigurationError,
    InvalidValue,
    NoAnswer,
    NotAuthorised,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
    UnexpectedAnswer,
)
from localgov_ims.hooks import (
    Callback,
    CreatePayment,
    HttpResponse,
    PaymentProviderSpec,
    Redirect,
    hookimpl,
    registry,
)
from localgov_ims.hooks.callbacks import LARGEST_BODY, is_signed
from localgov_ims.hooks.calls import Call, answered, json_in

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@frozen
class _Says:
    """A client that gives one answer, or breaks."""

    answer: HttpResponse | Exception

    def request(self, method, url, *, headers, content=b"", timeout=30):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def _asked(method, answer):
    return answered(
        "pay", _Says(answer), lambda: NOW, Call(method=method, url="https://x.test/?token=1", key="k-1")
    )


@pytest.mark.parametrize(
    "trouble", [NoAnswer("no_answer", "it broke"), *(HttpResponse(status=s) for s in (500, 502, 503, 504))]
)
def test_silence_is_unknown_after_a_change_and_nothing_after_a_question(trouble):
    with pytest.raises(OutcomeUnknown) as caught:
        _asked("POST", trouble)
    assert caught.value.data["key"] == "k-1"
    assert caught.value.data["sent_at"] == NOW
    with pytest.raises(Unavailable):
        _asked("GET", trouble)


def test_a_limit_says_how_long_to_wait():
    for header, seconds in (
        ({"Retry-After": "7"}, 7),
        ({}, 1),
        ({"Retry-After": "soon"}, 1),
        ({"Retry-After": "0"}, 1),
    ):
        with pytest.raises(RateLimited) as caught:
            _asked("POST", HttpResponse(status=429, headers=header))
        assert caught.value.data["retry_after"] == seconds


def test_a_refused_key_is_our_fault_and_nothing_was_done():
    for status in (401, 403):
        with pytest.raises(NotAuthorised):
            _asked("POST", HttpResponse(status=status))


def test_an_answer_that_is_no_json_object_is_never_an_empty_one():
    page = HttpResponse(status=200, content=b"<html>")
    with pytest.raises(OutcomeUnknown):
        json_in("pay", page, Call(method="POST", url="u", key="k-1"))
    for content in (b"<html>", b"[]", b"", b"[" * 100_000):
        with pytest.raises(UnexpectedAnswer):
            json_in("pay", HttpResponse(status=200, content=content), Call(method="GET", url="u"))


def test_old_and_new_secrets_both_sign_until_the_old_one_goes():
    signature = hmac.digest(b"old", b"body", hashlib.sha256)
    assert is_signed([b"new", b"old"], b"body", signature)
    assert not is_signed([b"new"], b"body", signature)
    assert not is_signed([b"old"], b"Body", signature)
    assert not is_signed([], b"body", signature)


def test_a_delivery_beyond_the_limit_is_refused_and_headers_have_one_spelling():
    delivery = Callback(
        method="POST", headers={"Pay-Signature": "x"}, body=b"x" * LARGEST_BODY, received_at=NOW
    )
    assert delivery.headers == {"pay-signature": "x"}
    with pytest.raises(InvalidValue, match="is not read"):
        Callback(method="POST", headers={}, body=b"x" * (LARGEST_BODY + 1), received_at=NOW)


def test_tokens_and_signatures_are_in_no_repr():
    shown = repr([
        Redirect(url="https://pay.test/secure/tok3n", provider_reference="p1"),
        CreatePayment(payment_reference="R", amount=Money(1), description="d", return_url="https://c.test/tok3n"),
        Callback(method="POST", headers={"sig": "tok3n"}, query="tok3n", body=b"tok3n", received_at=NOW),
        Call(method="POST", url="https://x.test/tok3n", headers={"a": "tok3n"}, content=b"tok3n"),
    ])  # fmt: skip
    assert "tok3n" not in shown


def test_two_providers_of_one_name_are_refused():
    spec = PaymentProviderSpec(
        name="pay",
        api_version=(1, 0),
        capabilities=frozenset(),
        settings_model=SimpleNamespace,
        factory=SimpleNamespace,
    )

    class Offers:
        @hookimpl
        def ims_payment_providers(self):
            return [spec]

    assert registry.registry_of({"one": (Offers(), None)}).providers == {"pay": spec}
    with pytest.raises(ConfigurationError, match="both offer 'pay'"):
        registry.registry_of({"one": (Offers(), None), "two": (Offers(), None)})
