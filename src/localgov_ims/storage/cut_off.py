"""What crossed the end of a year: the day on which the bank had what was in transit, and what was posted beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.ledgers import AccountingDate
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.storage import due_days, journals, reconciliation, statements

_b, _m, _j, _jl = statements.lines, reconciliation.live, journals.journals, journals.lines


def at_bank_after(connection: Connection, as_at: date) -> dict[UUID, date]:
    """Return the transactions and income files that the bank brought, or took back, only after a day, each with that day."""
    brought = due_days.at_bank(AccountingDate.BOOKED)
    of_files = (
        sa.select(_m.c.right_id.label("of"), sa.func.min(_b.c.booked_on).label("day"))
        .join(_b, _b.c.id == _m.c.left_id)
        .where(_m.c.role == "banked", _m.c.right_kind == "income_file", _b.c.booked_on > as_at)
        .group_by(_m.c.right_id)
    )
    singly = sa.select(brought.c.transaction.label("of"), brought.c.day).where(brought.c.day > as_at)
    return {row.of: row.day for query in (singly, of_files) for row in connection.execute(query)}


@frozen(kw_only=True)
class PostedAcross:
    """What a journal of another year has of a day: its debits, which are as much as its credits."""

    journal: UUID
    number: str
    period: str
    taken_on: date
    lines: int
    amount: Money


def posted_across(connection: Connection, ledger: str, year: int) -> Iterator[PostedAcross]:
    """Yield what belongs to a financial year by its day and is posted in a later one, and the other way round."""
    first, last = PeriodNumber(year, 1), PeriodNumber(year, 14)
    inside, own = (
        _j.c.period.between(str(first), str(last)),
        _jl.c.taken_on.between(first.first_on, last.last_on),
    )
    later, after = _j.c.period > str(last), _jl.c.taken_on > last.last_on
    yield from _posted(connection, ledger, sa.or_(sa.and_(own, later), sa.and_(inside, after)))


def _posted(connection: Connection, ledger: str, crosses: sa.ColumnElement[bool]) -> Iterator[PostedAcross]:
    keys: tuple[sa.ColumnElement[Any], ...] = (_j.c.id, _j.c.number, _j.c.period, _jl.c.taken_on)
    query = (
        sa.select(*keys, sa.func.count().label("lines"), sa.func.sum(_jl.c.pence).label("pence"))
        .join(_j, _j.c.id == _jl.c.journal)
        .where(_j.c.ledger == ledger, _jl.c.side == "debit", ~journals.superseded(), crosses)
        .group_by(*keys)
        .order_by(_j.c.number, _jl.c.taken_on)
    )
    for row in connection.execute(query):
        yield PostedAcross(
            journal=row.id, number=row.number, period=row.period, taken_on=row.taken_on, lines=row.lines,
            amount=Money(int(row.pence)),
        )  # fmt: skip
