"""A provider that does not exist: the plainest adapter that keeps the contract, for the contract to be tried on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from attrs import field, frozen

from localgov_ims.domain.calendar import Clock, local_day
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import CreateRefund, Observation, RefundObservation, RefundSaid, Said
from localgov_ims.errors import Conflict, InvalidValue, NotFoundAtProvider, Rejected
from localgov_ims.hooks import (
    API_VERSION,
    Callback,
    Capability,
    CreatePayment,
    Hint,
    HttpClient,
    PaymentProviderSpec,
    PaymentQuery,
    Redirect,
    Secret,
    Secrets,
)
from localgov_ims.hooks.callbacks import invalid_signature, is_signed
from localgov_ims.hooks.calls import Call, answered, json_in
from localgov_ims.hooks.providers import not_supported

WORDS = {
    "new": Said.GOING, "paid": Said.SUCCEEDED, "declined": Said.FAILED, "cancelled": Said.CANCELLED,
    "expired": Said.EXPIRED, "taken_back": Said.TAKEN_BACK,
}  # fmt: skip
REFUNDS = {
    "submitted": RefundSaid.SUBMITTED, "succeeded": RefundSaid.SUCCEEDED, "failed": RefundSaid.FAILED,
}  # fmt: skip


@frozen(kw_only=True)
class PlainSettings:
    url: str = "https://plain.test"
    webhook_secrets: tuple[str, ...] = ("plain_new", "plain_old")


@frozen(kw_only=True)
class Plain:
    settings: PlainSettings
    http: HttpClient = field(repr=False)
    clock: Clock
    token: Secret
    signing: tuple[Secret, ...]

    def create(self, request: CreatePayment, *, key: str) -> Redirect:
        if request.delayed_capture or request.moto or request.agreement:
            raise not_supported("Plain", "do more than take a payment")
        made = self._call("POST", "/payments", key=key, body={
            "reference": request.payment_reference, "pence": request.amount.pence, "description": request.description,
            "back": request.return_url,
        })  # fmt: skip
        return Redirect(url=made["link"], provider_reference=made["id"])

    def fetch(self, provider_reference: str) -> Observation:
        return self._observed(self._call("GET", f"/payments/{provider_reference}"))

    def capture(self, provider_reference: str) -> Observation:
        raise not_supported("Plain", "capture")

    def cancel(self, provider_reference: str) -> Observation:
        return self._observed(self._call("POST", f"/payments/{provider_reference}/cancel"))

    def refund(self, request: CreateRefund, *, key: str) -> RefundObservation:
        path = f"/payments/{request.provider_reference}/refunds"
        return self._refunded(
            request, self._call("POST", path, key=key, body={"pence": request.amount.pence})
        )

    def fetch_refund(self, request: CreateRefund, refund_reference: str) -> RefundObservation:
        return self._refunded(request, self._call("GET", f"/refunds/{refund_reference}"))

    def search(self, query: PaymentQuery) -> Iterator[Observation]:
        after, wanted = "", query.payment_reference or ""
        while True:
            page = self._call("GET", f"/payments?reference={wanted}&after={after}")
            yield from (self._observed(each) for each in page["payments"])
            if not (after := page["next"]):
                return

    def read_callback(self, callback: Callback) -> Sequence[Hint]:
        given = callback.headers.get("plain-signature", "")
        if not self.is_ours(callback.body, given):
            raise invalid_signature()
        try:
            event = json.loads(callback.body)
            return [
                Hint(event_id=event["id"], event_type=event["type"], provider_reference=event.get("payment"),
                     payment_reference=event.get("reference"), authentic=True)
            ]  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidValue("callback_unreadable", "No event.") from error

    def is_ours(self, body: bytes, given: str) -> bool:
        if len(given) != 64 or not set(given) <= set("0123456789abcdef"):
            return False
        return is_signed([each.reveal().encode() for each in self.signing], body, bytes.fromhex(given))

    def _call(self, method: str, path: str, *, key: str = "", body: object = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token.reveal()}", **({"Key": key} if key else {})}
        content = json.dumps(body).encode() if body is not None else b""
        call = Call(method=method, url=self.settings.url + path, headers=headers, content=content, key=key)
        response = answered("plain", self.http, self.clock, call)
        errors = {404: NotFoundAtProvider, 409: Conflict}
        if response.status >= 400:
            raise errors.get(response.status, Rejected)("refused", f"Plain says {response.status}.")
        return json_in("plain", response, call)

    def _observed(self, it: dict[str, Any]) -> Observation:
        at = datetime.fromisoformat(it["paid_at"]) if it["paid_at"] else None
        return Observation(
            payment_reference=it["reference"], provider_reference=it["id"], said=WORDS.get(it["status"], Said.UNKNOWN),
            provider_status=it["status"], amount_paid=Money(it["paid"]), observed_at=self.clock(),
            taken_on=local_day(at) if at else None,
        )  # fmt: skip

    def _refunded(self, request: CreateRefund, it: dict[str, Any]) -> RefundObservation:
        return RefundObservation(
            refund_reference=request.refund_reference, provider_reference=it["id"], said=REFUNDS[it["status"]],
            amount=Money(it["pence"]), observed_at=self.clock(),
        )  # fmt: skip


def made_by(cls: type[Plain]) -> PaymentProviderSpec:
    """Return the spec of an adapter like `Plain`."""

    def make(settings: PlainSettings, http: HttpClient, clock: Clock, secrets: Secrets) -> Plain:
        signing = tuple(secrets.get(name) for name in settings.webhook_secrets)
        return cls(
            settings=settings, http=http, clock=clock, token=secrets.get("plain_token"), signing=signing
        )

    return PaymentProviderSpec(
        name="plain", api_version=API_VERSION, settings_model=PlainSettings, factory=make, capabilities=frozenset({
            Capability.REDIRECT, Capability.FETCH, Capability.CANCEL, Capability.SEARCH, Capability.REFUND,
            Capability.PARTIAL_REFUND, Capability.REFUND_POLL, Capability.SIGNED_WEBHOOK, Capability.IDEMPOTENT_CREATE,
            Capability.DISPUTES,
        }),
    )  # fmt: skip
