"""Files received: the record, its bytes beside it, and the events of its life."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.issues import Issue, Severity
from localgov_ims.domain.money import Money
from localgov_ims.domain.received_files import Declared, FileEvent, FileStatus, ReceivedFile
from localgov_ims.storage.schema import (
    Row,
    id_column,
    json_text,
    metadata,
    moment_column,
    number_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

CHUNK = 1024 * 1024
"""Bytes are kept in pieces of this size, so that a large file is never held whole."""

files = record_table(
    "files",
    sa.Column("sha256", sa.String(64), nullable=False),
    number_column("occurrence"),
    number_column("size"),
    text_column("name"),
    sa.UniqueConstraint("sha256", "occurrence"),
)

chunks = sa.Table(
    "file_chunks",
    metadata,
    id_column("file"),
    number_column("number"),
    sa.Column("data", sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint("file", "number"),
)

events = record_table(
    "file_events",
    points_to(files, "file"),
    number_column("sequence"),
    text_column("status"),
    moment_column("at"),
    text_column("by"),
    number_column("attempt"),
    number_column("run"),
    text_column("declared"),
    text_column("import_type", nullable=True),
    text_column("reason", nullable=True),
    text_column("content", nullable=True),
    text_column("format", nullable=True),
    text_column("counts"),
    text_column("report"),
    text_column("issues"),
    number_column("issue_count"),
    sa.UniqueConstraint("file", "sequence"),
    sa.Index("ix_file_events_content", "content", "import_type"),
    sa.Index("ix_file_events_at", "at", "id"),
)

references = record_table(
    "source_references",
    points_to(files, "file"),
    number_column("run"),
    text_column("import_type"),
    text_column("reference"),
    number_column("position"),
    # A sender's reference comes once for a type, whose files say so, and again only in the file that was taken back.
    sa.UniqueConstraint("import_type", "reference", "run"),
)


def add(unit: Unit, file: ReceivedFile, data: Iterable[bytes]) -> None:
    """Record a file and keep its bytes."""
    unit.record(files, [(file.id, file.sha256, file.occurrence, file.size, file.name)])
    for number, chunk in enumerate(data):
        unit.beside(chunks, [(file.id, number, chunk)])


def add_event(unit: Unit, event: FileEvent) -> None:
    """Record a step of a file's life."""
    unit.record(events, [_event_row(event)])


def add_references(
    unit: Unit, file: UUID, run: int, import_type: str, named: Iterable[tuple[str, int]]
) -> None:  # fmt: skip
    """Record the sender's references of some rows, with the rows' positions, for a type in which none comes twice.

    Raises:
        AlreadyDone: One of them was there before.
    """
    unit.record(
        references, [(new_id(), file, run, import_type, reference, position) for reference, position in named]
    )


def known_references(
    connection: Connection, import_type: str, wanted: Iterable[str], run: int
) -> dict[str, tuple[UUID, int]]:
    """Return which of a sender's references were recorded before: the file and the row of each."""
    query = sa.select(references.c.reference, references.c.file, references.c.position).where(
        references.c.import_type == import_type,
        references.c.reference.in_(list(wanted)),
        references.c.run == run,
    )
    return {row.reference: (row.file, row.position) for row in connection.execute(query)}


def by_hash(connection: Connection, sha256: str) -> ReceivedFile | None:
    """Return the file of these bytes, if it was received before; of several, the last one accepted."""
    query = sa.select(files).where(files.c.sha256 == sha256).order_by(files.c.occurrence.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return _file(row) if row is not None else None


def by_id(connection: Connection, file: UUID) -> ReceivedFile:
    """Return a file."""
    return _file(connection.execute(sa.select(files).where(files.c.id == file)).one())


def identifier(text: object) -> UUID:
    """Return the identifier of a file as an origin names it."""
    return UUID(str(text))


def with_id(connection: Connection, file: UUID) -> ReceivedFile | None:
    """Return the file of an id, if there is one."""
    row = connection.execute(sa.select(files).where(files.c.id == file)).one_or_none()
    return _file(row) if row is not None else None


def _file(row: sa.Row[Any]) -> ReceivedFile:
    return ReceivedFile(id=row.id, sha256=row.sha256, size=row.size, name=row.name, occurrence=row.occurrence)


def data(connection: Connection, file: UUID) -> Iterator[bytes]:
    """Yield the bytes of a file as they came, in pieces; none are left where they were lawfully removed."""
    query = sa.select(chunks.c.data).where(chunks.c.file == file).order_by(chunks.c.number)
    # For this statement alone: set on the connection, it would stream whatever the unit does afterwards too.
    with connection.execute(query, execution_options={"yield_per": 1}) as rows:
        for row in rows:
            yield bytes(row.data)


def life(connection: Connection, file: UUID) -> list[FileEvent]:
    """Return every step of a file's life, the first first."""
    query = sa.select(events).where(events.c.file == file).order_by(events.c.sequence)
    return [_event(row) for row in connection.execute(query)]


def recorded_like(connection: Connection, import_type: str, content: str) -> list[UUID]:
    """Return the files of a type whose rows are the same and which stand recorded."""
    later = events.alias("later")
    latest = sa.select(sa.func.max(later.c.sequence)).where(later.c.file == events.c.file).scalar_subquery()
    query = sa.select(events.c.file).where(
        events.c.content == content, events.c.import_type == import_type, events.c.sequence == latest,
        events.c.status == FileStatus.RECORDED.value,
    )  # fmt: skip
    return list(connection.execute(query).scalars())


def latest(
    connection: Connection, *where: sa.ColumnElement[bool], limit: int, offset: int = 0
) -> list[tuple[ReceivedFile, FileEvent]]:
    """Return files with where they stand, the latest first; *where* asks of the latest event."""
    later = events.alias("later")
    last = sa.select(sa.func.max(later.c.sequence)).where(later.c.file == events.c.file).scalar_subquery()
    query = (
        sa.select(events)
        .where(events.c.sequence == last, *where)
        .order_by(events.c.at.desc(), events.c.id.desc())
    )
    found = [_event(row) for row in connection.execute(query.limit(limit).offset(offset))]
    return [(by_id(connection, event.file), event) for event in found]


def latest_event(connection: Connection, file: UUID) -> FileEvent | None:
    """Return where a file stands."""
    query = sa.select(events).where(events.c.file == file).order_by(events.c.sequence.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return _event(row) if row is not None else None


def _event_row(event: FileEvent) -> Row:
    issues = [
        {
            "code": issue.code, "severity": issue.severity.value, "place": issue.place, "field": issue.field,
            "value": issue.value, "message": issue.message,
        }
        for issue in event.issues
    ]  # fmt: skip
    return (
        event.id, event.file, event.sequence, event.status.value, event.at, event.by, event.attempt, event.run,
        json_text(_declared(event.declared)), event.import_type, event.reason, event.content, event.format,
        json_text(event.counts or {}), json_text(event.report or {}), json_text(issues), event.issue_count,
    )  # fmt: skip


def _declared(declared: Declared) -> dict[str, object]:
    said = {
        "import_type": declared.import_type, "rows": declared.rows,
        "pence": declared.amount.pence if declared.amount is not None else None,
        "faults": list(declared.faults), "note": declared.note, "again": declared.again,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value not in (None, [])}


def _said(stored: str) -> Declared:
    said: dict[str, Any] = json.loads(stored)
    pence = said.pop("pence", None)
    return Declared(
        **{**said, "faults": tuple(said.get("faults", ()))},
        amount=Money(pence) if pence is not None else None,
    )


def _event(row: sa.Row[Any]) -> FileEvent:
    issues = tuple(
        Issue(**{**given, "severity": Severity(given["severity"])}) for given in json.loads(row.issues)
    )
    return FileEvent(
        id=row.id, file=row.file, sequence=row.sequence, status=FileStatus(row.status), at=row.at, by=row.by,
        attempt=row.attempt, run=row.run, declared=_said(row.declared), import_type=row.import_type,
        reason=row.reason, content=row.content, format=row.format, counts=json.loads(row.counts),
        report=json.loads(row.report), issues=issues, issue_count=row.issue_count,
    )  # fmt: skip
