"""Proposals: acts that one person asked for and another must authorise before they are recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.calendar import utc
from localgov_ims.domain.money import Money
from localgov_ims.domain.two_person import Act


@frozen(kw_only=True)
class Proposal:
    """An act that is checked and drawn, but not recorded.

    Attributes:
        asked: What was asked, as the service that will record it understands it.
        amount: What it moves in all.
        record: The transaction that it became; accepted: none while nobody has decided.
    """

    id: UUID
    reference: str
    act: Act
    asked: Mapping[str, object]
    amount: Money
    proposed_by: str
    proposed_at: datetime = field(converter=utc)
    accepted: bool | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    record: UUID | None = None
