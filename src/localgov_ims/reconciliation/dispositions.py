"""Dispositions: the one end of every statement line."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from attrs import field, frozen


class DispositionKind(enum.Enum):
    """What a statement line is."""

    MATCHED = "matched"
    ALLOCATED = "allocated"
    SUSPENSE = "suspense"
    AWAITING = "awaiting"
    OTHER = "other"


@frozen(kw_only=True)
class Disposition:
    """What became of a line, as the `number`-th answer; the highest number is the current one.

    Attributes:
        what: The source awaited, or what it is instead of income; none for the others.
        record: The Match, or the Transaction it became.
        rule: The recogniser or rule that decided.
        reason: Why, in one sentence.
        until_on: The last day on which an awaited file is not late.
        evidence: What was seen: groups of the recogniser, nearest misses of the match rules.
    """

    id: UUID
    line: UUID
    number: int
    kind: DispositionKind
    reason: str
    rule: str | None = None
    what: str | None = None
    record: UUID | None = None
    until_on: date | None = None
    evidence: Mapping[str, object] = field(factory=dict)
