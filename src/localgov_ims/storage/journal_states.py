"""What became of journals: the files made of them, and what the finance system said."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.journals import Journal
from localgov_ims.domain.ledger_files import Artefact
from localgov_ims.storage.journals import journals
from localgov_ims.storage.schema import (
    moment_column,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

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


events = record_table(
    "journal_events",
    points_to(journals, "journal"),
    number_column("sequence"),
    text_column("state"),
    text_column("by"),
    moment_column("at"),
    text_column("detail"),
    sa.UniqueConstraint("journal", "sequence"),
)
"""What the finance system, or a named person for it, said of a journal."""

rejections = record_table(
    "journal_rejections",
    points_to(events, "event"),
    number_column("number"),
    text_column("reason"),
    sa.UniqueConstraint("event", "number"),
)
"""The lines of a journal that the finance system did not take."""


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


def exports_of(connection: Connection, number: str) -> list[str]:
    """Return the hashes of every file made of the journal of that number, in order."""
    query = (
        sa.select(exports.c.sha256)
        .join(journals, journals.c.id == exports.c.journal)
        .where(journals.c.number == number)
        .order_by(exports.c.sequence)
    )
    return list(connection.execute(query).scalars())
