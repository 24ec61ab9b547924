"""Journals: what was posted to the ledger, from which sources, and every file made of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.journals import (
    Journal,
    JournalLine,
    LedgerAccount,
    Role,
    Side,
    Source,
)
from localgov_ims.domain.ledger_files import Artefact
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.storage.schema import (
    Row,
    day_column,
    json_text,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

journals = record_table(
    "journals",
    text_column("number"),
    text_column("ledger"),
    day_column("accounting_on"),
    text_column("period"),
    day_column("created_on"),
    text_column("replaces", nullable=True),
    sa.UniqueConstraint("number"),
)

lines = record_table(
    "journal_lines",
    points_to(journals, "journal"),
    number_column("number"),
    text_column("source_kind"),
    text_column("source_id"),
    text_column("role"),
    text_column("side"),
    text_column("code"),
    text_column("dimensions"),
    pence_column("pence"),
    text_column("kind"),
    text_column("narrative"),
    text_column("reference"),
    day_column("taken_on"),
    text_column("fund", nullable=True),
    text_column("mop", nullable=True),
    text_column("vat_code", nullable=True),
    text_column("office", nullable=True),
    sa.UniqueConstraint("journal", "number"),
)

sources = record_table(
    "journal_sources",
    text_column("ledger"),
    text_column("kind"),
    text_column("source_id"),
    points_to(journals, "journal"),
    # What makes a second journal of one source impossible, raced or repeated.
    sa.UniqueConstraint("ledger", "kind", "source_id"),
)

exports = record_table(
    "journal_exports",
    points_to(journals, "journal"),
    number_column("sequence"),
    text_column("exporter"),
    text_column("name"),
    sa.Column("sha256", sa.String(64), nullable=False),
    number_column("rows"),
    pence_column("debit"),
    pence_column("credit"),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.UniqueConstraint("journal", "sequence"),
)


def add(unit: Unit, journal: Journal) -> None:
    """Record a journal with its lines and sources."""
    j, head = journal, new_id()
    unit.record(
        journals, [(head, j.number, j.ledger, j.accounting_on, str(j.period), j.created_on, j.replaces)]
    )
    unit.record(lines, [_line_row(head, line) for line in j.lines])
    used = sorted({line.source for line in j.lines})
    unit.record(sources, [(new_id(), j.ledger, source.kind, source.id, head) for source in used])


def add_export(
    unit: Unit, journal: Journal, sequence: int, exporter: str, artefact: Artefact, sha256: str
) -> None:
    """Record that a file was made of a journal, the *sequence*-th time."""
    t, head = artefact.totals, sa.select(journals.c.id).where(journals.c.number == journal.number)
    row = (
        new_id(),
        unit.connection.execute(head).scalar_one(),
        sequence,
        exporter,
        artefact.name,
        sha256,
        t.rows,
        t.debit.pence,
        t.credit.pence,
    )
    unit.record(exports, [(*row, t.digest)])


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[Journal]:
    """Yield journals with their lines, in order of their numbers."""
    for head in connection.execute(sa.select(journals).where(*where).order_by(journals.c.number)).all():
        query = sa.select(lines).where(lines.c.journal == head.id).order_by(lines.c.number)
        yield Journal(
            number=head.number, ledger=head.ledger, accounting_on=head.accounting_on, period=PeriodNumber.parse(head.period),
            created_on=head.created_on, replaces=head.replaces,
            lines=tuple(_line(row) for row in connection.execute(query)),
        )  # fmt: skip


def lines_of_sources(connection: Connection, ids: Sequence[str]) -> Iterator[tuple[str, JournalLine]]:
    """Yield the journal lines of these sources, each with its journal's number."""
    query = (
        sa.select(lines, journals.c.number.label("journal_number"))
        .join(journals, journals.c.id == lines.c.journal)
        .where(lines.c.source_id.in_(ids))
        .order_by(journals.c.number, lines.c.number)
    )
    for row in connection.execute(query):
        yield row.journal_number, _line(row)


def sources_done(connection: Connection, ledger: str) -> set[Source]:
    """Return everything that a ledger's journals have posted."""
    query = sa.select(sources.c.kind, sources.c.source_id).where(sources.c.ledger == ledger)
    return {Source(row.kind, row.source_id) for row in connection.execute(query)}


def awaiting_accounts(connection: Connection, ledger: str) -> dict[str, LedgerAccount]:
    """Return the account in which each line journalled as awaiting was put, by the line's id in hex."""
    query = (
        sa.select(lines.c.source_id, lines.c.code, lines.c.dimensions)
        .join(journals, journals.c.id == lines.c.journal)
        .where(
            journals.c.ledger == ledger,
            lines.c.source_kind == "awaiting",
            lines.c.role == Role.AWAITING.value,
        )
    )
    return {
        row.source_id: LedgerAccount(row.code, tuple(json.loads(row.dimensions)))
        for row in connection.execute(query)
    }


def numbers_taken(connection: Connection, ledger: str) -> set[str]:
    """Return the numbers of a ledger's journals."""
    return set(connection.execute(sa.select(journals.c.number).where(journals.c.ledger == ledger)).scalars())


def exports_of(connection: Connection, number: str) -> list[str]:
    """Return the hashes of every file made of the journal of that number, in order."""
    query = (
        sa.select(exports.c.sha256)
        .join(journals, journals.c.id == exports.c.journal)
        .where(journals.c.number == number)
        .order_by(exports.c.sequence)
    )
    return list(connection.execute(query).scalars())


def _line_row(journal: UUID, line: JournalLine) -> Row:
    return (
        new_id(), journal, line.number, line.source.kind, line.source.id, line.role.value, line.side.value,
        line.account.code, json_text(line.account.dimensions), line.amount.pence, line.kind, line.narrative, line.reference,
        line.taken_on, line.fund, line.mop, line.vat_code, line.office,
    )  # fmt: skip


def _line(row: sa.Row[Any]) -> JournalLine:
    return JournalLine(
        number=row.number, source=Source(row.source_kind, row.source_id), role=Role(row.role), side=Side(row.side),
        account=LedgerAccount(row.code, tuple(json.loads(row.dimensions))), amount=Money(row.pence), kind=row.kind,
        narrative=row.narrative, reference=row.reference, taken_on=row.taken_on, fund=row.fund, mop=row.mop,
        vat_code=row.vat_code, office=row.office,
    )  # fmt: skip
