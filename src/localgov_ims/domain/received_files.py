"""Files that came from outside: kept untouched, and what became of them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.issues import Issue
from localgov_ims.errors import RuleViolation


class FileStatus(enum.Enum):
    """Where a file stands; the current status is that of its latest event."""

    RECEIVED = "received"
    REFUSED = "refused"
    RECORDED = "recorded"


TRANSITIONS: Final[Mapping[FileStatus, frozenset[FileStatus]]] = {
    FileStatus.RECEIVED: frozenset({FileStatus.REFUSED, FileStatus.RECORDED}),
    FileStatus.REFUSED: frozenset({FileStatus.RECEIVED}),
    FileStatus.RECORDED: frozenset(),
}
"""What each status may become: a refused file may be tried again, a recorded one is done."""


@frozen(kw_only=True)
class ReceivedFile:
    """A file as it arrived. `sha256` tells it from every other; `name` is the sender's, a label only."""

    id: UUID
    sha256: str
    size: int
    name: str


@frozen(kw_only=True)
class FileEvent:
    """A step in a file's life. `sequence` counts from 1; of two workers with one number only one proceeds.

    Attributes:
        counts: What was read and recorded: statements, lines, seen lines.
        issues: The first Issues; `issue_count` says how many there were.
    """

    id: UUID
    file: UUID
    sequence: int
    status: FileStatus
    at: datetime
    by: str
    format: str | None = None
    counts: Mapping[str, int] | None = None
    issues: tuple[Issue, ...] = ()
    issue_count: int = 0

    def followed_by(self, status: FileStatus, *, at: datetime, by: str) -> FileEvent:
        """Return the next event of the file, with nothing said yet of what was read.

        Raises:
            RuleViolation: The table does not let the file become *status*.
        """
        if status not in TRANSITIONS[self.status]:
            message = f"A file that is {self.status.value} cannot become {status.value}."
            raise RuleViolation("wrong_state", message, status=self.status.value, asked=status.value)
        return FileEvent(id=new_id(), file=self.file, sequence=self.sequence + 1, status=status, at=at, by=by)
