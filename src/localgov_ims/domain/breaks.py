"""Breaks: records without their counterpart, waiting for a person."""

from __future__ import annotations

import enum
from datetime import date
from uuid import UUID

from attrs import frozen


class BreakKind(enum.Enum):
    """What is wrong."""

    FILE_OVERDUE = "file_overdue"
    FILE_DIFFERS = "file_differs"
    AMBIGUOUS_RECOGNISER = "ambiguous_recogniser"
    FOREIGN_SETTLEMENT_LINE = "foreign_settlement_line"
    PAID_TWICE = "paid_twice"
    AMOUNT_DIFFERS = "amount_differs"
    LATE_SUCCESS = "late_success"
    LATE_REFUSAL = "late_refusal"
    ZERO_AMOUNT = "zero_amount"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_PAYMENT = "unknown_payment"
    REFERENCE_TAKEN = "reference_taken"
    FEE_NOT_ALLOWED = "fee_not_allowed"
    CONSUMER_SURCHARGE = "consumer_surcharge"
    REFUND_FAILED = "refund_failed"
    REFUND_CONTRADICTED = "refund_contradicted"


@frozen(kw_only=True)
class Break:
    """A record without its counterpart: what, since when, and a sentence for the person who takes it up."""

    id: UUID
    kind: BreakKind
    subject_kind: str
    subject: UUID
    since_on: date
    message: str
