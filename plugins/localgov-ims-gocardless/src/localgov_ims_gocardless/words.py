"""GoCardless's records as Observations.

Source: https://developer.gocardless.com/api-reference/, version 2015-07-06: the statuses of payments, refunds, mandates
and billing requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.observations import CreateRefund, Observation, RefundObservation, RefundSaid, Said
from localgov_ims.errors import UnexpectedAnswer
from localgov_ims.hooks import AgreementObservation, AgreementStatus
from localgov_ims_gocardless.api import NAME

OURS: Final = "ims_payment"
"""The name under which a payment's metadata has our reference."""

_PAYMENTS: Final[Mapping[str, Said]] = {
    "pending_customer_approval": Said.GOING, "pending_submission": Said.GOING, "submitted": Said.GOING,
    "confirmed": Said.SUCCEEDED, "paid_out": Said.SUCCEEDED, "cancelled": Said.CANCELLED,
    "customer_approval_denied": Said.CANCELLED,
    # The same word for one that failed at once and one that failed weeks after it was confirmed: whatever was
    # recorded is taken back, and what was not has failed.
    "failed": Said.TAKEN_BACK, "charged_back": Said.TAKEN_BACK,
}  # fmt: skip
_REQUESTS: Final[Mapping[str, Said]] = {
    "pending": Said.GOING, "ready_to_fulfil": Said.GOING, "fulfilling": Said.GOING, "fulfilled": Said.GOING,
    "cancelled": Said.CANCELLED,
}  # fmt: skip
_REFUNDS: Final[Mapping[str, RefundSaid]] = {
    "created": RefundSaid.SUBMITTED, "pending_submission": RefundSaid.SUBMITTED, "submitted": RefundSaid.SUBMITTED,
    "paid": RefundSaid.SUCCEEDED, "cancelled": RefundSaid.FAILED, "bounced": RefundSaid.FAILED,
    "funds_returned": RefundSaid.FAILED, "failed": RefundSaid.FAILED,
}  # fmt: skip
_MANDATES: Final[Mapping[str, AgreementStatus]] = {
    "pending_customer_approval": AgreementStatus.CREATED, "pending_submission": AgreementStatus.ACTIVE,
    "submitted": AgreementStatus.ACTIVE, "active": AgreementStatus.ACTIVE, "suspended_by_payer": AgreementStatus.INACTIVE,
    "failed": AgreementStatus.INACTIVE, "cancelled": AgreementStatus.CANCELLED, "expired": AgreementStatus.INACTIVE,
    "consumed": AgreementStatus.INACTIVE, "blocked": AgreementStatus.INACTIVE,
}  # fmt: skip


def payment(record: Mapping[str, Any], at: datetime) -> Observation:
    """Return what a payment says; its amount counts as paid only once it is confirmed.

    Raises:
        UnexpectedAnswer: It has no amount of whole pence, or its charge date is none.
    """
    word = str(record.get("status"))
    said = _PAYMENTS.get(word, Said.UNKNOWN)
    if said is Said.SUCCEEDED and record.get("currency") != "GBP":
        said = Said.UNKNOWN  # a person says what it is in pounds
    paid = said in {Said.SUCCEEDED, Said.TAKEN_BACK}
    return Observation(
        payment_reference=ours(record), provider_reference=str(record["id"]), said=said, provider_status=word,
        reason=word if said is Said.TAKEN_BACK else None, observed_at=at,
        amount_paid=Money(pence(record.get("amount"))) if paid else NOTHING,
        cancellable=word == "pending_submission", refundable=said is Said.SUCCEEDED,
        taken_on=_day(record.get("charge_date"), at) if said is Said.SUCCEEDED else None,
    )  # fmt: skip


def request(record: Mapping[str, Any], at: datetime) -> Observation:
    """Return what a billing request says: that nothing has been paid; what was is told by the payment it made."""
    word = str(record.get("status"))
    return Observation(
        payment_reference=ours(record), provider_reference=str(record["id"]), said=_REQUESTS.get(word, Said.UNKNOWN),
        provider_status=word, observed_at=at, cancellable=word in {"pending", "ready_to_fulfil"},
    )  # fmt: skip


def refund(asked: CreateRefund, record: Mapping[str, Any], at: datetime) -> RefundObservation:
    """Return what a refund says; a word that is not known is still in flight.

    Raises:
        UnexpectedAnswer: It has no amount of whole pence.
    """
    word = str(record.get("status", "created"))
    return RefundObservation(
        refund_reference=asked.refund_reference, provider_reference=str(record["id"]), reason=word, observed_at=at,
        said=_REFUNDS.get(word, RefundSaid.SUBMITTED), amount=Money(pence(record.get("amount"))),
    )  # fmt: skip


def mandate(record: Mapping[str, Any], at: datetime) -> AgreementObservation:
    """Return what a mandate says."""
    word = str(record.get("status"))
    return AgreementObservation(
        provider_reference=str(record["id"]), reference=str(record.get("reference") or ""), provider_status=word,
        status=_MANDATES.get(word, AgreementStatus.UNKNOWN), observed_at=at,
    )  # fmt: skip


def ours(record: Mapping[str, Any]) -> str:
    """Return our reference in a record's metadata; empty: it is another system's."""
    metadata = record.get("metadata")
    return str(metadata.get(OURS, "")) if isinstance(metadata, dict) else ""


def pence(value: object) -> int:
    """Return an amount of a payment or refund, which GoCardless gives as whole pence.

    Raises:
        UnexpectedAnswer: It is something else.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    message = "GoCardless gave an amount that is no whole number of pence. Compare the API's version."
    raise UnexpectedAnswer("unexpected_answer", message, adapter=NAME)


def _day(value: object, at: datetime) -> date:
    """Return the day on which the payer's bank was charged, which is no later than that of the answer."""
    try:
        return min(date.fromisoformat(str(value)), local_day(at))
    except ValueError:
        return local_day(at)
