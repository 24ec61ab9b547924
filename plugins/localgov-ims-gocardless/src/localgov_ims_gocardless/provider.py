"""`gocardless`: bank payments on GoCardless's page, and Direct Debits by a mandate.

Source: https://developer.gocardless.com/api-reference/, version 2015-07-06: billing requests, billing request flows,
payments, refunds, mandates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from attrs import evolve, frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.observations import CreateRefund, Observation, RefundObservation, Said
from localgov_ims.errors import UnexpectedAnswer
from localgov_ims.hooks import (
    AgreementObservation,
    Callback,
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
from localgov_ims.hooks.providers import not_supported
from localgov_ims_gocardless import webhooks, words
from localgov_ims_gocardless.api import NAME, Api
from localgov_ims_gocardless.options import GoCardlessSettings

_REQUEST = "BRQ"
"""What the identifier of a billing request begins with; of a payment, PM."""


@frozen(kw_only=True)
class GoCardless:
    """An account at GoCardless."""

    api: Api
    clock: Clock
    signing: tuple[Secret, ...]

    def create(self, request: CreatePayment, *, key: str) -> NextStep:
        """Send the payer to GoCardless's page; or, by a mandate that is active, collect without asking anybody.

        A payment that sets a mandate up asks for both on one page.

        Raises:
            NotSupported: It is to be captured later, or keyed by an agent.
            AdapterError: See `PaymentProvider`.
        """
        if request.delayed_capture or request.moto:
            _cannot("capture later, or have an agent key a card")
        if request.agreement is not None and not request.agreement.sets_up:
            asked = {**_asked(request), "links": {"mandate": request.agreement.reference}}
            return Done(observation=words.payment(self.api.make("payments", asked, key=key), self.clock()))
        wanted: dict[str, Any] = {
            "payment_request": {**_asked(request), "scheme": "faster_payments"}, "metadata": _named(request),
        }  # fmt: skip
        if request.agreement is not None:
            wanted["mandate_request"] = {"scheme": "bacs", "currency": "GBP"}
        made = self.api.make("billing_requests", wanted, key=key)
        page = {
            "redirect_uri": request.return_url, "exit_uri": request.return_url, "links": {"billing_request": made["id"]},
        }  # fmt: skip
        # A page may be made twice: it leads to the same billing request, which is paid once.
        flow = self.api.make("billing_request_flows", page, key=key, once=False)
        url = str(flow.get("authorisation_url") or "")
        if not url.startswith("https://"):
            message = "GoCardless gave no page to send the payer to. Compare the API's version."
            raise UnexpectedAnswer("unexpected_answer", message, adapter=NAME)
        return Redirect(url=url, provider_reference=made["id"])

    def fetch(self, provider_reference: str) -> Observation:
        """Return what GoCardless says of a payment, or of the billing request that it comes from."""
        if not provider_reference.startswith(_REQUEST):
            return words.payment(self.api.get("payments", provider_reference), self.clock())
        record = self.api.get("billing_requests", provider_reference)
        made = (record.get("links") or {}).get("payment_request_payment")
        if not made:
            return words.request(record, self.clock())
        said = self.fetch(str(made))
        # Until it is paid, the payment is known to us by its request.
        return said if said.said is Said.SUCCEEDED else evolve(said, provider_reference=provider_reference)

    def capture(self, provider_reference: str) -> Observation:
        """Refuse: GoCardless authorises nothing ahead."""
        del provider_reference
        _cannot("capture a payment")

    def cancel(self, provider_reference: str) -> Observation:
        """Give up a payment that has not been sent to the bank, or a request that nobody has paid."""
        if provider_reference.startswith(_REQUEST):
            record = self.api.act("billing_requests", provider_reference, "cancel")
            return words.request(record, self.clock())
        return words.payment(self.api.act("payments", provider_reference, "cancel"), self.clock())

    def refund(self, request: CreateRefund, *, key: str) -> RefundObservation:
        """Give back a sum; GoCardless is told what is then given back in all, and refuses if that is not so."""
        total = words.pence(self.api.get("payments", request.provider_reference).get("amount"))
        made = self.api.make(
            "refunds",
            {
                "amount": request.amount.pence,
                "total_amount_confirmation": total - request.available.pence + request.amount.pence,
                "links": {"payment": request.provider_reference}, "metadata": {"ims_refund": request.refund_reference},
            },
            key=key,
        )  # fmt: skip
        return words.refund(request, made, self.clock())

    def fetch_refund(self, request: CreateRefund, refund_reference: str) -> RefundObservation:
        """Return what GoCardless says of a refund."""
        return words.refund(request, self.api.get("refunds", refund_reference), self.clock())

    def search(self, query: PaymentQuery) -> Iterator[Observation]:
        """Refuse: GoCardless does not look for a reference of ours."""
        del query
        _cannot("search by a reference of ours")

    def read_callback(self, callback: Callback) -> Sequence[Hint]:
        """Return what a webhook says; nothing in it is believed but which payment to ask about."""
        return webhooks.hints_in(callback, self.signing)

    def create_agreement(self, request: CreateAgreement, *, key: str) -> AgreementObservation:
        """Refuse: a mandate is made on the page of its first payment."""
        del request, key
        _cannot("make a mandate without its first payment")

    def fetch_agreement(self, provider_reference: str) -> AgreementObservation:
        """Return what GoCardless says of a mandate, or of the one that a billing request has made."""
        if provider_reference.startswith(_REQUEST):
            links = self.api.get("billing_requests", provider_reference).get("links") or {}
            provider_reference = str(links.get("mandate_request_mandate") or "none")
        return words.mandate(self.api.get("mandates", provider_reference), self.clock())

    def cancel_agreement(self, provider_reference: str) -> AgreementObservation:
        """End a mandate."""
        return words.mandate(self.api.act("mandates", provider_reference, "cancel"), self.clock())


def gocardless(settings: GoCardlessSettings, http: HttpClient, clock: Clock, secrets: Secrets) -> GoCardless:
    """Make the adapter.

    Raises:
        ConfigurationError: The access token or a webhook's secret is not set.
    """
    return GoCardless(
        api=api(settings, http, clock, secrets), clock=clock,
        signing=tuple(secrets.get(name) for name in settings.webhook_secrets),
    )  # fmt: skip


def api(settings: GoCardlessSettings, http: HttpClient, clock: Clock, secrets: Secrets) -> Api:
    """Make an account's API.

    Raises:
        ConfigurationError: The access token is not set.
    """
    token = secrets.get(settings.access_token_secret)
    return Api(base_url=settings.base_url, token=token, http=http, clock=clock)


def _asked(request: CreatePayment) -> dict[str, Any]:
    return {
        "amount": request.amount.pence, "currency": "GBP", "description": request.description, "metadata": _named(request),
    }  # fmt: skip


def _named(request: CreatePayment) -> dict[str, str]:
    return {words.OURS: request.payment_reference}


def _cannot(what: str) -> NoReturn:
    raise not_supported("GoCardless", what)
