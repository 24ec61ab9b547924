"""The outbox: messages to payers and notices to staff, what they say kept beside them, and the events that say what became of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import asdict
from sqlalchemy import Connection

from localgov_ims.domain.outbox import (
    Contents,
    MessageEvent,
    MessageKind,
    MessageState,
    OutboxMessage,
    Outcome,
)
from localgov_ims.storage import personal
from localgov_ims.storage.ereturns import ereturns
from localgov_ims.storage.schema import (
    last_number,
    moment_column,
    number_column,
    personal_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit
from localgov_ims.storage.transactions import transactions

messages = record_table(
    "messages",
    points_to(transactions, "transaction", nullable=True),
    number_column("number"),
    text_column("kind"),
    number_column("copy"),
    moment_column("queued_at"),
    text_column("queued_by"),
    points_to(ereturns, "ereturn", nullable=True),
    personal_column(),
    # Two that ask at once for a receipt take the same number: one is the first, the other reads again and is a copy.
    sa.UniqueConstraint("transaction", "number"),
    sa.UniqueConstraint("ereturn", "number"),
)

events = record_table(
    "message_events",
    points_to(messages, "message"),
    number_column("number"),
    text_column("state"),
    moment_column("at"),
    text_column("by"),
    text_column("notifier", nullable=True),
    text_column("reference", nullable=True),
    text_column("code", nullable=True),
    text_column("detail", nullable=True),
    moment_column("again_at", nullable=True),
    number_column("may_have_gone"),
    # Two workers that take up one message take the same number; one of them sends it.
    sa.UniqueConstraint("message", "number"),
)

_ENDED = [state.value for state in MessageState if not state.open]
_LAST = last_number(events, "message", messages)


def add(unit: Unit, message: OutboxMessage) -> None:
    """Record a message; what it says goes beside it.

    Raises:
        AlreadyDone: Somebody else recorded one of the same transaction meanwhile; read again.
    """
    m = message
    secret = personal.seal(m.id, asdict(m.contents)) if m.contents is not None else None
    unit.record(messages, [(
        m.id, m.transaction, m.number, m.kind.value, int(m.copy), m.queued_at, m.queued_by, m.ereturn,
        secret.hash if secret is not None else None,
    )])  # fmt: skip
    unit.personal([secret])


def add_event(unit: Unit, event: MessageEvent) -> None:
    """Record what happened to a message.

    Raises:
        AlreadyDone: Somebody else recorded something of it meanwhile; read again.
    """
    e, o = event, event.outcome
    unit.record(events, [(
        e.id, e.message, e.number, o.state.value, e.at, e.by, o.notifier, o.reference, o.code, o.detail, o.again_at,
        int(o.may_have_gone),
    )])  # fmt: skip


def by_id(connection: Connection, message: UUID) -> OutboxMessage:
    """Return a message as it stands; it must be there."""
    (found,) = some(connection, messages.c.id == message)
    return found


def of_transaction(connection: Connection, transaction: UUID) -> list[OutboxMessage]:
    """Return the messages about a transaction, the first first."""
    return sorted(some(connection, messages.c.transaction == transaction), key=lambda message: message.number)


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[OutboxMessage]:
    """Yield messages as they stand, the oldest first."""
    claims = (
        sa.select(sa.func.count())
        .where(events.c.message == messages.c.id, events.c.state == MessageState.CLAIMED.value)
        .scalar_subquery()
    )
    gone = (
        sa.select(sa.func.max(events.c.may_have_gone))
        .where(events.c.message == messages.c.id)
        .scalar_subquery()
    )
    latest = events.alias("latest")
    query = (
        sa.select(
            messages, sa.func.coalesce(transactions.c.reference, ereturns.c.number).label("receipt"), personal.data.c.value, claims.label("attempts"),
            gone.label("any_gone"),
            latest.c.number.label("events"), latest.c.state, latest.c.at, latest.c.notifier, latest.c.reference,
            latest.c.code, latest.c.detail, latest.c.again_at, latest.c.may_have_gone,
        )
        .outerjoin(transactions, transactions.c.id == messages.c.transaction)
        .outerjoin(ereturns, ereturns.c.id == messages.c.ereturn)
        .outerjoin(latest, (latest.c.message == messages.c.id) & (latest.c.number == _LAST))
        .outerjoin(personal.data, personal.data.c.record == messages.c.id)
        .where(*where)
        .order_by(messages.c.queued_at, messages.c.id)
    )  # fmt: skip
    for row in connection.execute(query):
        yield _message(row)


def is_open() -> sa.ColumnElement[bool]:
    """Return the condition that a message is still to be sent."""
    ended = sa.select(events.c.id).where(events.c.message == messages.c.id, events.c.state.in_(_ENDED))
    return sa.not_(ended.exists())


def stands(state: MessageState) -> sa.ColumnElement[bool]:
    """Return the condition that a message's latest event is of *state*."""
    query = sa.select(events.c.state).where(events.c.message == messages.c.id, events.c.number == _LAST)
    return query.scalar_subquery() == state.value


def due(connection: Connection, now: datetime) -> list[UUID]:
    """Return the messages that may be taken up, the oldest first."""
    later = sa.select(events.c.id).where(
        events.c.message == messages.c.id, events.c.number == _LAST, events.c.again_at > now
    )
    query = sa.select(messages.c.id).where(is_open(), sa.not_(later.exists()))
    return list(connection.execute(query.order_by(messages.c.queued_at, messages.c.id)).scalars())


def waiting(connection: Connection) -> int:
    """Return how many messages are still to be sent."""
    count: int = connection.execute(
        sa.select(sa.func.count()).select_from(messages).where(is_open())
    ).scalar_one()
    return count


def _message(row: sa.Row[Any]) -> OutboxMessage:
    told: dict[str, Any] = personal.read(row.value)
    return OutboxMessage(
        id=row.id, kind=MessageKind(row.kind), transaction=row.transaction, ereturn=row.ereturn, receipt=row.receipt,
        number=row.number, copy=bool(row.copy), queued_at=row.queued_at, queued_by=row.queued_by,
        contents=Contents(**told) if told else None,
        latest=Outcome(
            state=MessageState(row.state) if row.state is not None else MessageState.WAITING, again_at=row.again_at,
            notifier=row.notifier, reference=row.reference, code=row.code, detail=row.detail,
            may_have_gone=bool(row.may_have_gone),
        ),
        latest_at=row.at, events=row.events or 0, attempts=row.attempts, may_have_gone=bool(row.any_gone),
    )  # fmt: skip
