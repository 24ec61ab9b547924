"""`govukpay`: payments, refunds and agreements by the API of GOV.UK Pay.

Source: https://docs.payments.service.gov.uk/ and https://github.com/alphagov/pay-publicapi (API 1.0.3). `POST /v1/auth`
takes a card number and is never called.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from attrs import evolve, frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.observations import CreateRefund, Observation, RefundObservation, Said
from localgov_ims.errors import Conflict
from localgov_ims.hooks import (
    AgreementObservation,
    Callback,
    Capability,
    CreateAgreement,
    CreatePayment,
    Done,
    Hint,
    HttpClient,
    NextStep,
    PaymentQuery,
    Redirect,
    Secret,
    Secrets,
)
from localgov_ims_govuk_pay.api import Api, pence_in, text_in
from localgov_ims_govuk_pay.asking import moment_text, passed, payment_body, search_query
from localgov_ims_govuk_pay.options import GovukPaySettings
from localgov_ims_govuk_pay.reading import (
    agreement_observation_of,
    moment,
    observation_of,
    refund_observation_of,
)
from localgov_ims_govuk_pay.webhooks import hints_in

CAPABILITIES: Final = frozenset({
    Capability.REDIRECT, Capability.SERVER_TO_SERVER, Capability.DELAYED_CAPTURE, Capability.CANCEL, Capability.REFUND,
    Capability.PARTIAL_REFUND, Capability.REFUND_POLL, Capability.FETCH, Capability.SEARCH, Capability.SIGNED_WEBHOOK,
    Capability.SETTLEMENT_ITEMISED, Capability.FEES_PER_PAYMENT, Capability.AGREEMENTS, Capability.MOTO,
    Capability.IDEMPOTENT_CREATE, Capability.DISPUTES,
})  # fmt: skip

CLOCKS_DIFFER: Final = timedelta(minutes=2)
"""By how much GOV.UK Pay's clock may be behind ours, when a refund is looked for by when it was made."""


@frozen(kw_only=True)
class GovukPay:
    """One gateway account. See `hooks.providers.PaymentProvider` for what each call means and raises."""

    settings: GovukPaySettings
    api: Api
    webhook_secrets: Sequence[Secret] = ()

    def create(self, request: CreatePayment, *, key: str) -> NextStep:
        """Ask for a payment; a repeat under the key within a day is answered with the first one.

        Raises:
            InvalidValue: It cannot be asked for; nothing was sent.
        """
        answer = self.api.post("/v1/payments", payment_body(request, self.settings), key=key)
        link = answer.get("_links", {}).get("next_url")
        if not isinstance(link, dict):
            return Done(observation=self._observed(answer))
        return Redirect(url=text_in(link, "href"), provider_reference=text_in(answer, "payment_id"))

    def fetch(self, provider_reference: str) -> Observation:
        """Ask about one payment; unlike a search, this does not lag."""
        return self._observed(self.api.get(_payment(provider_reference)))

    def capture(self, provider_reference: str) -> Observation:
        """Capture what was authorised; GOV.UK Pay lets it go 120 hours after the payment was made."""
        return self._acted(provider_reference, "capture")

    def cancel(self, provider_reference: str) -> Observation:
        """Cancel a payment that is not finished."""
        return self._acted(provider_reference, "cancel")

    def refund(self, request: CreateRefund, *, key: str) -> RefundObservation:
        """Give back a sum, once, though GOV.UK Pay knows no key for refunds.

        First it is read what is left, then whether the refund is there already, and then it is asked for with what was
        read. One that arrives late either is in the list, or has made what was read wrong, and is refused (412, P0604).
        """
        del key
        left = self._left(request)
        there = self._found(request)
        if there is not None:
            return there
        body = {"amount": request.amount.pence, "refund_amount_available": left}
        path = f"{_payment(request.provider_reference)}/refunds"
        try:
            answer = self.api.post(path, body, key="")
        except Conflict:
            there = self._found(request)
            if there is None:
                raise
            return there
        return refund_observation_of(answer, request.refund_reference, self.api.clock())

    def fetch_refund(self, request: CreateRefund, refund_reference: str) -> RefundObservation:
        """Ask about one refund."""
        path = f"{_payment(request.provider_reference)}/refunds/{quote(refund_reference, safe='')}"
        return refund_observation_of(self.api.get(path), request.refund_reference, self.api.clock())

    def search(self, query: PaymentQuery) -> Iterator[Observation]:
        """Look for payments; a search lags behind by seconds, so it decides nothing about one just made."""
        for result in self.api.pages("/v1/payments", search_query(query), identifier="payment_id"):
            yield self._observed(result)

    def read_callback(self, callback: Callback) -> Sequence[Hint]:
        """Read a webhook; see `webhooks`."""
        return hints_in(callback, self.webhook_secrets)

    def lost_disputes(self, since: datetime) -> Iterator[Observation]:
        """Say which payments were taken back by the payer's bank; webhooks and payments tell nothing of it."""
        query = {"status": "lost", "from_date": moment_text(since)}
        for dispute in self.api.pages("/v1/disputes", query, identifier="dispute_id"):
            said = self.fetch(text_in(dispute, "payment_id"))
            whole = pence_in(dispute, "amount") == (said.amount_paid + said.surcharge).pence
            word = Said.TAKEN_BACK if whole else Said.UNKNOWN
            yield evolve(
                said, said=word, surcharge=NOTHING, provider_status="dispute lost", reason="dispute_lost"
            )

    def create_agreement(self, request: CreateAgreement, *, key: str) -> AgreementObservation:
        """Ask for an agreement; the payment that sets it up makes it active."""
        body = {"reference": request.reference, "description": passed(request.description)}
        if request.payer_key is not None:
            body["user_identifier"] = request.payer_key
        return agreement_observation_of(self.api.post("/v1/agreements", body, key=key), self.api.clock())

    def fetch_agreement(self, provider_reference: str) -> AgreementObservation:
        """Ask about an agreement."""
        return agreement_observation_of(self.api.get(_agreement(provider_reference)), self.api.clock())

    def cancel_agreement(self, provider_reference: str) -> AgreementObservation:
        """End an agreement."""
        try:
            self.api.post(f"{_agreement(provider_reference)}/cancel")
        except Conflict:
            said = self.fetch_agreement(provider_reference)
            if said.status.value != "cancelled":
                raise
            return said
        return self.fetch_agreement(provider_reference)

    def _acted(self, provider_reference: str, what: str) -> Observation:
        try:
            self.api.post(f"{_payment(provider_reference)}/{what}")
        except Conflict:
            said = self.fetch(provider_reference)
            done = {"capture": "success", "cancel": "cancelled"}
            if said.provider_status != done[what]:
                raise
            return said
        return self.fetch(provider_reference)

    def _observed(self, answer: dict[str, Any]) -> Observation:
        return observation_of(answer, self.api.clock())

    def _left(self, request: CreateRefund) -> int:
        """Return what GOV.UK Pay says can still be given back of the payment."""
        answer = self.api.get(_payment(request.provider_reference))
        summary = answer.get("refund_summary")
        if not isinstance(summary, dict) or summary.get("amount_available") is None:
            message = "GOV.UK Pay says nothing of what can be given back of this payment."
            raise Conflict("conflict", message, adapter="govukpay")
        return pence_in(summary, "amount_available")

    def _found(self, request: CreateRefund) -> RefundObservation | None:
        """Return the refund if it is there: of the same sum, none that we know, made since it was first sent."""
        if request.sent_at is None:
            return None
        answer = self.api.get(f"{_payment(request.provider_reference)}/refunds")
        since = request.sent_at - CLOCKS_DIFFER
        for each in answer.get("_embedded", {}).get("refunds", ()):
            ours = pence_in(each, "amount") == request.amount.pence and moment(each, "created_date") >= since
            if ours and text_in(each, "refund_id") not in request.known:
                return refund_observation_of(each, request.refund_reference, self.api.clock())
        return None


def govuk_pay(settings: GovukPaySettings, http: HttpClient, clock: Clock, secrets: Secrets) -> GovukPay:
    """Make the provider.

    Raises:
        ConfigurationError: The API key or a webhook secret is not set.
    """
    return GovukPay(
        settings=settings, api=Api(base_url=settings.base_url, http=http, clock=clock, key=secrets.get(settings.key_secret)),
        webhook_secrets=[secrets.get(name) for name in settings.webhook_secrets],
    )  # fmt: skip


def _payment(provider_reference: str) -> str:
    return f"/v1/payments/{quote(provider_reference, safe='')}"


def _agreement(provider_reference: str) -> str:
    return f"/v1/agreements/{quote(provider_reference, safe='')}"
