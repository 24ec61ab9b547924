"""System messages, and the end of those that were taken down before their time."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.system_messages import Audience, MessageSeverity, SystemMessage
from localgov_ims.storage.schema import moment_column, number_column, points_to, record_table, text_column
from localgov_ims.storage.store import Unit

messages = record_table(
    "system_messages",
    number_column("number"),
    text_column("severity"),
    text_column("text"),
    moment_column("starts_at"),
    moment_column("ends_at"),
    text_column("audience"),
    text_column("by"),
    moment_column("at"),
    sa.UniqueConstraint("number"),
)

ends = record_table(
    "system_message_ends",
    points_to(messages, "message"),
    text_column("by"),
    moment_column("at"),
    # Of two who end it at once one does.
    sa.UniqueConstraint("message"),
)


def add(unit: Unit, m: SystemMessage) -> None:
    """Record a message; its number is the next.

    Raises:
        AlreadyDone: Somebody else's has that number; begin again.
    """
    row = (m.id, m.number, m.severity.value, m.text, m.starts_at, m.ends_at, m.audience.value, m.by, m.at)
    unit.record(messages, [row])


def add_end(unit: Unit, message: SystemMessage, by: str) -> None:
    """Record that a message was taken down.

    Raises:
        AlreadyDone: Somebody else did meanwhile; begin again.
    """
    unit.record(ends, [(new_id(), message.id, by, unit.at)])


def last_number(connection: Connection) -> int:
    """Return the number of the newest message, 0 before the first."""
    return int(connection.execute(sa.select(sa.func.max(messages.c.number))).scalar() or 0)


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[SystemMessage]:
    """Yield messages as they stand, the newest first."""
    query = (
        sa.select(messages, ends.c.at.label("ended_at"), ends.c.by.label("ended_by"))
        .outerjoin(ends, ends.c.message == messages.c.id)
        .where(*where)
        .order_by(messages.c.number.desc())
    )
    for row in connection.execute(query):
        yield SystemMessage(
            id=row.id, number=row.number, severity=MessageSeverity(row.severity), text=row.text,
            starts_at=row.starts_at, ends_at=row.ends_at, audience=Audience(row.audience), by=row.by, at=row.at,
            ended_at=row.ended_at, ended_by=row.ended_by,
        )  # fmt: skip
