"""Refund requests: a refund asked for, until the provider or the payables system has answered.

    (asked) -> proposed -> requested -> submitted -> succeeded | failed

*Submitted* is in flight, never failed. What is asked for is drawn from its lines before anybody outside hears of it.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.breaks import BreakKind
from localgov_ims.domain.calendar import utc
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import RefundSaid
from localgov_ims.domain.payers import Payee
from localgov_ims.domain.texts import text


class Route(enum.Enum):
    """How the money goes back: to the card by its provider, or by Bacs through the payables system."""

    PROVIDER = "provider"
    PAYABLES = "payables"


class RefundState(enum.Enum):
    """Where a refund request stands."""

    PROPOSED = "proposed"
    REQUESTED = "requested"
    SUBMITTED = "submitted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def open(self) -> bool:
        """Whether it may still pay money out."""
        return self in {RefundState.PROPOSED, RefundState.REQUESTED, RefundState.SUBMITTED}


@frozen(kw_only=True)
class RefundItem:
    """What is to be given back of one line: above nothing; its VAT is the line's share."""

    line: UUID
    line_reference: str
    amount: Money
    vat: Money


@frozen(kw_only=True)
class RefundRequest:
    """A refund asked for.

    Attributes:
        reference: Ours; the adapter sends it along.
        subject: What may have one open request at a time: the Payment's reference, else the transaction's.
        n: Which of the subject's requests it is; two that race take the same, and one is refused.
        payee: Whom the payables system pays; evidence: why that is right.
        state, provider_reference: As of its latest event; events: how many it has had; refunds: how many of its
            Refunds were recorded.
    """

    id: UUID
    reference: str
    route: Route
    subject: str
    n: int
    payment: str | None
    reason: str = field(validator=text(100))
    items: tuple[RefundItem, ...]
    asked_by: str
    asked_at: datetime = field(converter=utc)
    payee: Payee | None = None
    evidence: str | None = None
    state: RefundState = RefundState.REQUESTED
    provider_reference: str | None = None
    events: int = 0

    @property
    def total(self) -> Money:
        """What is to be given back, above nothing."""
        return Money.total(item.amount for item in self.items)


class RefundEventKind(enum.Enum):
    """What happened to a refund request."""

    ASKED = "asked"
    AUTHORISED = "authorised"
    TURNED_DOWN = "turned_down"
    SENT = "sent"
    SAID = "said"


@frozen(kw_only=True)
class RefundEvent:
    """A thing that happened to a refund request, and where it left it."""

    id: UUID
    request: UUID
    number: int
    kind: RefundEventKind
    state: RefundState
    at: datetime
    by: str
    provider_reference: str | None = None
    said: RefundSaid | None = None
    paid_on: date | None = None
    detail: str | None = None


class RefundEffect(enum.Enum):
    """What an answer does to the books."""

    NOTHING = "nothing"
    RECORD = "record"
    DRAW_AND_RECORD = "draw_and_record"
    RELEASE = "release"
    REVERSE = "reverse"


@frozen
class RefundDecision:
    """What an answer does to a refund request; `noted`: whether it is kept as an event."""

    state: RefundState
    effect: RefundEffect = RefundEffect.NOTHING
    breaks: tuple[BreakKind, ...] = ()
    noted: bool = True


def decide(state: RefundState, said: RefundSaid) -> RefundDecision:
    """Return what an answer does to a request in *state*: the one table of refunds."""
    return _TABLE[state, said]


_P, _R, _B, _S, _F = RefundState
_CONTRADICTED = (BreakKind.REFUND_CONTRADICTED,)
_ALERT = (BreakKind.REFUND_FAILED,)
_TABLE = {
    # Nobody outside has been asked: whatever is said is somebody's mistake.
    (_P, RefundSaid.SUBMITTED): RefundDecision(_P, breaks=_CONTRADICTED),
    (_P, RefundSaid.SUCCEEDED): RefundDecision(_P, breaks=_CONTRADICTED),
    (_P, RefundSaid.FAILED): RefundDecision(_P, breaks=_CONTRADICTED),
    (_R, RefundSaid.SUBMITTED): RefundDecision(_B),
    (_R, RefundSaid.SUCCEEDED): RefundDecision(_S, RefundEffect.RECORD),
    (_R, RefundSaid.FAILED): RefundDecision(_F, RefundEffect.RELEASE, _ALERT),
    (_B, RefundSaid.SUBMITTED): RefundDecision(_B, noted=False),
    (_B, RefundSaid.SUCCEEDED): RefundDecision(_S, RefundEffect.RECORD),
    (_B, RefundSaid.FAILED): RefundDecision(_F, RefundEffect.RELEASE, _ALERT),
    (_S, RefundSaid.SUBMITTED): RefundDecision(_S),
    (_S, RefundSaid.SUCCEEDED): RefundDecision(_S, noted=False),
    (_S, RefundSaid.FAILED): RefundDecision(_F, RefundEffect.REVERSE, _ALERT),
    (_F, RefundSaid.SUBMITTED): RefundDecision(_F, breaks=_CONTRADICTED),
    (_F, RefundSaid.SUCCEEDED): RefundDecision(_S, RefundEffect.DRAW_AND_RECORD),
    (_F, RefundSaid.FAILED): RefundDecision(_F, noted=False),
}
