"""What people did about Breaks: who takes one up and until when, and how it was closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.breaks import BreakAct, BreakEvent
from localgov_ims.storage import reconciliation
from localgov_ims.storage.schema import (
    day_column,
    moment_column,
    number_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

events = record_table(
    "break_events",
    points_to(reconciliation.breaks, "about"),
    number_column("number"),
    text_column("act"),
    text_column("owner", nullable=True),
    day_column("due_on", nullable=True),
    text_column("reason"),
    text_column("by"),
    moment_column("at"),
    sa.UniqueConstraint("about", "number"),
)


def add(unit: Unit, made: Iterable[BreakEvent]) -> None:
    """Record what people did.

    Raises:
        AlreadyDone: Somebody else did something about one of them at the same time.
    """
    rows = [(e.id, e.of, e.number, e.act.value, e.owner, e.due_on, e.reason, e.by, e.at) for e in made]
    unit.record(events, rows)


def of(connection: Connection, *breaks: UUID) -> Iterator[BreakEvent]:
    """Yield what people did about Breaks, the first first; of all where none is named."""
    query = sa.select(events).order_by(events.c.at, events.c.number)
    for row in connection.execute(query.where(events.c.about.in_(breaks)) if breaks else query):
        yield BreakEvent(
            id=row.id, of=row.about, number=row.number, act=BreakAct(row.act), owner=row.owner,
            due_on=row.due_on, reason=row.reason, by=row.by, at=row.at,
        )  # fmt: skip


def closed() -> sa.Select[tuple[UUID]]:
    """Select the Breaks that a person closed."""
    return sa.select(events.c.about).where(events.c.act == BreakAct.CLOSED.value)
