"""What a fund's lines come to, by day and method of payment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.storage import transactions


@frozen(kw_only=True)
class DayTotal:
    """A fund's lines of one day and method: how many, and what they come to in pence, with VAT and VAT alone."""

    day: date
    mop: str
    lines: int
    pence: int
    vat: int


def by_day_and_method(connection: Connection, fund: str, first_on: date, last_on: date) -> Iterator[DayTotal]:
    """Yield a fund's income of a period, moves between accounts and what was taken back among it, in order."""
    t, tl = transactions.transactions, transactions.lines
    summed = (
        sa.func.count().label("lines"),
        sa.func.sum(tl.c.pence).label("pence"),
        sa.func.sum(tl.c.vat).label("vat"),
    )
    query = (
        sa.select(t.c.taken_on, tl.c.mop, *summed)
        .join(t, t.c.id == tl.c.transaction)
        .where(tl.c.fund == fund, t.c.taken_on.between(first_on, last_on))
        .group_by(t.c.taken_on, tl.c.mop)
        .order_by(t.c.taken_on, tl.c.mop)
    )
    for row in connection.execute(query):
        yield DayTotal(day=row.taken_on, mop=row.mop, lines=row.lines, pence=int(row.pence), vat=int(row.vat))
