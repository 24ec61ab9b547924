"""Where a journal stands with the finance system; nothing counts as taken before that system, or a named person, says so."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import frozen

from localgov_ims.domain.ledger_files import RejectedLine
from localgov_ims.errors import RuleViolation


class JournalState(enum.Enum):
    """How far a journal has come.

    BUILT: its lines are recorded. EXPORTED: a file was made of it. ACKNOWLEDGED: the finance system says that it took it.
    CONFIRMED: a named person says so, for a system that answers nothing. PART: it took some lines and not others.
    REJECTED: it took nothing. REPLACED: what it did not take was sent again, in another journal.
    """

    BUILT = "built"
    EXPORTED = "exported"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    PART = "part"
    REJECTED = "rejected"
    REPLACED = "replaced"

    @property
    def settled(self) -> bool:
        """Whether nothing of it is open any more: a period that is to be closed asks for that."""
        return self in {JournalState.ACKNOWLEDGED, JournalState.CONFIRMED, JournalState.REPLACED}


_SAID: Final = frozenset(
    {JournalState.ACKNOWLEDGED, JournalState.CONFIRMED, JournalState.PART, JournalState.REJECTED}
)
NEXT: Final[Mapping[JournalState, frozenset[JournalState]]] = {
    JournalState.BUILT: frozenset({JournalState.EXPORTED}),
    JournalState.EXPORTED: _SAID,
    JournalState.ACKNOWLEDGED: frozenset(),
    JournalState.CONFIRMED: frozenset(),
    JournalState.PART: frozenset({JournalState.REPLACED}),
    JournalState.REJECTED: frozenset({JournalState.REPLACED}),
    JournalState.REPLACED: frozenset(),
}
"""What may follow what. A word that was given is not taken back: what is wrong is corrected in the finance system."""


@frozen(kw_only=True)
class Standing:
    """Where a journal stands: since when, by whose word, and the lines it was not taken with."""

    number: str
    state: JournalState
    events: int = 0
    by: str = ""
    at: datetime | None = None
    detail: str = ""
    rejected: tuple[RejectedLine, ...] = ()

    def check(self, then: JournalState) -> None:
        """Refuse a word that cannot follow.

        Raises:
            RuleViolation: It cannot.
        """
        if then not in NEXT[self.state]:
            allowed = ", ".join(sorted(state.value for state in NEXT[self.state])) or "nothing"
            message = f"Journal {self.number} is {self.state.value}, so it cannot become {then.value}. What can follow: {allowed}."
            raise RuleViolation("journal_state", message, journal=self.number, state=self.state)
