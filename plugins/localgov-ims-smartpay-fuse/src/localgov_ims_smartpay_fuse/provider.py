"""`smartpay-fuse`: a form that the payer's browser posts to the hosted page, answered by a signed form.

Source: Cybersource, "Secure Acceptance Hosted Checkout Integration Guide"; https://developer.cybersource.com/, payments
and transaction search of the REST API.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from typing import Final, NoReturn
from urllib.parse import quote

from attrs import field, frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import CreateRefund, Observation, RefundObservation, RefundSaid
from localgov_ims.errors import OutcomeUnknown
from localgov_ims.hooks import (
    Callback,
    CreatePayment,
    FormPost,
    Hint,
    HttpClient,
    PaymentQuery,
    Secret,
    Secrets,
)
from localgov_ims.hooks.providers import Language, not_supported
from localgov_ims_smartpay_fuse import answers, searching
from localgov_ims_smartpay_fuse.options import FuseSettings
from localgov_ims_smartpay_fuse.rest import NAME, Rest
from localgov_ims_smartpay_fuse.signing import signature

REFUND_SHOWN_AFTER: Final = timedelta(hours=1)
"""How long a search may not show a refund that was made; until then nobody sends it again."""


@frozen(kw_only=True)
class SmartPayFuse:
    """An account at SmartPay Fuse."""

    settings: FuseSettings
    rest: Rest
    clock: Clock = field(repr=False)
    signing: tuple[Secret, ...]

    def create(self, request: CreatePayment, *, key: str) -> FormPost:
        """Return the signed form for one payment; nothing is sent before the payer's browser posts it.

        Raises:
            NotSupported: It is to be captured later, keyed by an agent, or by an agreement.
        """
        if request.delayed_capture or request.moto or request.agreement is not None:
            _cannot("capture later, have an agent key a card, or use an agreement")
        unsigned = _payer(request)
        settings = self.settings
        pages = {
            "override_backoffice_post_url": settings.backoffice_url, "override_custom_cancel_page": request.return_url,
            "override_custom_receipt_page": request.return_url,
        }  # fmt: skip
        fields = {
            "access_key": settings.access_key, "profile_id": settings.profile_id, "transaction_uuid": key,
            "signed_field_names": "", "unsigned_field_names": ",".join(unsigned),
            "signed_date_time": self.clock().astimezone(UTC).strftime(answers.MOMENT),
            "locale": "cy" if request.language is Language.WELSH else "en", "transaction_type": "sale",
            "reference_number": request.payment_reference, "amount": _pounds(request.amount), "currency": "GBP",
            **{name: url for name, url in pages.items() if url is not None},
        }  # fmt: skip
        fields["signed_field_names"] = ",".join(fields)
        signed = {**fields, **unsigned, "signature": signature(fields, self.signing[0])}
        return FormPost(url=settings.page_url, fields=tuple(signed.items()))

    def fetch(self, provider_reference: str) -> Observation:
        """Refuse: an answer is signed, and a search by our reference finds what was paid without one."""
        del provider_reference
        _cannot("fetch a payment by its own reference")

    def capture(self, provider_reference: str) -> Observation:
        """Refuse: a sale is captured at once."""
        del provider_reference
        _cannot("capture a payment")

    def cancel(self, provider_reference: str) -> Observation:
        """Refuse: the payer cancels on the page."""
        del provider_reference
        _cannot("cancel a payment")

    def refund(self, request: CreateRefund, *, key: str) -> RefundObservation:
        """Give back a sum, once: one that may have been sent before is looked for first, and not sent again too soon.

        Raises:
            OutcomeUnknown: It may have been made within the last hour, and a search might not show it yet.
            AdapterError: It was not made, or nobody knows.
        """
        if request.sent_at is not None:
            for found in searching.transactions(
                self.rest, searching.reference_query(request.refund_reference)
            ):
                return self._refund(request, str(found["id"]), "PENDING")
            if self.clock() - request.sent_at < REFUND_SHOWN_AFTER:
                message = "The refund may have been made, and a search does not show it yet. It is looked for again."
                raise OutcomeUnknown(
                    "outcome_unknown", message, adapter=NAME, key=key, sent_at=request.sent_at
                )
        asked = {
            "clientReferenceInformation": {"code": request.refund_reference},
            "orderInformation": {"amountDetails": {"totalAmount": _pounds(request.amount), "currency": "GBP"}},
        }  # fmt: skip
        path = f"/pts/v2/payments/{quote(request.provider_reference, safe='')}/refunds"
        made = self.rest.change(path, asked, key=key)
        if not isinstance(made.get("id"), str):
            message = "Cybersource answered a refund without its reference. It is looked for before it is sent again."
            raise OutcomeUnknown("outcome_unknown", message, adapter=NAME, key=key)
        return self._refund(request, made["id"], str(made.get("status")))

    def fetch_refund(self, request: CreateRefund, refund_reference: str) -> RefundObservation:
        """Refuse: what became of a refund is seen in the payout."""
        del request, refund_reference
        _cannot("tell what became of a refund")

    def search(self, query: PaymentQuery) -> Iterator[Observation]:
        """Yield every payment that was paid and fits."""
        yield from searching.payments(self.rest, query, self.clock())

    def read_callback(self, callback: Callback) -> Sequence[Hint]:
        """Return what an answer says; it may decide, since every field that does is signed."""
        lasts = timedelta(seconds=self.settings.answer_lasts)
        return answers.hints_in(callback, self.signing, lasts)

    def _refund(self, request: CreateRefund, theirs: str, word: str) -> RefundObservation:
        return RefundObservation(
            refund_reference=request.refund_reference, provider_reference=theirs, amount=request.amount, reason=word,
            said=RefundSaid.SUBMITTED, observed_at=self.clock(),
        )  # fmt: skip


def smartpay_fuse(settings: FuseSettings, http: HttpClient, clock: Clock, secrets: Secrets) -> SmartPayFuse:
    """Make the adapter.

    Raises:
        ConfigurationError: A secret is not set, or the REST API's is none.
    """
    rest = Rest(
        base_url=settings.base_url, merchant_id=settings.merchant_id, key_id=settings.rest_key_id,
        secret=secrets.get(settings.rest_secret), http=http, clock=clock,
    )  # fmt: skip
    signing = tuple(secrets.get(name) for name in settings.profile_secrets)
    return SmartPayFuse(settings=settings, rest=rest, clock=clock, signing=signing)


def _payer(request: CreatePayment) -> dict[str, str]:
    """Return what is known of the payer, to be filled in on the page; it is not signed, and decides nothing."""
    payer = request.payer
    known = {
        "bill_to_address_line1": payer.address_1, "bill_to_address_city": payer.address_3,
        "bill_to_address_state": payer.address_4, "bill_to_address_postal_code": payer.postcode,
        "bill_to_address_country": "GB" if payer.address_1 else None, "bill_to_email": payer.email,
    }  # fmt: skip
    return {name: value for name, value in known.items() if value}


def _pounds(amount: Money) -> str:
    pounds, pence = divmod(amount.pence, 100)
    return f"{pounds}.{pence:02d}"


def _cannot(what: str) -> NoReturn:
    raise not_supported("SmartPay Fuse", what)
