"""Events that providers sent unasked, each once, and what the provider said when it was asked about them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.storage.schema import moment_column, points_to, record_table, text_column
from localgov_ims.storage.store import Unit

events = record_table(
    "callback_events",
    text_column("provider"),
    text_column("event_id"),
    text_column("event_type"),
    text_column("provider_reference", nullable=True),
    text_column("payment_reference", nullable=True),
    moment_column("received_at"),
    # A delivery that comes again is known by it, however many come at once.
    sa.UniqueConstraint("provider", "event_id"),
)

answers = record_table(
    "callback_answers",
    points_to(events, "event"),
    text_column("outcome"),
    moment_column("at"),
    sa.UniqueConstraint("event"),
)


@frozen(kw_only=True)
class CallbackEvent:
    """An event that a provider sent, as it is kept: nothing of it is believed."""

    id: UUID
    provider: str
    event_id: str
    event_type: str
    provider_reference: str | None
    payment_reference: str | None
    received_at: datetime


def known(connection: Connection, provider: str, event_ids: Collection[str]) -> set[str]:
    """Return which of these events are here already."""
    query = sa.select(events.c.event_id).where(
        events.c.provider == provider, events.c.event_id.in_(event_ids)
    )
    return {str(row.event_id) for row in connection.execute(query)}


def add(unit: Unit, received: Sequence[CallbackEvent]) -> None:
    """Record events.

    Raises:
        AlreadyDone: One came at the same moment by another delivery; read again.
    """
    rows = [
        (e.id, e.provider, e.event_id, e.event_type, e.provider_reference, e.payment_reference, e.received_at)
        for e in received
    ]
    unit.record(events, rows)


def unanswered(connection: Connection, since: datetime) -> Iterator[CallbackEvent]:
    """Yield the events received since a moment that nobody has asked about yet, the oldest first."""
    query = (
        sa.select(events)
        .outerjoin(answers, answers.c.event == events.c.id)
        .where(answers.c.id.is_(None), events.c.received_at >= since)
        .order_by(events.c.received_at, events.c.id)
    )
    for row in connection.execute(query).all():
        yield CallbackEvent(
            id=row.id, provider=row.provider, event_id=row.event_id, event_type=row.event_type,
            provider_reference=row.provider_reference, payment_reference=row.payment_reference,
            received_at=row.received_at,
        )  # fmt: skip


def answer(unit: Unit, event: UUID, outcome: str) -> None:
    """Record what came of asking about an event.

    Raises:
        AlreadyDone: Somebody else asked at the same moment, and recorded it.
    """
    unit.record(answers, [(new_id(), event, outcome, unit.at)])
