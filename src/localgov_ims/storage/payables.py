"""Payables files, and which refund request is in which of them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.payables import PayablesFile
from localgov_ims.domain.refunds import RefundRequest
from localgov_ims.storage import refunds
from localgov_ims.storage.schema import (
    day_column,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

files = record_table(
    "payables_files",
    number_column("sequence"),
    day_column("created_on"),
    text_column("suffix"),
    number_column("refunds"),
    pence_column("total"),
    text_column("sha256"),
    sa.UniqueConstraint("sequence"),
)

told = record_table(
    "payables_refunds",
    points_to(files, "file"),
    number_column("number"),
    points_to(refunds.requests, "request"),
    # A request is in one file ever: twice would be paid twice.
    sa.UniqueConstraint("request"),
    sa.UniqueConstraint("file", "number"),
)

sends = record_table(
    "payables_sends",
    points_to(files, "file"),
    number_column("number"),
    sa.UniqueConstraint("file", "number"),
)
"""Each time that a file was made; all but the first are copies."""


def next_sequence(connection: Connection) -> int:
    """Return the sequence of the next file."""
    return int(connection.execute(sa.select(sa.func.max(files.c.sequence))).scalar() or 0) + 1


def add(unit: Unit, file: PayablesFile, requests: Sequence[RefundRequest]) -> None:
    """Record a file and what is in it.

    Raises:
        AlreadyDone: One of the requests is in a file already.
    """
    f = file
    unit.record(files, [(f.id, f.sequence, f.created_on, f.suffix, f.count, f.total.pence, f.sha256)])
    unit.record(told, [(new_id(), f.id, n, each.id) for n, each in enumerate(requests, 1)])
    add_send(unit, f.id)


def add_send(unit: Unit, file: UUID) -> int:
    """Record that a file was made; return the how-many-th time it is."""
    query = sa.select(sa.func.max(sends.c.number)).where(sends.c.file == file)
    number = int(unit.connection.execute(query).scalar() or 0) + 1
    unit.record(sends, [(new_id(), file, number)])
    return number


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> list[PayablesFile]:
    """Return payables files, in sequence."""
    query = sa.select(files).where(*where).order_by(files.c.sequence)
    return [
        PayablesFile(
            id=row.id, sequence=row.sequence, created_on=row.created_on, suffix=row.suffix, count=row.refunds,
            total=Money(row.total), sha256=row.sha256,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def requests_of(connection: Connection, file: UUID) -> list[RefundRequest]:
    """Return the requests in a file, in its order."""
    rows = connection.execute(sa.select(told.c.request, told.c.number).where(told.c.file == file)).all()
    order = {row.request: row.number for row in rows}
    found = refunds.some(
        connection, refunds.requests.c.id.in_(sa.select(told.c.request).where(told.c.file == file))
    )
    return sorted(found, key=lambda request: order[request.id])
