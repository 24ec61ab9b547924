"""Payments: what a payer has been asked for, until the provider answers.

    pending -> succeeded | failed | cancelled | expired

Only *succeeded* is final: a payer who really paid after a refusal is income, and a person is told. `decide` is the one
table of what an observation does to a payment in each state.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.breaks import BreakKind
from localgov_ims.domain.calendar import utc
from localgov_ims.domain.clients import NOWHERE, ReturnTo
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.observations import Observation, Said
from localgov_ims.domain.payers import NOBODY, Card, Payer
from localgov_ims.domain.texts import text
from localgov_ims.domain.transactions import Channel, Line
from localgov_ims.errors import InvalidValue


class PaymentState(enum.Enum):
    """Where a payment stands."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


TAKES_PAYMENTS: Final = frozenset(
    {Channel.PORTAL, Channel.STAFF, Channel.TELEPHONE, Channel.API, Channel.COUNTER}
)
"""The channels by which a payment can be asked for; post, files and the bank bring income that is certain."""


@frozen(kw_only=True)
class CallRecording:
    """Where the recording of a telephone payment is: the system, and the agent's name in it; 50 characters each."""

    source: str | None = field(default=None, validator=text(50))
    user: str | None = field(default=None, validator=text(50))


@frozen(kw_only=True)
class Payment:
    """What a payer has been asked for.

    Attributes:
        reference: Ours, 12 symbols; a payer can dictate it.
        taken_by: Who asked for it: a named user, never nobody.
        expires_at: From when the provider's "no such payment" expires it.
        caller_reference: What the caller calls it, at most 100 characters.
        lines: What it is for, with the VAT of today; income keeps the VAT of the day it was paid.
        state, provider_reference, card: As of its latest event.
        events: How many events it has had.

    Raises:
        InvalidValue: A payment is not asked for by this channel.
    """

    id: UUID
    reference: str
    channel: Channel = field()
    created_at: datetime = field(converter=utc)
    expires_at: datetime = field(converter=utc)
    taken_by: str
    lines: tuple[Line, ...]
    office: str | None = None
    payer: Payer = NOBODY
    caller_reference: str | None = field(default=None, validator=text(100))
    return_to: ReturnTo = NOWHERE
    provider: str | None = None
    merchant_account: str | None = field(default=None, validator=text(50))
    call_recording: CallRecording = CallRecording()
    state: PaymentState = PaymentState.PENDING
    provider_reference: str | None = None
    card: Card | None = None
    events: int = 0

    @channel.validator
    def _asked_for(self, _: object, channel: Channel) -> None:
        if channel not in TAKES_PAYMENTS:
            message = (
                f"Nobody is asked for a payment by {channel.value}: record the income when it is certain."
            )
            raise InvalidValue("channel_not_allowed", message, value=channel.value)

    @property
    def amount(self) -> Money:
        """What the payer has been asked for."""
        return Money.total(line.amount for line in self.lines)

    @property
    def due(self) -> Money:
        """What is still to be paid: nothing once it has succeeded."""
        return NOTHING if self.state is PaymentState.SUCCEEDED else self.amount

    def redirect(self) -> str | None:
        """Return where the payer's browser goes next; it proves nothing, whoever receives it asks again."""
        to = self.return_to
        if self.state is PaymentState.SUCCEEDED and to.success_url:
            return f"{to.success_url}/{self.provider_reference}"
        by_state = {
            PaymentState.PENDING: to.success_url, PaymentState.SUCCEEDED: None, PaymentState.FAILED: to.fail_url,
            PaymentState.EXPIRED: to.fail_url, PaymentState.CANCELLED: to.cancel_url,
        }  # fmt: skip
        return by_state[self.state]


@frozen(kw_only=True)
class ProviderRequest:
    """What is stored before a provider is asked for a payment; every attempt is made from it, under one key.

    Attributes:
        key: The idempotency key, a UUIDv7.
        return_to: The address to which the payer comes back, without its token.
        language: What the payer reads, `en` or `cy`.
        token_hash: SHA-256 of the token, which itself is nowhere; it opens the page of the payment's status.
        at: Before the first attempt.
    """

    id: UUID
    payment: UUID
    key: str
    return_to: str
    language: str
    token_hash: str
    token_expires_at: datetime = field(converter=utc)
    at: datetime = field(converter=utc)
    by: str


@frozen(kw_only=True)
class PaymentEvent:
    """A thing that was said of a payment, and where it left it.

    Attributes:
        number: From 1; two that race take the same, and one reads again.
        said: What was said; provider_reference and card: as they stand for the payment after it.
        message_hash: SHA-256 of the observation, so that what was said can be proved.
    """

    id: UUID
    payment: UUID
    number: int
    said: Said
    state: PaymentState
    provider_reference: str | None
    amount: Money
    received_at: datetime
    received_by: str
    message_hash: str
    card: Card | None = None


class Records(enum.Enum):
    """What an observation makes income of; a Reversal takes the income back that it was."""

    NOTHING = "nothing"
    MAIN = "main"
    MAIN_IN_SUSPENSE = "main_in_suspense"
    EXTRA_IN_SUSPENSE = "extra_in_suspense"
    REVERSAL = "reversal"


@frozen
class Decision:
    """What an observation does to a payment.

    Attributes:
        state: Where it leaves it.
        noted: Whether it is kept as an event; what changes nothing and says nothing new is not.
    """

    state: PaymentState
    records: Records = Records.NOTHING
    breaks: tuple[BreakKind, ...] = ()
    noted: bool = True


def decide(payment: Payment, observation: Observation, recorded: Mapping[str | None, Money]) -> Decision:
    """Return what *observation* does to *payment*: the one table of the states.

    *recorded* has the amounts that are income of it already, by the provider's references. An amount that differs goes
    to suspense whole; an amount of nothing proves nothing.
    """
    if observation.said is Said.SUCCEEDED:
        return _success(payment, observation, recorded)
    taken_back = observation.said is Said.TAKEN_BACK
    if taken_back and observation.provider_reference in recorded:
        return Decision(payment.state, Records.REVERSAL)
    if _of_another(payment, observation):
        return Decision(payment.state, noted=False)
    if payment.state is PaymentState.PENDING:
        return _PENDING[observation.said]
    late = payment.state is PaymentState.SUCCEEDED and (taken_back or observation.said in _REFUSALS)
    unknown = observation.said is Said.UNKNOWN
    breaks = (BreakKind.LATE_REFUSAL,) if late else (BreakKind.UNKNOWN_STATUS,) if unknown else ()
    return Decision(payment.state, breaks=breaks)


def _of_another(payment: Payment, observation: Observation) -> bool:
    """Tell whether a provider speaks of another payment that it holds under the same reference of ours."""
    theirs = observation.provider_reference
    return None not in {theirs, payment.provider_reference} and theirs != payment.provider_reference


_REFUSALS = frozenset({Said.FAILED, Said.CANCELLED, Said.EXPIRED})

_PENDING: Final[Mapping[Said, Decision]] = {
    Said.GOING: Decision(PaymentState.PENDING, noted=False),
    Said.FAILED: Decision(PaymentState.FAILED),
    Said.CANCELLED: Decision(PaymentState.CANCELLED),
    Said.EXPIRED: Decision(PaymentState.EXPIRED),
    Said.TAKEN_BACK: Decision(PaymentState.FAILED),
    Said.UNKNOWN: Decision(PaymentState.PENDING, breaks=(BreakKind.UNKNOWN_STATUS,)),
}


def _success(payment: Payment, observation: Observation, recorded: Mapping[str | None, Money]) -> Decision:
    paid = observation.amount_paid
    if paid <= NOTHING:
        return Decision(payment.state, breaks=(BreakKind.ZERO_AMOUNT,))
    if observation.provider_reference in recorded:
        differs = paid != recorded[observation.provider_reference]
        return Decision(payment.state, breaks=(BreakKind.AMOUNT_DIFFERS,) if differs else (), noted=differs)
    if payment.state is PaymentState.SUCCEEDED:
        return Decision(payment.state, Records.EXTRA_IN_SUSPENSE, (BreakKind.PAID_TWICE,))
    late = () if payment.state is PaymentState.PENDING else (BreakKind.LATE_SUCCESS,)
    if paid != payment.amount:
        return Decision(PaymentState.SUCCEEDED, Records.MAIN_IN_SUSPENSE, (BreakKind.AMOUNT_DIFFERS, *late))
    return Decision(PaymentState.SUCCEEDED, Records.MAIN, late)
