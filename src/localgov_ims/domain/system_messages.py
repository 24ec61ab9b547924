"""System messages: what the council tells its staff or the public on every page for a while."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Final
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.calendar import utc
from localgov_ims.domain.texts import text, trimmed
from localgov_ims.errors import InvalidValue

LONGEST: Final = 160
"""The most characters of a system message."""


class MessageSeverity(enum.Enum):
    """How much a system message matters; it decides how it looks, and stops nothing."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Audience(enum.Enum):
    """Who is told."""

    STAFF = "staff"
    PORTAL = "portal"
    BOTH = "both"

    def includes(self, other: Audience) -> bool:
        """Tell whether what is meant for this audience is shown to another."""
        return Audience.BOTH in (self, other) or self is other


@frozen(kw_only=True)
class SystemMessage:
    """What is shown from `starts_at` until just before `ends_at`, or until somebody ended it.

    Attributes:
        number: From 1, by which people name it.
        text: At most 160 characters.
        starts_at, ends_at: Moments (UTC).
        ended_at, ended_by: When and by whom it was taken down before its time; none where it was not.

    Raises:
        InvalidValue: The text is blank or too long, or it ends before it starts (`ends_before_start`).
    """

    id: UUID
    number: int
    severity: MessageSeverity
    text: str = field(converter=trimmed, validator=text(LONGEST))
    starts_at: datetime = field(converter=utc)
    ends_at: datetime = field(converter=utc)
    audience: Audience
    by: str
    at: datetime = field(converter=utc)
    ended_at: datetime | None = None
    ended_by: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what could never be shown."""
        if self.ends_at <= self.starts_at:
            message = f"A message that starts at {self.starts_at:%Y-%m-%d %H:%M} UTC must end after that."
            raise InvalidValue("ends_before_start", message, value=self.ends_at)

    def over(self, now: datetime) -> bool:
        """Tell whether it will never be shown again."""
        return self.ended_at is not None or self.ends_at <= now

    def shown(self, now: datetime) -> bool:
        """Tell whether it is shown now."""
        return self.starts_at <= now and not self.over(now)
