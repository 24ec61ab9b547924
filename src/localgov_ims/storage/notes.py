"""Notes: append-only, with what they say beside the record."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.notes import Note, NoteSubject
from localgov_ims.storage import personal
from localgov_ims.storage.schema import moment_column, personal_column, record_table, text_column
from localgov_ims.storage.store import Unit

notes = record_table(
    "notes",
    text_column("kind"),
    text_column("subject"),
    text_column("by"),
    moment_column("at"),
    personal_column(),
    sa.Index("ix_notes_subject", "kind", "subject"),
)


def add(unit: Unit, note: Note) -> None:
    """Record a note."""
    secret = personal.seal(note.id, {"text": note.text})
    kept = secret.hash if secret is not None else None
    unit.record(notes, [(note.id, note.kind.value, note.subject, note.by, note.at, kept)])
    unit.personal([secret])


def on_accounts(accounts: Collection[tuple[str | None, str]]) -> sa.ColumnElement[bool]:
    """Return the condition that a note is on one of these accounts, each a fund and a reference."""
    named = [f"{fund}:{reference}" for fund, reference in accounts]
    return (notes.c.kind == NoteSubject.HOLDER.value) & notes.c.subject.in_(named)


def of_subject(connection: Connection, kind: NoteSubject, subject: str) -> Iterator[Note]:
    """Yield the notes on one thing, the oldest first."""
    query = (
        sa.select(notes, personal.data.c.value)
        .outerjoin(personal.data, personal.data.c.record == notes.c.id)
        .where(notes.c.kind == kind.value, notes.c.subject == subject)
        .order_by(notes.c.at, notes.c.id)
    )
    for row in connection.execute(query):
        kept: dict[str, Any] = personal.read(row.value)
        yield Note(
            id=row.id,
            kind=NoteSubject(row.kind),
            subject=row.subject,
            text=kept.get("text"),
            by=row.by,
            at=row.at,
        )
