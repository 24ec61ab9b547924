"""Till sessions and what happened at each, in numbered events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.denominations import Counted, Denomination
from localgov_ims.domain.money import Money
from localgov_ims.domain.people import key
from localgov_ims.domain.tills import (
    Closing,
    Takings,
    TillCount,
    TillEvent,
    TillEventKind,
    TillSession,
    ZReport,
)
from localgov_ims.storage.reversals import taking_back
from localgov_ims.storage.schema import (
    Row,
    json_text,
    moment_column,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit
from localgov_ims.storage.transactions import lines, transactions

sessions = record_table(
    "till_sessions",
    text_column("office"),
    text_column("till"),
    number_column("number"),
    text_column("cashier"),
    text_column("cashier_key"),
    number_column("cashier_number"),
    pence_column("float"),
    moment_column("opened_at"),
    # A till's next session begins when its last one is closed, a cashier's when their last one is counted. Two that
    # open at once take the same number; the loser reads again, and finds that the till or the cashier is not free.
    sa.UniqueConstraint("office", "till", "number"),
    sa.UniqueConstraint("cashier_key", "cashier_number"),
)

events = record_table(
    "till_events",
    points_to(sessions, "session"),
    number_column("number"),
    text_column("kind"),
    text_column("by"),
    moment_column("at"),
    pence_column("cash"),
    pence_column("cheques"),
    pence_column("card"),
    sa.Column("transaction", sa.Uuid(), nullable=True),
    text_column("counted", nullable=True),
    pence_column("next_float", nullable=True),
    text_column("bag_number", nullable=True),
    # A receipt that is taken while the till is counted would take the number of the count.
    sa.UniqueConstraint("session", "number"),
    sa.UniqueConstraint("transaction"),
)


def add(unit: Unit, session: TillSession) -> None:
    """Record a session with the events that it has: that it was opened.

    Raises:
        AlreadyDone: The till or the cashier took that number meanwhile; begin again.
    """
    s = session
    row = (
        s.id,
        s.office,
        s.till,
        s.number,
        s.cashier,
        key(s.cashier),
        s.cashier_number,
        s.float_.pence,
        s.opened_at,
    )
    unit.record(sessions, [row])
    for event in s.events:
        add_event(unit, event)


def add_event(unit: Unit, event: TillEvent) -> None:
    """Record what happened at a till.

    Raises:
        AlreadyDone: Something else happened meanwhile; begin again.
    """
    e, closing = event, event.closing
    row = (
        e.id, e.session, e.number, e.kind.value, e.by, e.at, e.takings.cash.pence, e.takings.cheques.pence,
        e.takings.card.pence, e.transaction, _count_text(e.count) if e.count is not None else None,
        closing.next_float.pence if closing is not None else None, closing.bag_number if closing is not None else None,
    )  # fmt: skip
    unit.record(events, [row])


def latest_of_till(connection: Connection, office: str, till: str) -> TillSession | None:
    """Return the newest session of a till, if it ever had one."""
    return _newest(connection, sessions.c.number, sessions.c.office == office, sessions.c.till == till)


def latest_of_cashier(connection: Connection, name: str) -> TillSession | None:
    """Return the newest session of a cashier, if they ever had one."""
    return _newest(connection, sessions.c.cashier_number, sessions.c.cashier_key == key(name))


def of_transaction(connection: Connection, transaction: UUID) -> tuple[TillSession, TillEventKind] | None:
    """Return the session at which a transaction was recorded, and as what, if at any."""
    found = connection.execute(
        sa.select(events.c.session, events.c.kind).where(events.c.transaction == transaction)
    )
    row = found.one_or_none()
    if row is None:
        return None
    return next(some(connection, sessions.c.id == row.session)), TillEventKind(row.kind)


def references(connection: Connection, session: UUID) -> dict[UUID, str]:
    """Return the references of the transactions recorded at a session, by their ids."""
    query = sa.select(transactions.c.id, transactions.c.reference).join(
        events, events.c.transaction == transactions.c.id
    )
    rows = connection.execute(query.where(events.c.session == session))
    return {row.id: row.reference for row in rows}


def paid_out_since(connection: Connection, session: TillSession, since: datetime) -> tuple[Money, Money]:
    """Return what was paid out since a moment and not voided: of the till of a session, and by its cashier anywhere."""
    voided = sa.select(lines.c.transaction).join(taking_back, taking_back.c.reverses == lines.c.id)
    query = (
        sa.select(sa.func.sum(events.c.cash))
        .join(sessions, sessions.c.id == events.c.session)
        .where(
            events.c.kind == TillEventKind.PAY_OUT.value, events.c.at >= since,
            ~voided.where(lines.c.transaction == events.c.transaction).exists(),
        )
    )  # fmt: skip
    of_till = query.where(sessions.c.office == session.office, sessions.c.till == session.till)
    by_cashier = query.where(sessions.c.cashier_key == key(session.cashier))
    return tuple(Money(-int(connection.execute(each).scalar() or 0)) for each in (of_till, by_cashier))  # type: ignore[return-value]


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[TillSession]:
    """Yield sessions with everything that happened, the newest first; *where* asks of sessions."""
    query = sa.select(sessions).where(*where).order_by(sessions.c.opened_at.desc(), sessions.c.id.desc())
    for row in connection.execute(query).all():
        happened = sa.select(events).where(events.c.session == row.id).order_by(events.c.number)
        yield TillSession(
            id=row.id, office=row.office, till=row.till, number=row.number, cashier=row.cashier,
            cashier_number=row.cashier_number, float_=Money(row.float), opened_at=row.opened_at,
            events=tuple(_event(each) for each in connection.execute(happened)),
        )  # fmt: skip


def _newest(
    connection: Connection, number: sa.Column[Any], *where: sa.ColumnElement[bool]
) -> TillSession | None:
    newest = sa.select(sessions.c.id).where(*where).order_by(number.desc()).limit(1).scalar_subquery()
    return next(some(connection, sessions.c.id == newest), None)


def _event(row: sa.Row[Any]) -> TillEvent:
    closing = None
    if row.next_float is not None:
        closing = Closing(next_float=Money(row.next_float), bag_number=row.bag_number)
    return TillEvent(
        id=row.id, session=row.session, number=row.number, kind=TillEventKind(row.kind), by=row.by, at=row.at,
        takings=Takings(cash=Money(row.cash), cheques=Money(row.cheques), card=Money(row.card)),
        transaction=row.transaction, count=_count(row.counted) if row.counted is not None else None, closing=closing,
    )  # fmt: skip


def _count_text(count: TillCount) -> str:
    card: Row | None = None
    if count.card is not None:
        z = count.card
        card = (z.merchant, z.terminal, z.number, z.day.isoformat(), z.total.pence)
    return json_text({"cash": {each.value: number for each, number, _ in count.cash}, "card": card})


def _count(text: str) -> TillCount:
    said = json.loads(text)
    card = None
    if said["card"] is not None:
        merchant, terminal, number, day, total = said["card"]
        card = ZReport(
            merchant=merchant,
            terminal=terminal,
            number=number,
            day=date.fromisoformat(day),
            total=Money(total),
        )
    cash = {Denomination(name): number for name, number in said["cash"].items()}
    return TillCount(cash=Counted(counts=cash), card=card)
