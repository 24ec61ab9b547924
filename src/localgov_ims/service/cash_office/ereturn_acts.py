"""What every act on an eReturn has in common: one unit of work, one event with the next number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import evolve

from localgov_ims.domain.ereturn_contents import Contents
from localgov_ims.domain.ereturns import EReturn, EReturnAct, EReturnEvent, EReturnState
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.service.cash_office.ereturn_viewing import ereturn_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.storage import ereturns as stored
from localgov_ims.storage.store import Unit


def acted(
    installation: Installation, action: str, number: str, permissions: Sequence[Permission],
    work: Callable[[Unit, Rights, EReturn], EReturn],
) -> EReturn:  # fmt: skip
    """Do *work* on the eReturn of a number in one unit of work, and return it as it stands then.

    Raises:
        NotFound: There is no such eReturn.
        NotPermitted: None of *permissions* is the user's, or its template is not.
    """

    def once() -> EReturn:
        with installation.unit(action) as unit:
            unit.lock()  # everybody who acts on eReturns takes turns, so that nobody waits for one who waits for him
            rights = permit_unit(installation, unit, *permissions)
            found = ereturn_of(installation, unit.connection, rights, number)
            done = work(unit, rights, found)
            unit.commit()
            return done

    return retried(once)


def record_act(
    installation: Installation, unit: Unit, found: EReturn, act: EReturnAct, state: EReturnState, *,
    contents: Contents | None = None, note: str | None = None,
) -> EReturn:  # fmt: skip
    """Record an act that leaves an eReturn in a state, saying *contents* from now on where they are given."""
    event = EReturnEvent(
        id=new_id(), ereturn=found.id, number=len(found.events) + 1, act=act, state=state, by=installation.actor,
        at=unit.at, note=note,
    )  # fmt: skip
    stored.add_event(unit, event, contents)
    unit.detail |= {"ereturn": found.number, "state": state.value}
    said = contents if contents is not None else found.contents
    return evolve(found, events=(*found.events, event), contents=said)
