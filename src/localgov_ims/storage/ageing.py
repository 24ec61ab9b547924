"""What stood in suspense at a moment, by the lines of its fund alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ageing import AgedItem
from localgov_ims.domain.calendar import start_of
from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.storage import files
from localgov_ims.storage.suspense import standing
from localgov_ims.storage.transactions import lines, suspense, transactions


def items_on(connection: Connection, fund: str, day: date, until: date) -> Iterator[AgedItem]:
    """Yield what stood of each item before the day *until* began, aged as on *day*: the oldest first, then the largest."""
    left = _left(fund, until)
    own, head, events = lines.alias("own"), transactions.alias("head"), files.events
    later = events.alias("later")
    last = sa.select(sa.func.max(later.c.sequence)).where(later.c.file == standing.c.file).scalar_subquery()
    query = (
        sa.select(
            own.c.reference,
            head.c.taken_on,
            head.c.channel,
            suspense.c.reason,
            left.c.pence,
            events.c.import_type,
        )
        .select_from(left)
        .join(suspense, suspense.c.line == left.c.item)
        .join(own, own.c.id == left.c.item)
        .join(head, head.c.id == own.c.transaction)
        .outerjoin(standing, standing.c.line == left.c.item)
        .outerjoin(events, (events.c.file == standing.c.file) & (events.c.sequence == last))
        .order_by(head.c.taken_on, sa.func.abs(left.c.pence).desc(), own.c.reference)
    )
    for row in connection.execute(query, execution_options={"yield_per": 2000}):
        yield AgedItem(
            reference=row.reference, taken_on=row.taken_on, age=max(0, (day - row.taken_on).days),
            amount=Money(int(row.pence)), reason=SuspenseReason(row.reason), kind=row.import_type or row.channel,
        )  # fmt: skip


def balance_before(connection: Connection, fund: str, until: date) -> Money:
    """Return what the lines of a fund come to that were recorded before a day began."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(lines.c.pence), 0))
        .join(transactions, transactions.c.id == lines.c.transaction)
        .where(lines.c.fund == fund, transactions.c.recorded_at < start_of(until))
    )
    return Money(int(connection.execute(query).scalar_one()))


def _left(fund: str, until: date) -> sa.Subquery:
    """Add up, by item, its own line, those that take from it, and those that take either back."""
    original = lines.alias("original")
    item: sa.ColumnElement[Any] = sa.func.coalesce(
        lines.c.draws_on, original.c.draws_on, original.c.id, lines.c.id, type_=lines.c.id.type
    )
    return (
        sa.select(item.label("item"), sa.func.sum(lines.c.pence).label("pence"))
        .join(transactions, transactions.c.id == lines.c.transaction)
        .outerjoin(original, original.c.id == lines.c.reverses)
        .where(lines.c.fund == fund, transactions.c.recorded_at < start_of(until))
        .group_by(item)
        .having(sa.func.sum(lines.c.pence) != 0)
        .subquery()
    )
