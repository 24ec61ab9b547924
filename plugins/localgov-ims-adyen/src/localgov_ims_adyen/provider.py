"""`adyen`: payments on Adyen's hosted page, by a payment link for each.

Source: https://docs.adyen.com/api-explorer/Checkout/71/overview: `paymentLinks`, `payments/{pspReference}/refunds`;
https://docs.adyen.com/development-resources/api-idempotency/.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn
from urllib.parse import quote

from attrs import field, frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.observations import CreateRefund, Observation, RefundObservation, RefundSaid, Said
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import (
    AdapterError,
    Conflict,
    NotFoundAtProvider,
    OutcomeUnknown,
    Rejected,
    UnexpectedAnswer,
)
from localgov_ims.hooks import (
    Callback,
    CreatePayment,
    Hint,
    HttpClient,
    HttpResponse,
    PaymentQuery,
    Redirect,
    Secret,
    Secrets,
)
from localgov_ims.hooks.calls import Call, answered, json_in
from localgov_ims.hooks.providers import not_supported
from localgov_ims_adyen.options import AdyenSettings
from localgov_ims_adyen.signing import checked_key
from localgov_ims_adyen.webhooks import Webhooks

NAME: Final = "adyen"
_LINK: Final = "PL"
_REFUSED, _GONE, _STATE = 400, 404, 422
_WORDS: Final[Mapping[str, Said]] = {
    # A link that is completed was used; whether it was paid is said by the webhook, whose amount is signed.
    "active": Said.GOING, "completed": Said.GOING, "paymentPending": Said.GOING, "expired": Said.EXPIRED,
}  # fmt: skip


@frozen(kw_only=True)
class Adyen:
    """A merchant account at Adyen."""

    settings: AdyenSettings
    http: HttpClient = field(repr=False)
    clock: Clock = field(repr=False)
    api_key: Secret
    webhooks: Webhooks

    def create(self, request: CreatePayment, *, key: str) -> Redirect:
        """Make a link to Adyen's page for one payment, and send the payer there.

        Raises:
            NotSupported: It is to be captured later by us, keyed by an agent, or by an agreement.
            AdapterError: See `PaymentProvider`.
        """
        if request.delayed_capture or request.moto or request.agreement is not None:
            _cannot("capture when told, have an agent key a card, or use an agreement")
        asked = {
            "merchantAccount": self.settings.merchant_account, "reference": request.payment_reference,
            "amount": {"value": request.amount.pence, "currency": "GBP"}, "description": request.description,
            "returnUrl": request.return_url, "countryCode": "GB", "shopperLocale": "en-GB",
            **({"shopperEmail": request.payer.email} if request.payer.email else {}),
        }  # fmt: skip
        call = self._called("POST", "/paymentLinks", asked, key)
        link = self._sent(call)
        url, theirs = link.get("url"), link.get("id")
        if not isinstance(url, str) or not url.startswith("https://") or not isinstance(theirs, str):
            raise _half(call, "no page to send the payer to")
        return Redirect(url=url, provider_reference=theirs)

    def fetch(self, provider_reference: str) -> Observation:
        """Return whether a link can still be used. What was paid is told by webhooks alone.

        Raises:
            NotSupported: It is the reference of a payment: Adyen's API does not tell what became of one.
        """
        if not provider_reference.startswith(_LINK):
            _cannot("tell what became of a payment when asked; its webhooks tell it")
        link = self._sent(self._called("GET", f"/paymentLinks/{quote(provider_reference, safe='')}"))
        word = link.get("status")
        if not isinstance(word, str):
            message = "Adyen gave a link without a status. Compare the API's version."
            raise UnexpectedAnswer("unexpected_answer", message, adapter=NAME)
        return Observation(
            payment_reference=str(link.get("reference") or ""), provider_reference=provider_reference,
            said=_WORDS.get(word, Said.UNKNOWN), provider_status=word, observed_at=self.clock(),
        )  # fmt: skip

    def capture(self, provider_reference: str) -> Observation:
        """Refuse: Adyen captures by itself, or at its own pages."""
        del provider_reference
        _cannot("capture when told")

    def cancel(self, provider_reference: str) -> Observation:
        """Refuse: a link expires by itself."""
        del provider_reference
        _cannot("cancel a payment")

    def refund(self, request: CreateRefund, *, key: str) -> RefundObservation:
        """Ask for a sum to be given back; a webhook says what became of it."""
        asked = {
            "merchantAccount": self.settings.merchant_account, "reference": request.refund_reference,
            "amount": {"value": request.amount.pence, "currency": "GBP"},
        }  # fmt: skip
        path = f"/payments/{quote(request.provider_reference, safe='')}/refunds"
        call = self._called("POST", path, asked, key)
        theirs = self._sent(call).get("pspReference")
        if not isinstance(theirs, str):
            raise _half(call, "no reference of the refund")
        return RefundObservation(
            refund_reference=request.refund_reference, provider_reference=theirs, said=RefundSaid.SUBMITTED,
            amount=request.amount, observed_at=self.clock(),
        )  # fmt: skip

    def fetch_refund(self, request: CreateRefund, refund_reference: str) -> RefundObservation:
        """Refuse: Adyen tells what became of a refund by webhook."""
        del request, refund_reference
        _cannot("tell what became of a refund when asked; its webhooks tell it")

    def search(self, query: PaymentQuery) -> Iterator[Observation]:
        """Refuse: Adyen's API has no search of payments."""
        del query
        _cannot("search payments")

    def read_callback(self, callback: Callback) -> Sequence[Hint]:
        """Return what a standard webhook says; it may decide, since every field that does is signed."""
        return self.webhooks.hints_in(callback)

    def _called(self, method: str, path: str, body: object = None, key: str = "") -> Call:
        headers = {
            "X-API-Key": self.api_key.reveal(), "Accept": "application/json",
            **({"Content-Type": "application/json"} if body is not None else {}),
            **({"Idempotency-Key": key} if key else {}),
        }  # fmt: skip
        content = json.dumps(body).encode() if body is not None else b""
        return Call(
            method=method,
            url=self.settings.base_url.rstrip("/") + path,
            headers=headers,
            content=content,
            key=key,
        )

    def _sent(self, call: Call) -> dict[str, Any]:
        response = answered(NAME, self.http, self.clock, call)
        if response.status >= _REFUSED:
            raise _refusal(response)
        return json_in(NAME, response, call)


def adyen(settings: AdyenSettings, http: HttpClient, clock: Clock, secrets: Secrets) -> Adyen:
    """Make the adapter.

    Raises:
        ConfigurationError: The API key or an HMAC key is not set, or an HMAC key is none.
    """
    keys = tuple(checked_key(secrets.get(name), name) for name in settings.hmac_secrets)
    webhooks = Webhooks(
        merchant_account=settings.merchant_account,
        captures_automatically=settings.captures_automatically,
        secrets=keys,
    )
    api_key = secrets.get(settings.api_key_secret)
    return Adyen(settings=settings, http=http, clock=clock, api_key=api_key, webhooks=webhooks)


def _half(call: Call, what: str) -> OutcomeUnknown:
    message = f"Adyen answered with {what}. It may have been done: it is sent again under the same key."
    return OutcomeUnknown("outcome_unknown", message, adapter=NAME, key=call.key)


def _refusal(response: HttpResponse) -> AdapterError:
    try:
        told = json.loads(response.content)
    except (ValueError, RecursionError):
        told = {}
    told = told if isinstance(told, dict) else {}
    status, code = response.status, quoted(str(told.get("errorCode") or ""))
    data: dict[str, object] = {"adapter": NAME, "status": status, "error": code}
    if status == _GONE:
        return NotFoundAtProvider("not_found", "Adyen has no such payment or link.", **data)
    message = f"Adyen refuses the request ({status} {code}): {quoted(str(told.get('message') or ''))}. Nothing was done."
    return (
        Conflict("conflict", message, **data) if status == _STATE else Rejected("rejected", message, **data)
    )


def _cannot(what: str) -> NoReturn:
    raise not_supported("Adyen", what)
