"""Notes: what people write beside a file, a suspense item, an eReturn or an account; written once, never changed."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Final
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.calendar import utc
from localgov_ims.domain.texts import blank_is_none, written

LONGEST: Final = 2000
"""The most characters of a note."""


class NoteSubject(enum.Enum):
    """What a note is about; the value is its name in commands and records.

    FILE: a received file, by its id or SHA-256. SUSPENSE: an item, by its line's reference. ERETURN: by its number.
    HOLDER: an account, by FUND:REFERENCE.
    """

    FILE = "file"
    SUSPENSE = "suspense"
    ERETURN = "ereturn"
    HOLDER = "holder"


@frozen(kw_only=True)
class Note:
    """A note. What it says is personal data: nobody knows whom people write about.

    Attributes:
        subject: Which file, item, eReturn or account, as it is stored: an id, a reference, a number, FUND:REFERENCE.
        text: At most 2,000 characters, never a card number; none once it has been removed as personal data.

    Raises:
        InvalidValue: The text is too long or holds a card number.
    """

    id: UUID
    kind: NoteSubject
    subject: str
    text: str | None = field(converter=blank_is_none, validator=written(LONGEST))
    by: str
    at: datetime = field(converter=utc)
