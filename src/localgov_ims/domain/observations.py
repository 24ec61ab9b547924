"""Observations: what a payment provider says when it is asked. Nothing else moves a payment."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta
from typing import Final

from attrs import Attribute, field, frozen
from attrs.converters import optional

from localgov_ims.domain.calendar import local_day, utc
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.payers import Card
from localgov_ims.domain.texts import blank_is_none, cleaned, text
from localgov_ims.errors import InvalidValue

_LONGEST: Final = 255
"""Symbols of a provider's own reference of a payment: Stripe's have 66, and may have this many."""

LARGEST: Final = Money(100_000_000_000)
"""No single payment is a thousand million pounds; what says so is a fault, and sums of such would not fit a database."""

_FIRST: Final = date(2000, 1, 1)


def _possible(_: object, attribute: Attribute[Money], amount: Money) -> None:
    if not -LARGEST <= amount <= LARGEST:
        message = f"{amount.shown()} cannot be the {attribute.name.replace('_', ' ')} of one payment. Ask the provider."
        raise InvalidValue("amount_too_large", message, value=str(amount))


def _check_day(day: date | None, observed_at: datetime, ahead: timedelta, what: str) -> None:
    if day is not None and not _FIRST <= day <= local_day(observed_at) + ahead:
        message = f"{day.isoformat()} cannot be the day on which {what}. Ask the provider."
        raise InvalidValue("day_impossible", message, value=day.isoformat())


class Said(enum.Enum):
    """What a provider's word comes to; `TAKEN_BACK` is of what was paid and then failed late, or lost in a dispute."""

    GOING = "going"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"
    UNKNOWN = "unknown"


_WORDS = {
    "authorised": Said.SUCCEEDED, "pending": Said.GOING, "refused": Said.FAILED, "error": Said.FAILED,
    "cancelled": Said.CANCELLED, "expired": Said.EXPIRED, "taken_back": Said.TAKEN_BACK,
}  # fmt: skip


def said(word: str) -> Said:
    """Return what a word of the compatibility API comes to, in any case; a word unknown to us is `UNKNOWN`."""
    return _WORDS.get(word.strip().lower(), Said.UNKNOWN)


@frozen(kw_only=True)
class Observation:
    """What a provider said of one payment, when asked.

    Attributes:
        payment_reference: Ours, as the provider holds it.
        provider_reference: The provider's own; none while it has none.
        said: What its word comes to; provider_status: the word itself.
        amount_paid: What the payer paid, without the surcharge; surcharge: what the provider added on top.
        fee, net: What the provider says that it will keep, and pay out.
        merchant_account: What it will be paid out by.
        taken_on: The London day the payer paid; none: the day of the observation.
        card: What it says of the card.
        observed_at: When it was asked (UTC).
    """

    payment_reference: str
    said: Said
    observed_at: datetime = field(converter=utc)
    provider_reference: str | None = field(default=None, converter=blank_is_none, validator=text(_LONGEST))
    provider_status: str = ""
    reason: str | None = field(default=None, converter=cleaned)
    amount_paid: Money = field(default=NOTHING, validator=_possible)
    surcharge: Money = field(default=NOTHING, validator=_possible)
    fee: Money | None = None
    net: Money | None = None
    merchant_account: str | None = field(default=None, converter=blank_is_none, validator=text(50))
    capturable: bool = False
    cancellable: bool = False
    refundable: bool = False
    taken_on: date | None = None
    taken_at: datetime | None = field(default=None, converter=optional(utc))
    captured_on: date | None = None
    settled_on: date | None = None
    authorisation_code: str | None = field(default=None, converter=blank_is_none, validator=text(15))
    card: Card | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a day that cannot be."""
        _check_day(self.taken_on, self.observed_at, timedelta(days=1), "the payer paid")


@frozen(kw_only=True)
class CreateRefund:
    """What a provider's adapter is asked to give back.

    Attributes:
        provider_reference: The provider's own of the payment; refund_reference: ours of the refund.
        amount: Above nothing; available: what we know to be left of the payment, this refund included.
        known: What the provider calls the payment's other refunds, as far as we know them.
        sent_at: When it was first sent, if it may have been; none: it never was.
    """

    provider_reference: str
    refund_reference: str
    amount: Money
    available: Money
    reason: str
    known: frozenset[str] = frozenset()
    sent_at: datetime | None = field(default=None, converter=optional(utc))


class RefundSaid(enum.Enum):
    """What a provider, or the payables system, says of a refund."""

    SUBMITTED = "submitted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@frozen(kw_only=True)
class RefundObservation:
    """What was said of one refund.

    Attributes:
        refund_reference: Ours.
        provider_reference: The provider's own for the refund; none while it has none.
        said: What it comes to; `SUBMITTED` is in flight, never failed.
        amount: What was given back; none: what was asked.
        settled_on: The London day it was paid.
    """

    refund_reference: str
    said: RefundSaid
    observed_at: datetime = field(converter=utc)
    provider_reference: str | None = field(default=None, converter=blank_is_none, validator=text(64))
    amount: Money | None = None
    settled_on: date | None = None
    reason: str | None = field(default=None, converter=cleaned)

    def __attrs_post_init__(self) -> None:
        """Refuse a day that cannot be; some providers say ahead when they will pay."""
        _check_day(self.settled_on, self.observed_at, timedelta(days=31), "the refund was paid")
