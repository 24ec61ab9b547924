"""Suspense as it stood at the end of a day, whatever was cleared since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.calendar import start_of
from localgov_ims.storage import audit, draws, suspense, transactions

_l = transactions.lines


def held_at(as_at: date) -> sa.Subquery:
    """Select items of suspense that came by a day, and what was left of each at its end: less the draws until then."""
    entries, draw, item = audit.entries, draws.draws, suspense.standing
    until = start_of(as_at + timedelta(days=1))
    taken = (
        sa.select(draw.c.line, sa.func.sum(draw.c.pence).label("pence"))
        .join(entries, entries.c.id == draw.c.unit)
        .where(entries.c.at < until)
        .group_by(draw.c.line)
        .subquery()
    )
    left = (item.c.pence - sa.func.coalesce(taken.c.pence, 0)).label("left_pence")
    return (
        sa.select(item.c.line, item.c.bank_line, item.c.taken_on, item.c.reason, left)
        .outerjoin(taken, taken.c.line == item.c.line)
        .where(item.c.taken_on <= as_at, left != 0)
        .subquery()
    )


@frozen(kw_only=True)
class Held:
    """What is left of an item in suspense; `reference` is its line's."""

    line: UUID
    reference: str
    taken_on: date
    reason: str
    pence: int


def held(connection: Connection, as_at: date) -> Iterator[Held]:
    """Yield what was left in suspense at the end of a day, the oldest first."""
    at = held_at(as_at)
    query = (
        sa.select(at, _l.c.reference).join(_l, _l.c.id == at.c.line).order_by(at.c.taken_on, _l.c.reference)
    )
    for row in connection.execute(query):
        yield Held(
            line=row.line,
            reference=row.reference,
            taken_on=row.taken_on,
            reason=row.reason,
            pence=int(row.left_pence),
        )
