"""`stripe`: payments on Stripe's hosted page, by a checkout session for each.

Source: https://docs.stripe.com/api, version 2025-03-31.basil: checkout sessions, payment intents, refunds, disputes;
https://docs.stripe.com/payments/checkout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn
from urllib.parse import quote

from attrs import evolve, frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.observations import CreateRefund, Observation, RefundObservation, Said
from localgov_ims.errors import Conflict, OutcomeUnknown, Rejected
from localgov_ims.hooks import (
    Callback,
    CreatePayment,
    Hint,
    HttpClient,
    PaymentQuery,
    Redirect,
    Secret,
    Secrets,
)
from localgov_ims.hooks.providers import not_supported
from localgov_ims_stripe import webhooks, words
from localgov_ims_stripe.api import NAME, Api, strange
from localgov_ims_stripe.options import StripeSettings

_INTENT: Final = "pi_"
"""What the identifier of a payment intent begins with; of a session, cs_."""


@frozen(kw_only=True)
class Stripe:
    """An account at Stripe."""

    api: Api
    clock: Clock
    signing: tuple[Secret, ...]

    def create(self, request: CreatePayment, *, key: str) -> Redirect:
        """Make a session for one payment, and send the payer to its page.

        A key is forgotten after a day, and so is the session: who begins again later cannot pay the first one.

        Raises:
            NotSupported: It is to be captured later, keyed by an agent, or by an agreement.
            AdapterError: See `PaymentProvider`.
        """
        if request.delayed_capture or request.moto or request.agreement is not None:
            _cannot("capture when told, have an agent key a card, or use an agreement")
        made = self.api.post("checkout/sessions", _asked(request), key=key)
        url = made.get("url")
        if not isinstance(url, str) or not url.startswith("https://"):
            message = (
                "Stripe answered with no page to send the payer to. It is sent again under the same key."
            )
            raise OutcomeUnknown("outcome_unknown", message, adapter=NAME, key=key)
        return Redirect(url=url, provider_reference=made["id"])

    def fetch(self, provider_reference: str) -> Observation:
        """Return what Stripe says of a session, or of the payment that was made by it.

        A session is known by its own identifier until it is paid, and then by that of its payment intent.
        """
        if provider_reference.startswith(_INTENT):
            path = f"payment_intents/{quote(provider_reference, safe='')}"
            return self._payment(self.api.get(path, **{"expand[]": "latest_charge"}))
        path = f"checkout/sessions/{quote(provider_reference, safe='')}"
        record = self.api.get(path, **{"expand[]": "payment_intent.latest_charge"})
        if not words.is_paid(record):
            return words.session(record, self.clock())
        intent = record.get("payment_intent")
        if not isinstance(intent, dict):
            raise strange("a session that is paid, without its payment")
        said = self._payment(intent)
        return said if said.said is Said.SUCCEEDED else evolve(said, provider_reference=provider_reference)

    def capture(self, provider_reference: str) -> Observation:
        """Refuse: a session takes what is paid at once."""
        del provider_reference
        _cannot("capture when told")

    def cancel(self, provider_reference: str) -> Observation:
        """Let a session expire that nobody has paid, so that nobody can.

        Raises:
            Conflict: It is complete.
        """
        path = f"checkout/sessions/{quote(provider_reference, safe='')}/expire"
        try:
            record = self.api.post(path, {}, key=f"expire-{provider_reference}")
        except (Rejected, Conflict) as error:
            said = self.fetch(provider_reference)
            if said.said is Said.EXPIRED:
                return said
            message = f"Stripe does not give the payment up: its session is {said.provider_status}."
            raise Conflict("conflict", message, adapter=NAME) from error
        return words.session(record, self.clock())

    def refund(self, request: CreateRefund, *, key: str) -> RefundObservation:
        """Give back a sum; where it may have been sent before, look for it, since a key is forgotten after a day."""
        if request.sent_at is not None:
            for made in self.api.listed("refunds", payment_intent=request.provider_reference):
                if words.ours(made, words.OUR_REFUND) == request.refund_reference:
                    return words.refund(request, made, self.clock())
        asked: dict[str, str | int] = {
            "payment_intent": request.provider_reference, "amount": request.amount.pence,
            f"metadata[{words.OUR_REFUND}]": request.refund_reference,
        }  # fmt: skip
        return words.refund(request, self.api.post("refunds", asked, key=key), self.clock())

    def fetch_refund(self, request: CreateRefund, refund_reference: str) -> RefundObservation:
        """Return what Stripe says of a refund; one that succeeded may still fail."""
        record = self.api.get(f"refunds/{quote(refund_reference, safe='')}")
        return words.refund(request, record, self.clock())

    def search(self, query: PaymentQuery) -> Iterator[Observation]:
        """Refuse: Stripe does not look for sessions by a reference of ours."""
        del query
        _cannot("search by a reference of ours")

    def read_callback(self, callback: Callback) -> Sequence[Hint]:
        """Return what a webhook says; nothing in it is believed but which payment to ask about."""
        return webhooks.hints_in(callback, self.signing)

    def _payment(self, intent: Mapping[str, Any]) -> Observation:
        lost = NOTHING
        if words.is_disputed(intent):
            lost = words.lost_of(self.api.listed("disputes", payment_intent=str(intent["id"])))
        return words.intent(intent, lost, self.clock())


def stripe(settings: StripeSettings, http: HttpClient, clock: Clock, secrets: Secrets) -> Stripe:
    """Make the adapter.

    Raises:
        ConfigurationError: The key or a webhook's secret is not set.
    """
    return Stripe(
        api=api(settings, http, clock, secrets), clock=clock,
        signing=tuple(secrets.get(name) for name in settings.webhook_secrets),
    )  # fmt: skip


def api(settings: StripeSettings, http: HttpClient, clock: Clock, secrets: Secrets) -> Api:
    """Make an account's API.

    Raises:
        ConfigurationError: The key is not set.
    """
    return Api(base_url=settings.base_url, key=secrets.get(settings.api_key_secret), http=http, clock=clock)


def _asked(request: CreatePayment) -> dict[str, str | int]:
    """Return a session's fields, in an order that is the same in every attempt."""
    item = "line_items[0]"
    return {
        "mode": "payment", "client_reference_id": request.payment_reference, "success_url": request.return_url or "",
        "cancel_url": request.return_url or "", "locale": "en-GB", f"{item}[quantity]": 1,
        f"{item}[price_data][currency]": "gbp", f"{item}[price_data][unit_amount]": request.amount.pence,
        f"{item}[price_data][product_data][name]": request.description,
        # What is paid is pounds, wherever the payer's card comes from.
        "adaptive_pricing[enabled]": "false", f"metadata[{words.OURS}]": request.payment_reference,
        f"payment_intent_data[metadata][{words.OURS}]": request.payment_reference,
        "payment_intent_data[description]": request.description,
        **({"customer_email": request.payer.email} if request.payer.email else {}),
    }  # fmt: skip


def _cannot(what: str) -> NoReturn:
    raise not_supported("Stripe", what)
