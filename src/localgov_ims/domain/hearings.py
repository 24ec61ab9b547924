"""Hearings: what a plugin that listens is told after it was recorded, until it has heard it.

    waiting -> claimed -> heard
                       -> failed -> claimed ...

None is ever given up: it waits while the plugin is disabled, and is told when it is there again.
"""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.ledger_files import ControlTotals
from localgov_ims.domain.outbox import BACK_OFF
from localgov_ims.domain.periods import PeriodNumber


@frozen(kw_only=True)
class JournalExported:
    """A file that was made of a journal, as `ims_journal_exported` tells of it; the file itself stands in its folder.

    Attributes:
        id: Of this telling, the same each time it is repeated; a listener acts once for each.
        number: The journal's; ledger: whose it is; accounting_on, period: where it is posted.
        name: The file's; sha256: of its bytes, in hexadecimal.
        totals: Rows, debits and credits of the file, and its digest.
        copy: Whether a file was made of this journal before; the bytes are the same.
        exported_at: When it was made, in UTC.
    """

    id: UUID
    number: str
    ledger: str
    accounting_on: date
    period: PeriodNumber
    name: str
    sha256: str
    totals: ControlTotals
    copy: bool
    exported_at: datetime


class HearingState(enum.Enum):
    """Where a hearing stands: nobody has taken it up yet, or what its latest event is."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    FAILED = "failed"
    HEARD = "heard"


@frozen(kw_only=True)
class Hearing:
    """An export that a listener is to hear of.

    Attributes:
        listener: The plugin's name in the settings; journal: the number of what was exported.
        events: How many it has had; attempts: how many of them were claims.
        again_at: From when it may be taken up again, whatever became of the last attempt.
        detail: Why the last attempt failed.
    """

    id: UUID
    listener: str
    journal: str
    state: HearingState
    events: int = 0
    attempts: int = 0
    again_at: datetime | None = None
    detail: str | None = None


def again_after(attempts: int) -> timedelta:
    """Return how long a hearing waits that failed for the *attempts*-th time, from 1."""
    return BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
