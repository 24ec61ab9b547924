"""Files that came from outside: kept untouched, and what became of them."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from attrs import evolve, field, frozen

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.texts import blank_is_none, written
from localgov_ims.errors import RuleViolation


class FileStatus(enum.Enum):
    """Where a file stands; the current status is that of its latest event."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    HELD = "held"
    REFUSED = "refused"
    RECORDED = "recorded"
    REVERSED = "reversed"


_S = FileStatus
TRANSITIONS: Final[Mapping[FileStatus, frozenset[FileStatus]]] = {
    _S.RECEIVED: frozenset({_S.IN_PROGRESS, _S.REFUSED, _S.HELD}),
    _S.IN_PROGRESS: frozenset({_S.RECORDED, _S.REFUSED}),
    _S.HELD: frozenset({_S.IN_PROGRESS, _S.REFUSED}),
    _S.REFUSED: frozenset({_S.RECEIVED}),
    _S.RECORDED: frozenset({_S.REVERSED}),
    _S.REVERSED: frozenset({_S.RECEIVED}),
}
"""What each status may become: a refused file may be tried again, a reversed one recorded anew."""


@frozen(kw_only=True)
class ReceivedFile:
    """A file as it arrived. `name` is the sender's, a label only, kept as it may be shown: card numbers are masked.

    `sha256` and `occurrence` tell it from every other: equal bytes are the same file, unless a person said that they
    are another one, which is occurrence 2.
    """

    id: UUID
    sha256: str
    size: int
    name: str = field(converter=visible)
    occurrence: int = 1


def _shown(faults: Iterable[str]) -> tuple[str, ...]:
    return tuple(visible(fault) for fault in faults)


@frozen(kw_only=True)
class Declared:
    """What the sender says of a file beside it.

    Attributes:
        import_type: Code of the kind of file; none: as its content says.
        rows, amount: How many rows it has, and what they come to.
        faults: What the sender reports to be wrong with it, as it may be shown; any refuses the file.
        note: Anything else.
        again: Why equal bytes are another file and not the same one again.
    """

    import_type: str | None = field(default=None, converter=blank_is_none, validator=written(100))
    rows: int | None = None
    amount: Money | None = None
    faults: tuple[str, ...] = field(default=(), converter=_shown)
    note: str | None = field(default=None, converter=blank_is_none, validator=written(2000))
    again: str | None = field(default=None, converter=blank_is_none, validator=written(200))


NOTHING_DECLARED: Final = Declared()
"""A file that came without a word."""


@frozen(kw_only=True)
class FileEvent:
    """A step in a file's life. `sequence` counts from 1; of two workers with one number only one proceeds.

    Attributes:
        attempt: How often the file was begun; run: how often it was recorded anew after a reversal; both from 1.
        declared: What the sender said when this attempt began.
        import_type: The kind of file it was taken as.
        reason: Why a person took the step.
        content: What the rows of a recorded file come to, so that the same rows in other bytes are known again.
        counts: What was read and recorded: statements, lines, seen lines, rows.
        report: More of the same, as the kind of file has it: sums by fund, method, rule and reason.
        issues: The first Issues; `issue_count` says how many there were.
    """

    id: UUID
    file: UUID
    sequence: int
    status: FileStatus
    at: datetime
    by: str
    attempt: int = 1
    run: int = 1
    declared: Declared = NOTHING_DECLARED
    import_type: str | None = None
    reason: str | None = None
    content: str | None = None
    format: str | None = None
    counts: Mapping[str, int] | None = None
    report: Mapping[str, Any] | None = None
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
        again = status is FileStatus.RECEIVED
        return FileEvent(
            id=new_id(), file=self.file, sequence=self.sequence + 1, status=status, at=at, by=by,
            attempt=self.attempt + again, run=self.run + (again and self.status is FileStatus.REVERSED),
            declared=self.declared, import_type=self.import_type,
        )  # fmt: skip

    def received_again(self, declared: Declared, *, at: datetime, by: str) -> FileEvent:
        """Return the event that begins another attempt, as the sender means it now."""
        event = self.followed_by(FileStatus.RECEIVED, at=at, by=by)
        return evolve(event, declared=declared, import_type=declared.import_type)
