"""Payment providers: whoever takes a payer's money for the council. Offered through `ims_payment_providers`.

What a provider says comes back as the domain's own `Observation` and `RefundObservation`, so that nothing is
translated twice. An adapter translates and sends; it never waits, tries again, or decides what is income.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from attrs import field, frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import CreateRefund, Observation, RefundObservation
from localgov_ims.domain.payers import NOBODY, Payer
from localgov_ims.domain.texts import written
from localgov_ims.domain.transactions import Channel
from localgov_ims.errors import NotSupported
from localgov_ims.hooks.callbacks import Callback, Hint
from localgov_ims.hooks.http import HttpClient, Secrets
from localgov_ims.hooks.next_steps import NextStep


class Capability(enum.Enum):
    """What a provider can do. What is not declared is not asked for, and raises NotSupported if it is."""

    REDIRECT = "redirect"
    FORM_POST = "form_post"
    AGENT_PANEL = "agent_panel"
    SERVER_TO_SERVER = "server_to_server"
    DELAYED_CAPTURE = "delayed_capture"
    CANCEL = "cancel"
    REFUND = "refund"
    PARTIAL_REFUND = "partial_refund"
    REFUND_POLL = "refund_poll"
    FETCH = "fetch"
    SEARCH = "search"
    SIGNED_WEBHOOK = "signed_webhook"
    SIGNED_RETURN = "signed_return"
    UNSIGNED_HINT = "unsigned_hint"
    SETTLEMENT_ITEMISED = "settlement_itemised"
    FEES_PER_PAYMENT = "fees_per_payment"
    AGREEMENTS = "agreements"
    MOTO = "moto"
    IDEMPOTENT_CREATE = "idempotent_create"
    DISPUTES = "disputes"


class Language(enum.Enum):
    """What language the payer reads."""

    ENGLISH = "en"
    WELSH = "cy"


class AgreementPaymentType(enum.Enum):
    """Why an agreement is used, in the words of the card schemes."""

    INSTALMENT = "instalment"
    RECURRING = "recurring"
    UNSCHEDULED = "unscheduled"


@frozen(kw_only=True)
class UseOfAgreement:
    """That a payment sets an agreement up (the payer is asked), or is taken by one that is active (nobody is)."""

    reference: str
    sets_up: bool
    payment_type: AgreementPaymentType | None = None


@frozen(kw_only=True)
class CreatePayment:
    """A payment to be asked for. The same record is sent by every attempt under one key.

    Attributes:
        payment_reference: Ours, 12 symbols.
        amount: Above nothing.
        description: What the payer reads at the provider; names no person, and is never a card's number.
        return_url: Where the payer comes back to; it holds a token, and is never logged.
        payer: As far as is known, for the provider to fill in; personal data.
        moto: The card is keyed by an agent at the provider's own page (mail order, telephone order).
        metadata: What settings ask to be sent along; never personal data.
        delayed_capture: Authorise now, capture later.
        sent_at: When it was first sent, or was about to be; it may have been.
    """

    payment_reference: str
    amount: Money
    description: str = field(validator=written(255))
    return_url: str | None = field(default=None, repr=False)
    language: Language = Language.ENGLISH
    payer: Payer = field(default=NOBODY, repr=False)
    channel: Channel = Channel.PORTAL
    moto: bool = False
    metadata: Mapping[str, str] = field(factory=dict)
    agreement: UseOfAgreement | None = None
    delayed_capture: bool = False
    sent_at: datetime | None = None


@frozen(kw_only=True)
class PaymentQuery:
    """Which payments to look for; each that is given narrows it.

    Attributes:
        payment_reference: Ours.
        created_from, created_to: Moments, both included.
        settled_from, settled_to: London days of payout, both included.
        status: The provider's own word.
    """

    payment_reference: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    settled_from: date | None = None
    settled_to: date | None = None
    status: str | None = None
    agreement: str | None = None


class PaymentProvider(Protocol):
    """One account at a provider. Tested by `testing.providers.PaymentProviderContract`.

    A call that changes something raises `Unavailable` where it was certainly not done, and `OutcomeUnknown` where
    nobody knows; one that only asks raises `Unavailable` for silence. Besides these, any may raise `Rejected`,
    `NotAuthorised`, `RateLimited`, `NotFoundAtProvider`, `Conflict`, `UnexpectedAnswer`, and `NotSupported`.
    """

    def create(self, request: CreatePayment, *, key: str) -> NextStep:
        """Ask for a payment, once.

        *key* was made and stored before the first attempt, and is the same in every later one, as is the request:
        1 to 100 letters, digits and dashes.

        Raises:
            Declined: No, and another attempt is another payment.
        """
        ...

    def fetch(self, provider_reference: str) -> Observation:
        """Return what the provider says of a payment now."""
        ...

    def capture(self, provider_reference: str) -> Observation:
        """Take what was authorised; once it has been, again is no error."""
        ...

    def cancel(self, provider_reference: str) -> Observation:
        """Give up a payment that is not finished; once it is cancelled, again is no error.

        Raises:
            Conflict: It is finished otherwise.
        """
        ...

    def refund(self, request: CreateRefund, *, key: str) -> RefundObservation:
        """Give back a sum of a payment, once: where `sent_at` says that it was sent before, look first.

        *key* is the request's own, the same in every attempt.
        """
        ...

    def fetch_refund(self, request: CreateRefund, refund_reference: str) -> RefundObservation:
        """Return what the provider says of a refund that it has named *refund_reference*."""
        ...

    def search(self, query: PaymentQuery) -> Iterator[Observation]:
        """Yield every payment that the query fits, each once, however many pages they come in."""
        ...

    def read_callback(self, callback: Callback) -> Sequence[Hint]:
        """Return what a delivery says, once its signature is proved over the bytes as they came; no side effects.

        Raises:
            InvalidSignature: It is not signed by the provider; the error never says why.
            StaleCallback: Signed, but at a time too far from its arrival.
        """
        ...


@frozen(kw_only=True)
class PaymentProviderSpec:
    """What `ims_payment_providers` offers: a provider, under the name that settings choose it by.

    Attributes:
        name: Such as `govukpay`.
        api_version: The version of the interfaces it was written for, `hooks.API_VERSION`.
        capabilities: What it can do; the settings of an account may take some away, never add.
        settings_model: An attrs class of one account's settings; no keys, only their secrets' names.
        factory: Makes the adapter from those settings, an HTTP client, a clock and the secrets. It connects to
            nothing, and asks for secrets now, so that a missing one is told at start.
    """

    name: str
    api_version: tuple[int, int]
    capabilities: frozenset[Capability]
    settings_model: type[Any]
    factory: Callable[[Any, HttpClient, Clock, Secrets], PaymentProvider]


def not_supported(provider: str, what: str) -> NotSupported:
    """Make the error for what a provider has not declared."""
    message = f"{provider} cannot {what}. Do it at the provider's own page, or use another provider."
    return NotSupported("not_supported", message, adapter=provider)
