"""EReturns: cash, cheques and card takings that an office pays in, from its first line to the income it becomes.

    new -> in_progress -> submitted -> approved
                       <-
    new, in_progress -> voided              submitted -> deleted

`TRANSITIONS` is the one table of what may be done in each state. What is approved is put right by a reversal.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.calendar import utc
from localgov_ims.domain.deposits import DepositKind
from localgov_ims.domain.ereturn_contents import NOTHING_ENTERED, Contents
from localgov_ims.domain.ereturn_templates import EReturnTemplate
from localgov_ims.domain.people import key
from localgov_ims.domain.texts import written
from localgov_ims.errors import RuleViolation


class EReturnState(enum.Enum):
    """Where an eReturn stands."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    DELETED = "deleted"
    VOIDED = "voided"


class EReturnAct(enum.Enum):
    """What somebody does to an eReturn."""

    CREATE = "create"
    SAVE = "save"
    SUBMIT = "submit"
    CORRECT = "correct"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    DELETE = "delete"


_S, _A = EReturnState, EReturnAct
TRANSITIONS: Final[Mapping[tuple[EReturnState | None, EReturnAct], EReturnState]] = {
    (None, _A.CREATE): _S.NEW,
    (_S.NEW, _A.SAVE): _S.IN_PROGRESS,
    (_S.IN_PROGRESS, _A.SAVE): _S.IN_PROGRESS,
    (_S.IN_PROGRESS, _A.SUBMIT): _S.SUBMITTED,
    (_S.SUBMITTED, _A.CORRECT): _S.SUBMITTED,
    (_S.SUBMITTED, _A.SEND_BACK): _S.IN_PROGRESS,
    (_S.SUBMITTED, _A.APPROVE): _S.APPROVED,
    (_S.SUBMITTED, _A.DELETE): _S.DELETED,
    (_S.NEW, _A.DELETE): _S.VOIDED,
    (_S.IN_PROGRESS, _A.DELETE): _S.VOIDED,
}
"""Which state each act leads to; what is not here is `wrong_state`."""

ENTERED_BY: Final = frozenset({_A.CREATE, _A.SAVE, _A.SUBMIT, _A.CORRECT})
"""Acts whose person has a hand in what an eReturn says, and so does not approve it."""


@frozen(kw_only=True)
class EReturnEvent:
    """What somebody did to an eReturn; `number` counts from 1, and of two that race for one number one is first."""

    id: UUID
    ereturn: UUID
    number: int
    act: EReturnAct
    state: EReturnState
    by: str
    at: datetime = field(converter=utc)
    note: str | None = field(default=None, validator=written(500))


@frozen(kw_only=True)
class EReturn:
    """What an office pays in by one method, as it stands.

    Attributes:
        number: `R` and a whole number, at most 13 characters.
        template: As it was when the eReturn was started.
        events: Everything that was done to it, in order.
        contents: What it says now.
    """

    id: UUID
    number: str
    kind: DepositKind
    template: EReturnTemplate
    office: str | None
    events: tuple[EReturnEvent, ...] = ()
    contents: Contents = NOTHING_ENTERED

    @property
    def state(self) -> EReturnState:
        """Where it stands: the state that its latest event left it in."""
        return self.events[-1].state

    def latest(self, act: EReturnAct) -> EReturnEvent | None:
        """Return the last event of a kind: who did it, and when."""
        return next((event for event in reversed(self.events) if event.act is act), None)

    def after(self, act: EReturnAct) -> EReturnState:
        """Return the state in which an act leaves it.

        Raises:
            RuleViolation: It cannot be done in the state in which the eReturn is (`wrong_state`).
        """
        found = TRANSITIONS.get((self.state, act))
        if found is None:
            known = " or ".join(s.value for s, a in TRANSITIONS if a is act and s is not None)
            message = (
                f"eReturn {self.number} is {_words(self.state)}; to {act.value.replace('_', ' ')} it, it must be "
                f"{known.replace('_', ' ')}."
            )
            raise RuleViolation("wrong_state", message, ereturn=self.number, state=self.state.value)
        return found

    def entered_by(self, name: str) -> bool:
        """Tell whether somebody created it, submitted it or edited what it says."""
        return any(event.act in ENTERED_BY and key(event.by) == key(name) for event in self.events)


def _words(state: EReturnState) -> str:
    return state.value.replace("_", " ")
