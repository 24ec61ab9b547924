"""The audit trail: one entry for each unit of work, each chained to the one before by its hash.

An entry holds who, when and what, and for every table how many records the unit wrote and the digest of their
seals. Whoever changes a record must also change its seal, the entry's digest, and every later entry's hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.storage.schema import (
    json_text,
    metadata,
    moment_column,
    moment_text,
    number_column,
    text_column,
)

entries = sa.Table(
    "audit_entries",
    metadata,
    sa.Column("id", sa.Uuid(), primary_key=True),
    number_column("number"),
    sa.Column("previous", sa.String(64), nullable=False),
    moment_column("at"),
    text_column("by"),
    text_column("action"),
    text_column("detail"),
    text_column("records"),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.UniqueConstraint("number"),
    # Two entries after one would be a fork: whoever raced for the head loses here.
    sa.UniqueConstraint("previous"),
)

START = "0" * 64
"""What the first entry calls the one before it."""


@frozen(kw_only=True)
class AuditEntry:
    """Who did what when, and the digest of the records written: count and hex SHA-256 by table."""

    id: UUID
    number: int
    previous: str
    at: datetime
    by: str
    action: str
    detail: dict[str, object]
    records: dict[str, tuple[int, str]]

    @property
    def hash(self) -> str:
        """The hex SHA-256 that the next entry names: over every field, as canonical JSON."""
        fields = [self.number, self.previous, self.id.hex, moment_text(self.at), self.by, self.action]
        return hashlib.sha256(json_text([*fields, self.detail, self.records]).encode()).hexdigest()


def lock_head(connection: Connection) -> tuple[int, str]:
    """Take the chain's head until the transaction ends, and return its number and hash.

    SQLite has one writer at a time already; PostgreSQL waits here.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock('audit_entries'::regclass::oid::bigint)")
    head = connection.execute(
        sa.select(entries.c.number, entries.c.hash).order_by(entries.c.number.desc()).limit(1)
    ).one_or_none()
    return (head.number, head.hash) if head is not None else (0, START)


def append(connection: Connection, entry: AuditEntry) -> None:
    """Write an entry."""
    connection.execute(
        sa.insert(entries).values(
            id=entry.id, number=entry.number, previous=entry.previous, at=entry.at, by=entry.by, action=entry.action,
            detail=json_text(entry.detail), records=json_text(entry.records), hash=entry.hash,
        )
    )  # fmt: skip


def chain(connection: Connection) -> Iterator[tuple[AuditEntry, str]]:
    """Yield every entry in order with the hash stored beside it."""
    for row in connection.execute(sa.select(entries).order_by(entries.c.number)):
        yield _entry(row), row.hash


def newest(
    connection: Connection, where: Sequence[sa.ColumnElement[bool]], limit: int
) -> Iterator[tuple[AuditEntry, str]]:
    """Yield the newest entries that fit *where*, at most *limit*, with the hash stored beside each."""
    query = sa.select(entries).where(*where).order_by(entries.c.number.desc()).limit(limit)
    for row in connection.execute(query):
        yield _entry(row), row.hash


def _entry(row: sa.Row[Any]) -> AuditEntry:
    records = {table: (count, digest) for table, (count, digest) in json.loads(row.records).items()}
    return AuditEntry(
        id=row.id, number=row.number, previous=row.previous, at=row.at, by=row.by, action=row.action,
        detail=json.loads(row.detail), records=records,
    )  # fmt: skip
