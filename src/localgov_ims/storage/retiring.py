"""Removing what is kept beside records: which are past their time, which are held, and removing them set by set."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.calendar import start_of
from localgov_ims.domain.refunds import RefundState
from localgov_ims.domain.retention import LegalHold
from localgov_ims.storage import (
    files,
    holders,
    payments,
    personal,
    refunds,
    retention,
    statements,
    transactions,
)
from localgov_ims.storage.audit import entries
from localgov_ims.storage.holding import Held
from localgov_ims.storage.retention import Gone
from localgov_ims.storage.tables import RECORD_TABLES

Condition = sa.ColumnElement[bool]
ANY: Final[Condition] = sa.true()
"""The condition that every record fulfils."""

_ASKED_AT_ONCE = 500


@frozen
class RecordClass:
    """Records of one table and what is kept beside them: `key` is the side table's column that names the record."""

    table: sa.Table
    key: sa.Column[Any]

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.table.name)  # SQLAlchemy's own kind of text is not what a record is made of

    @property
    def kept(self) -> Condition:
        """The condition that something is kept beside a record."""
        condition: Condition = self.table.c.id.in_(sa.select(self.key))
        return condition


CLASSES: Final[Mapping[str, RecordClass]] = {
    str(table.name): RecordClass(table, personal.data.c.record)
    for table in RECORD_TABLES
    if "personal" in table.c
} | {str(files.files.name): RecordClass(files.files, files.chunks.c.file)}
"""Every class, by name: whatever has personal data beside it, and files with their bytes."""


def count(
    connection: Connection, of: RecordClass, fits: Condition, holds: Sequence[LegalHold]
) -> tuple[int, int]:
    """Return how many records that fit and still have something beside them may go, and how many are held."""
    held = Held(connection, holds).of(of.table)
    query = sa.select(
        sa.func.count().filter(sa.not_(held)).label("free"), sa.func.count().filter(held).label("held")
    ).where(fits, of.kept)
    row = connection.execute(query.select_from(of.table)).one()
    return row.free, row.held


def remove(connection: Connection, of: RecordClass, fits: Condition, holds: Sequence[LegalHold]) -> Gone:
    """Remove what is kept beside the records that fit and are not held, in one statement; return which they were."""
    held = Held(connection, holds).of(of.table)
    free = sa.select(of.table.c.id).where(fits, sa.not_(held))
    gone, last = Gone(), None
    statement = sa.delete(of.key.table).where(of.key.in_(free)).returning(of.key)
    # A file has a row for each piece of it, and is gone once.
    removed = connection.execute(statement).scalars()
    for record in removed if of.key.table is personal.data else sorted(set(removed)):
        if record != last:
            gone.add(record)
        last = record
    return gone


def one_of(table: sa.Table, records: Collection[UUID]) -> Iterator[Condition]:
    """Yield conditions that together choose *records*, some hundreds at a time."""
    wanted = sorted(records)
    for start in range(0, len(wanted), _ASKED_AT_ONCE):
        yield table.c.id.in_(wanted[start : start + _ASKED_AT_ONCE])


def before(of: RecordClass, day: date) -> Condition:
    """Return the condition that a record's time is over where *day* is the first that is kept.

    Its day is that on which it was taken, booked, asked for or made; else that of its audit entry. What is still open
    has no such day: a refund that may yet be paid, and the version in force of an account that is not closed.
    """
    chosen = _BEFORE.get(of.name)
    if chosen is not None:
        return chosen(day)
    of_unit: Condition = of.table.c.unit.in_(sa.select(entries.c.id).where(entries.c.at < start_of(day)))
    return of_unit


def settled() -> Condition:
    """Return the condition that a refund can pay nothing out any more, so that its payee is not needed."""
    later = refunds.events.alias()
    latest = (
        sa.select(sa.func.max(later.c.number))
        .where(later.c.request == refunds.events.c.request)
        .scalar_subquery()
    )
    is_open = [state.value for state in RefundState if state.open]
    open_ = sa.select(refunds.events.c.request).where(
        refunds.events.c.number == latest, refunds.events.c.state.in_(is_open)
    )
    return refunds.requests.c.id.not_in(open_)


def _holders_before(day: date) -> Condition:
    table = holders.holders
    later = table.alias()
    superseded = (
        sa.select(later.c.id)
        .where(
            later.c.fund == table.c.fund, later.c.account_reference == table.c.account_reference,
            later.c.number > table.c.number,
        )
        .exists()
    )  # fmt: skip
    return ((table.c.at < start_of(day)) & superseded) | (table.c.closed_on < day)


def _of_parent(
    key: sa.Column[Any], parent: sa.Table, old: Callable[[date], Condition]
) -> Callable[[date], Condition]:
    return lambda day: key.in_(sa.select(parent.c.id).where(old(day)))


def _paid_before(day: date) -> Condition:
    return transactions.transactions.c.taken_on < day


def _asked_before(day: date) -> Condition:
    return payments.payments.c.created_at < start_of(day)


_BEFORE: Final[Mapping[str, Callable[[date], Condition]]] = {
    "transactions": _paid_before,
    "transaction_lines": _of_parent(
        transactions.lines.c.transaction, transactions.transactions, _paid_before
    ),
    "payments": _asked_before,
    "payment_lines": _of_parent(payments.lines.c.payment, payments.payments, _asked_before),
    "payment_events": lambda day: payments.events.c.received_at < start_of(day),
    "refund_requests": lambda day: (refunds.requests.c.asked_at < start_of(day)) & settled(),
    "account_holders": _holders_before,
    "statement_lines": lambda day: statements.lines.c.booked_on < day,
    # A hold names its payer for as long as it holds; `Held` keeps it.
    "legal_holds": lambda day: retention.holds.c.at < start_of(day),
}
