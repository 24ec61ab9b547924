"""Settlements and their lines: tables, rows, and the questions asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.settlements import RecordedSettlementLine, Settlement, SettlementKind, SettlementLine
from localgov_ims.storage.files import files
from localgov_ims.storage.schema import (
    Row,
    canonical,
    day_column,
    json_text,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

settlements = record_table(
    "settlements",
    points_to(files, "file"),
    text_column("source"),
    text_column("reference"),
    pence_column("gross"),
    pence_column("fees"),
    pence_column("net"),
    day_column("paid_on"),
    number_column("lines"),
    sa.Column("content", sa.String(64), nullable=False),
    sa.UniqueConstraint("source", "reference"),
)

lines = record_table(
    "settlement_lines",
    points_to(settlements, "settlement"),
    text_column("source"),
    text_column("identifier"),
    number_column("position"),
    text_column("kind"),
    pence_column("pence"),
    pence_column("fee"),
    pence_column("net"),
    text_column("provider_reference", nullable=True),
    day_column("occurred_on", nullable=True),
    text_column("place"),
    pence_column("fee_vat", nullable=True),
    sa.UniqueConstraint("source", "identifier"),
)


def add(unit: Unit, settlement: Settlement) -> None:
    """Record a settlement; its lines may have come before it."""
    s = settlement
    row = (
        s.id,
        s.file,
        s.source,
        s.reference,
        s.gross.pence,
        s.fees.pence,
        s.net.pence,
        s.paid_on,
        s.lines,
        s.content,
    )
    unit.record(settlements, [row])


def add_lines(unit: Unit, recorded: Iterable[RecordedSettlementLine]) -> None:
    """Record lines in bulk."""
    unit.record(lines, [_line_row(line) for line in recorded])


def content_of(line: SettlementLine) -> str:
    """Return everything said of a line as canonical text, to tell a repeat from another version."""
    return json_text(canonical((*_said(line), _fee_vat(line))))


def content_by_reference(connection: Connection, source: str, reference: str) -> str | None:
    """Return the content hash of a source's settlement, if it is here."""
    query = sa.select(settlements.c.content).where(
        settlements.c.source == source, settlements.c.reference == reference
    )
    return connection.execute(query).scalar_one_or_none()


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[Settlement]:
    """Yield settlements, the oldest first."""
    query = sa.select(settlements).where(*where).order_by(settlements.c.paid_on, settlements.c.reference)
    for row in connection.execute(query):
        yield Settlement(
            id=row.id, file=row.file, source=row.source, reference=row.reference, gross=Money(row.gross),
            fees=Money(row.fees), net=Money(row.net), paid_on=row.paid_on, lines=row.lines, content=row.content,
        )  # fmt: skip


def some_lines(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[RecordedSettlementLine]:
    """Yield lines of settlements."""
    query = sa.select(lines).where(*where).order_by(lines.c.settlement, lines.c.position)
    for row in connection.execute(query):
        yield _line(row)


def line_ids(settlement: UUID) -> sa.Select[tuple[UUID]]:
    """Return the query for the identifiers of a settlement's lines."""
    return sa.select(lines.c.id).where(lines.c.settlement == settlement)


def lines_of(connection: Connection, settlement: UUID) -> list[RecordedSettlementLine]:
    """Return the lines of one settlement."""
    return list(some_lines(connection, lines.c.settlement == settlement))


def _line_row(recorded: RecordedSettlementLine) -> Row:
    line = recorded.line
    return (recorded.id, recorded.settlement, recorded.source, *_said(line), line.place, _fee_vat(line))


def _said(line: SettlementLine) -> Row:
    return (
        line.identifier, line.position, line.kind.value, line.amount.pence, line.fee.pence, line.net.pence,
        line.provider_reference, line.occurred_on,
    )  # fmt: skip


def _fee_vat(line: SettlementLine) -> int | None:
    return line.fee_vat.pence if line.fee_vat is not None else None


def _line(row: sa.Row[Any]) -> RecordedSettlementLine:
    line = SettlementLine(
        position=row.position, identifier=row.identifier, kind=SettlementKind(row.kind), amount=Money(row.pence),
        fee=Money(row.fee), net=Money(row.net), place=row.place, provider_reference=row.provider_reference,
        occurred_on=row.occurred_on, fee_vat=Money(row.fee_vat) if row.fee_vat is not None else None,
    )  # fmt: skip
    return RecordedSettlementLine(id=row.id, settlement=row.settlement, source=row.source, line=line)
