"""Stripe's records as Observations.

Source: https://docs.stripe.com/api, version 2025-03-31.basil: checkout sessions, payment intents, charges, disputes,
refunds. Amounts in GBP are whole pence; moments are seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.observations import CreateRefund, Observation, RefundObservation, RefundSaid, Said
from localgov_ims_stripe.api import strange

OURS: Final = "ims_payment"
"""The name under which a record's metadata has our reference of the payment; of a refund, `OUR_REFUND`."""
OUR_REFUND: Final = "ims_refund"

_SESSIONS: Final[Mapping[str, Said]] = {
    # A session that is complete was used; money that takes days is on its way, or has not come: the intent tells.
    "open": Said.GOING, "complete": Said.GOING, "expired": Said.EXPIRED,
}  # fmt: skip
_NEVER_CAME: Final = frozenset({"requires_payment_method", "canceled"})
_INTENTS: Final[Mapping[str, Said]] = {
    "succeeded": Said.SUCCEEDED, "processing": Said.GOING, "requires_action": Said.GOING,
    "requires_confirmation": Said.GOING, "requires_payment_method": Said.GOING, "requires_capture": Said.GOING,
    "canceled": Said.CANCELLED,
}  # fmt: skip
_REFUNDS: Final[Mapping[str, RefundSaid]] = {
    "pending": RefundSaid.SUBMITTED, "requires_action": RefundSaid.SUBMITTED, "succeeded": RefundSaid.SUCCEEDED,
    "failed": RefundSaid.FAILED, "canceled": RefundSaid.FAILED,
}  # fmt: skip


def is_paid(session: Mapping[str, Any]) -> bool:
    """Tell whether a session was paid, which its being complete does not say."""
    return session.get("payment_status") == "paid"


def session(record: Mapping[str, Any], at: datetime) -> Observation:
    """Return what a session that is not paid says."""
    status, payment = str(record.get("status")), str(record.get("payment_status"))
    said = _SESSIONS.get(status, Said.UNKNOWN) if payment == "unpaid" else Said.UNKNOWN
    intent = record.get("payment_intent")
    if status == "complete" and isinstance(intent, dict) and intent.get("status") in _NEVER_CAME:
        said = Said.FAILED if said is Said.GOING else said
    return Observation(
        payment_reference=ours(record), provider_reference=str(record["id"]), said=said, observed_at=at,
        provider_status=f"{status} {payment}", cancellable=status == "open",
    )  # fmt: skip


def intent(record: Mapping[str, Any], lost: Money, at: datetime) -> Observation:
    """Return what a payment intent says, of which *lost* was lost in disputes; a part that is lost is for a person.

    Raises:
        UnexpectedAnswer: What was received, or when, is no whole number.
    """
    word = str(record.get("status"))
    said = _INTENTS.get(word, Said.UNKNOWN)
    if said is Said.SUCCEEDED and record.get("currency") != "gbp":
        said = Said.UNKNOWN  # a person says what it is in pounds
    paid = Money(whole(record.get("amount_received"))) if said is Said.SUCCEEDED else NOTHING
    if paid and lost:
        said, word = (Said.TAKEN_BACK if lost == paid else Said.UNKNOWN), "dispute_lost"
    taken = _charge(record).get("created") if paid else None
    return Observation(
        payment_reference=ours(record), provider_reference=str(record["id"]), said=said, provider_status=word,
        amount_paid=paid, observed_at=at, refundable=said is Said.SUCCEEDED,
        reason=word if said is Said.TAKEN_BACK else None, taken_on=None if taken is None else local_day(moment(taken)),
    )  # fmt: skip


def is_disputed(intent: Mapping[str, Any]) -> bool:
    """Tell whether a payment was ever disputed, won or lost."""
    return bool(_charge(intent).get("disputed"))


def lost_of(disputes: Iterable[Mapping[str, Any]]) -> Money:
    """Return what was lost in disputes of one payment.

    Raises:
        UnexpectedAnswer: An amount is no whole number of pence.
    """
    return Money(sum(whole(each.get("amount")) for each in disputes if each.get("status") == "lost"))


def refund(asked: CreateRefund, record: Mapping[str, Any], at: datetime) -> RefundObservation:
    """Return what a refund says; a word that is not known is still in flight.

    Raises:
        UnexpectedAnswer: It has no amount of whole pence.
    """
    word = str(record.get("status"))
    return RefundObservation(
        refund_reference=asked.refund_reference, provider_reference=str(record["id"]), observed_at=at, reason=word,
        said=_REFUNDS.get(word, RefundSaid.SUBMITTED), amount=Money(whole(record.get("amount"))),
    )  # fmt: skip


def ours(record: Mapping[str, Any], name: str = OURS) -> str:
    """Return our reference in a record's metadata; empty: it is another system's."""
    metadata = record.get("metadata")
    return str(metadata.get(name, "")) if isinstance(metadata, dict) else ""


def whole(value: object) -> int:
    """Return a whole number, as Stripe gives amounts in pence and moments in seconds.

    Raises:
        UnexpectedAnswer: It is something else.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise strange("an amount or a moment that is no whole number")


def moment(seconds: object) -> datetime:
    """Return a moment of Stripe's.

    Raises:
        UnexpectedAnswer: It is none.
    """
    try:
        return datetime.fromtimestamp(whole(seconds), UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise strange("a moment that cannot be") from error


def _charge(intent: Mapping[str, Any]) -> Mapping[str, Any]:
    charge = intent.get("latest_charge")
    return charge if isinstance(charge, dict) else {}
