"""Tills: opening one with its float, and counting it before anybody is told what there should be."""

from __future__ import annotations

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.tills import Takings, TillCount, TillEvent, TillEventKind, TillSession, TillState
from localgov_ims.errors import InvalidValue, NotFound, RuleViolation
from localgov_ims.service.cash_office.till_views import (
    WORKS_TILLS,
    TillView,
    permit_session,
    session_of,
    settings_of,
    view_of,
)
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.asking import checked_office
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.storage import tills as stored
from localgov_ims.storage.store import Unit


def open_till(
    installation: Installation, *, till: str, office: str | None = None, float_: Money | None = None
) -> TillView:
    """Open a till for whoever asks, with its float: none given, what the last session left in it.

    Raises:
        NotPermitted: The permission till.record is missing.
        NotFound: The office has no such till.
        RuleViolation: The till, or the cashier, has a session that is not over (`till_open`, `cashier_open`), or the
            float is not what the last session left (`float_differs`): a float changes when a till is closed.
        InvalidValue: It is the till's first session, and no float is given (`float_missing`).
    """
    return retried(lambda: _open(installation, till, office, float_))


def _open(installation: Installation, till: str, office: str | None, given: Money | None) -> TillView:
    with installation.unit("open_till") as unit:
        rights = permit_unit(installation, unit, Permission.TILL_RECORD)
        settings_of(installation.council)
        place = _place(installation, till, office or rights.user.office)
        before = stored.latest_of_till(unit.connection, place, till)
        if before is not None and before.state is not TillState.CLOSED:
            message = (
                f"Till {before.name} of {before.cashier} is {before.state.value}. It must be closed first."
            )
            raise RuleViolation("till_open", message, session=before.name)
        mine = stored.latest_of_cashier(unit.connection, installation.actor)
        if mine is not None and mine.state is TillState.OPEN:
            message = f"{installation.actor} has till {mine.name} open. Count it before opening another."
            raise RuleViolation("cashier_open", message, session=mine.name)
        session = TillSession(
            id=new_id(), office=place, till=till, number=before.number + 1 if before is not None else 1,
            cashier=installation.actor, cashier_number=mine.cashier_number + 1 if mine is not None else 1,
            float_=_float(before, given), opened_at=unit.at,
        )  # fmt: skip
        opened = session.next_event(
            TillEventKind.OPENED, by=installation.actor, at=unit.at, takings=Takings(cash=session.float_)
        )
        stored.add(unit, session)
        add_event(unit, session, opened)
        unit.detail["float_pence"] = session.float_.pence
        unit.commit()
        return view_of(unit.connection, session.id)


def count_till(installation: Installation, count: TillCount, *, session: str | None = None) -> TillView:
    """Record what is in a till by denomination, and what its card terminal printed; then tell what there should be.

    None named, it is the cashier's own. Once it is counted, only somebody else with till.authorise counts it again.

    Raises:
        NotPermitted: It is not the cashier's own, or counted already, and the permission till.authorise is missing.
        NotFound: There is no such session.
        RuleViolation: It is closed (`wrong_state`), the cashier would count it again (`same_person`), or there were
            card takings and no Z-report is given (`no_z_report`).
    """
    return retried(lambda: _count(installation, count, session))


def _count(installation: Installation, count: TillCount, named: str | None) -> TillView:
    with installation.unit("count_till") as unit:
        unit.lock()  # as a receipt does, so that neither waits for the other
        rights = permit_unit(installation, unit, *WORKS_TILLS)
        session = session_of(installation, unit.connection, named)
        event = session.next_event(TillEventKind.COUNTED, by=installation.actor, at=unit.at, count=count)
        permit_session(rights, session, again=session.state is not TillState.OPEN)
        # The Z-report counts even where nothing was taken by card here: the terminal may have.
        if count.card is None and session.expected.card:
            message = f"Till {session.name} took payments by card. Give the terminal's Z-report."
            raise RuleViolation("no_z_report", message, session=session.name)
        add_event(unit, session, event)
        unit.detail["counted_pence"] = count.cash.total.pence
        unit.commit()
        return view_of(unit.connection, session.id)


def add_event(unit: Unit, session: TillSession, event: TillEvent) -> None:
    """Record what happened at a till; the trail says at which."""
    stored.add_event(unit, event)
    unit.detail["till"] = session.name


def _place(installation: Installation, till: str, office: str | None) -> str:
    place = checked_office(installation, office)
    if place is None:
        raise InvalidValue("office_missing", f"Say in which office till {quoted(till)!r} is.", value=till)
    tills = installation.council.offices[place].tills
    if till not in tills:
        message = f"Office {place} has no till '{quoted(till)}'. There are: {', '.join(tills) or 'none'}."
        raise NotFound("no_such_till", message, office=place, till=till)
    return place


def _float(before: TillSession | None, given: Money | None) -> Money:
    left = before.closing.next_float if before is not None and before.closing is not None else None
    if given is None:
        if left is None:
            message = "Count the float that is in the till, and say how much it is: nobody has closed this till yet."
            raise InvalidValue("float_missing", message)
        return left
    if left is not None and given != left:
        # Whatever a till began with beside what it was left with would be in no line at all.
        message = (
            f"This till was left with {left.shown()}, not {given.shown()}. Open it with {left.shown()}: what is missing "
            "or too much is told by the count, and another float is said when the till is closed."
        )
        raise RuleViolation("float_differs", message, left=str(left), value=str(given))
    return given
