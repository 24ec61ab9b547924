"""Income files that were recorded: their totals, and what the bank must bring for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.income_files import IncomeFile, RejectedRow
from localgov_ims.domain.money import Money
from localgov_ims.domain.received_files import FileStatus
from localgov_ims.storage import transactions
from localgov_ims.storage.bulk_receipts import of_file
from localgov_ims.storage.files import events, files
from localgov_ims.storage.schema import (
    day_column,
    moment_column,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

income_files = record_table(
    "income_files",
    points_to(files, "file"),
    number_column("run"),
    text_column("import_type"),
    text_column("source", nullable=True),
    number_column("rows"),
    pence_column("gross"),
    pence_column("fees"),
    pence_column("expected"),
    day_column("first_on", nullable=True),
    day_column("last_on", nullable=True),
    number_column("waits"),
    pence_column("fee_vat"),
    sa.UniqueConstraint("file", "run"),
)

rejections = record_table(
    "rejected_rows",
    points_to(files, "file"),
    number_column("run"),
    number_column("position"),
    pence_column("pence"),
    text_column("reference"),
    text_column("reason"),
    moment_column("at"),
    text_column("by"),
    sa.UniqueConstraint("file", "run", "position"),
)
"""Rows of a submission of Direct Debits that Bacs did not take: the bank brings the others."""


_t, _l = transactions.transactions, transactions.lines


def in_force() -> sa.ColumnElement[bool]:
    """Return the condition that an income file has not been taken back since."""
    back = sa.exists().where(
        events.c.file == income_files.c.file, events.c.run == income_files.c.run,
        events.c.status == FileStatus.REVERSED.value,
    )  # fmt: skip
    return ~back


def lost() -> sa.ScalarSelect[Any]:
    """Return the pence of an income file's rows that were rejected on input, which the bank does not bring."""
    of_file_ = (rejections.c.file == income_files.c.file) & (rejections.c.run == income_files.c.run)
    return sa.select(sa.func.coalesce(sa.func.sum(rejections.c.pence), 0)).where(of_file_).scalar_subquery()


def shares(connection: Connection, recorded: IncomeFile) -> dict[str, Money]:
    """Return what each method of payment brought in an income file, when it was recorded."""
    query = (
        sa.select(_l.c.mop, sa.func.sum(_l.c.pence).label("pence"))
        .join(_t, _t.c.id == _l.c.transaction)
        .where(of_file(recorded.file, recorded.run))
        .group_by(_l.c.mop)
        .order_by(_l.c.mop)
    )
    return {row.mop: Money(int(row.pence)) for row in connection.execute(query)}


def add(unit: Unit, recorded: IncomeFile) -> None:
    """Record an income file."""
    r = recorded
    unit.record(
        income_files,
        [(
            r.id, r.file, r.run, r.import_type, r.source, r.rows, r.gross.pence, r.fees.pence, r.expected.pence, r.first_on,
            r.last_on, int(r.waits), r.fee_vat.pence,
        )],
    )  # fmt: skip


def reject(unit: Unit, rejected: Iterable[RejectedRow]) -> None:
    """Record rows that were rejected on input, each once."""
    rows = [
        (r.id, r.file, r.run, r.position, r.amount.pence, r.reference, r.reason, r.at, r.by) for r in rejected
    ]
    unit.record(rejections, rows)


def rejected(connection: Connection, file: UUID, run: int) -> frozenset[int]:
    """Return the positions of the rows of a file that were rejected on input."""
    query = sa.select(rejections.c.position).where(rejections.c.file == file, rejections.c.run == run)
    return frozenset(connection.execute(query).scalars())


def recorded(connection: Connection, file: UUID, run: int) -> bool:
    """Tell whether a run of a file was recorded as income."""
    query = sa.select(income_files.c.id).where(income_files.c.file == file, income_files.c.run == run)
    return connection.execute(query).one_or_none() is not None


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[IncomeFile]:
    """Yield income files, the oldest first."""
    query = sa.select(income_files, lost().label("lost")).where(*where)
    for row in connection.execute(query.order_by(income_files.c.last_on, income_files.c.id)):
        lost_ = int(row.lost)
        yield IncomeFile(
            id=row.id, file=row.file, run=row.run, import_type=row.import_type, source=row.source, rows=row.rows,
            gross=Money(row.gross - lost_), fees=Money(row.fees), expected=Money(row.expected - lost_), first_on=row.first_on,
            last_on=row.last_on, waits=bool(row.waits), fee_vat=Money(row.fee_vat),
        )  # fmt: skip
