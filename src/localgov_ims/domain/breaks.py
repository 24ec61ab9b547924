"""Breaks: records without their counterpart, waiting for a person."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Final
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.texts import text, written


class BreakKind(enum.Enum):
    """What is wrong."""

    FILE_OVERDUE = "file_overdue"
    LEG_MISSING = "leg_missing"
    FILE_DIFFERS = "file_differs"
    AMBIGUOUS_RECOGNISER = "ambiguous_recogniser"
    FOREIGN_SETTLEMENT_LINE = "foreign_settlement_line"
    PAID_TWICE = "paid_twice"
    AMOUNT_DIFFERS = "amount_differs"
    LATE_SUCCESS = "late_success"
    LATE_REFUSAL = "late_refusal"
    TAKEN_BACK = "taken_back"
    NOT_PROVED = "not_proved"
    ZERO_AMOUNT = "zero_amount"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_PAYMENT = "unknown_payment"
    REFERENCE_TAKEN = "reference_taken"
    FEE_NOT_ALLOWED = "fee_not_allowed"
    CONSUMER_SURCHARGE = "consumer_surcharge"
    REFUND_FAILED = "refund_failed"
    REFUND_CONTRADICTED = "refund_contradicted"
    CLAIMED_AND_REFUNDED = "claimed_and_refunded"
    ADVICE_WAITS = "advice_waits"
    REJECTED_LINE = "rejected_line"
    PAST_ITS_DAYS = "past_its_days"


CLEARING_ITEM: Final = "clearing_item"
"""What a Break is about whose subject is outstanding in clearing, by the item's identifier."""

LISTED_ITEM: Final = "listed_item"
"""What a Break is about whose subject is an item of somebody else's list."""

ADVICE: Final = "advice"
"""What a Break is about whose subject is an advice of Bacs; it is for the owner of its service user number."""


@frozen(kw_only=True)
class Break:
    """A record without its counterpart: what, since when, and a sentence for the person who takes it up.

    Attributes:
        awaited: Of a line that waits, for what: named anew, it is another Break, once that is late too.
    """

    id: UUID
    kind: BreakKind
    subject_kind: str
    subject: UUID
    since_on: date
    message: str
    awaited: str = ""

    @property
    def key(self) -> tuple[BreakKind, str, UUID, str]:
        """What makes it one Break, however often it is found."""
        return self.kind, self.subject_kind, self.subject, self.awaited


class BreakAct(enum.Enum):
    """What a person does about a Break."""

    ASSIGNED = "assigned"
    CLOSED = "closed"


@frozen(kw_only=True)
class BreakEvent:
    """What a person did about a Break: it was given to somebody until a day, or closed.

    Attributes:
        number: From 1, without gaps.
        owner: Who takes it up; due_on: until when. Both are there where it was assigned.
        reason: Why; of a closed one, how it was settled.
    """

    id: UUID
    of: UUID
    number: int
    act: BreakAct
    owner: str | None = field(default=None, validator=text(50))
    due_on: date | None = None
    reason: str = field(validator=written(500))
    by: str
    at: datetime
