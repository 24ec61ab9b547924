"""Files received: the record, its bytes beside it, and the events of its life."""

from __future__ import annotations

import json
from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.issues import Issue, Severity
from localgov_ims.domain.received_files import FileEvent, FileStatus, ReceivedFile
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
    text_column("format", nullable=True),
    text_column("counts"),
    text_column("issues"),
    number_column("issue_count"),
    sa.UniqueConstraint("file", "sequence"),
)


def add(unit: Unit, file: ReceivedFile, data: Iterable[bytes]) -> None:
    """Record a file and keep its bytes."""
    unit.record(files, [(file.id, file.sha256, 1, file.size, file.name)])
    for number, chunk in enumerate(data):
        unit.beside(chunks, [(file.id, number, chunk)])


def add_event(unit: Unit, event: FileEvent) -> None:
    """Record a step of a file's life."""
    unit.record(events, [_event_row(event)])


def by_hash(connection: Connection, sha256: str) -> ReceivedFile | None:
    """Return the file of these bytes, if it was received before."""
    row = connection.execute(sa.select(files).where(files.c.sha256 == sha256)).one_or_none()
    return (
        ReceivedFile(id=row.id, sha256=row.sha256, size=row.size, name=row.name) if row is not None else None
    )


def by_id(connection: Connection, file: UUID) -> ReceivedFile:
    """Return a file."""
    row = connection.execute(sa.select(files).where(files.c.id == file)).one()
    return ReceivedFile(id=row.id, sha256=row.sha256, size=row.size, name=row.name)


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
        event.id, event.file, event.sequence, event.status.value, event.at, event.by, event.format,
        json_text(event.counts or {}), json_text(issues), event.issue_count,
    )  # fmt: skip


def _event(row: sa.Row[tuple[object, ...]]) -> FileEvent:
    issues = tuple(
        Issue(**{**given, "severity": Severity(given["severity"])}) for given in json.loads(row.issues)
    )
    return FileEvent(
        id=row.id, file=row.file, sequence=row.sequence, status=FileStatus(row.status), at=row.at, by=row.by,
        format=row.format, counts=json.loads(row.counts), issues=issues, issue_count=row.issue_count,
    )  # fmt: skip
