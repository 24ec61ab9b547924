"""Tills as they may be seen: which session is meant, whose it is, and what of it is told before and after the count."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.deposits import ExpectedDeposit
from localgov_ims.domain.money import Money
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.texts import storable
from localgov_ims.domain.till_settings import TillSettings
from localgov_ims.domain.tills import (
    Closing,
    Takings,
    TillCount,
    TillEvent,
    TillEventKind,
    TillSession,
    TillState,
)
from localgov_ims.errors import ConfigurationError, NotFound, RuleViolation
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage import deposits
from localgov_ims.storage import tills as stored

WORKS_TILLS = (Permission.TILL_RECORD, Permission.TILL_AUTHORISE)
"""Either lets somebody work at tills: their own, or those of others."""


@frozen(kw_only=True)
class TillView:
    """A session as people may see it: what should be in the till is told to nobody before it has been counted.

    Attributes:
        receipts, voids, pay_outs: How many there were of each.
        expected, counted, over: What should be there, what was counted, and the difference; none before the count.
        events: What happened, each with the reference of its transaction; none of a receipt's before the count.
        deposits: What the bank and the acquirer are to bring of it, once it is closed.
    """

    name: str
    office: str
    till: str
    number: int
    cashier: str
    opened_at: datetime
    float_: Money
    state: TillState
    receipts: int
    voids: int
    pay_outs: int
    expected: Takings | None
    counted: TillCount | None
    over: Takings | None
    closing: Closing | None
    events: tuple[tuple[TillEvent, str | None], ...]
    deposits: tuple[ExpectedDeposit, ...]


def view_till(installation: Installation, session: str | None = None) -> TillView:
    """Return a session (office/till/number; office/till: its newest) as it may be seen; none named: one's own newest.

    Raises:
        NotPermitted: The permission till.record is missing, or till.authorise for somebody else's.
        NotFound: There is no such session.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, *WORKS_TILLS)
        found = session_of(installation, connection, session)
        permit_session(rights, found)
        return view_of(connection, found.id)


def list_tills(installation: Installation, *, every: bool = False) -> list[TillView]:
    """Return the sessions that are not closed (or every one), the newest first: one's own, with till.authorise all.

    Raises:
        NotPermitted: The permissions till.record and till.authorise are both missing.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, *WORKS_TILLS)
        found = [
            each for each in stored.some(connection)
            if (every or each.state is not TillState.CLOSED)
            and (rights.has(Permission.TILL_AUTHORISE) or each.of_cashier(rights.user.name))
        ]  # fmt: skip
        return [view_of(connection, each.id) for each in found]


def settings_of(council: Council) -> TillSettings:
    """Return what the council says of its tills.

    Raises:
        ConfigurationError: Nothing (`no_tills`).
    """
    if council.tills is None:
        raise ConfigurationError("no_tills", "This council has no tills. Add [tills] to its settings.")
    return council.tills


def session_of(installation: Installation, connection: Connection, name: str | None) -> TillSession:
    """Return the session of a name, office/till/number or office/till for its newest; none: the actor's own newest.

    Raises:
        NotFound: There is no such session.
    """
    if name is None:
        found = stored.latest_of_cashier(connection, installation.actor)
        if found is None:
            message = f"{installation.actor} has no till. Open one: `ims tills open TILL`, or name a session."
            raise NotFound("no_such_till", message, user=installation.actor)
        return found
    office, _, rest = (name.strip() if storable(name) else "").partition("/")
    till, slash, number = rest.partition("/")
    table = stored.sessions.c
    if not slash:
        found = stored.latest_of_till(connection, office, till)
    elif number.isascii() and number.isdigit() and len(number) < 10:  # noqa: PLR2004 - no till has so many
        wanted = (table.office == office, table.till == till, table.number == int(number))
        found = next(stored.some(connection, *wanted), None)
    else:
        found = None
    if found is None:
        message = f"There is no till session '{quoted(name)}'. `ims tills list --all` shows their names, such as TH/1/17."
        raise NotFound("no_such_till", message, session=name)
    return found


def permit_session(rights: Rights, session: TillSession, *, again: bool = False) -> None:
    """Refuse whoever may not work on a session: another's needs till.authorise, and so does *again*, of nobody's own.

    Raises:
        NotPermitted: The permission is missing.
        RuleViolation: The cashier would authorise what is his own (`same_person`).
    """
    own = session.of_cashier(rights.user.name)
    if own and not again:
        rights.require(*WORKS_TILLS)
        return
    rights.require(Permission.TILL_AUTHORISE)
    if own:
        message = f"Till {session.name} is {session.cashier}'s, so somebody else must do this."
        raise RuleViolation("same_person", message, session=session.name, user=rights.user.name)


def view_of(connection: Connection, wanted: UUID) -> TillView:
    """Return a session as it may be seen."""
    session = next(stored.some(connection, stored.sessions.c.id == wanted))
    told = session.state is not TillState.OPEN
    named = stored.references(connection, session.id) if told else {}
    kinds = [event.kind for event in session.events]
    return TillView(
        name=session.name, office=session.office, till=session.till, number=session.number, cashier=session.cashier, opened_at=session.opened_at,
        float_=session.float_, state=session.state, receipts=kinds.count(TillEventKind.RECEIPT),
        voids=kinds.count(TillEventKind.VOID), pay_outs=kinds.count(TillEventKind.PAY_OUT),
        expected=session.expected if told else None, counted=session.count, over=session.over if told else None,
        closing=session.closing,
        events=tuple((e, named.get(e.transaction) if e.transaction else None) for e in session.events) if told else (),
        deposits=tuple(deposits.some(connection, deposits.deposits.c.source == session.id)) if told else (),
    )  # fmt: skip
