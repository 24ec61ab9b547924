"""Versions of the settings and of the set of plugins: what was in force when a record was made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.storage.audit import entries
from localgov_ims.storage.schema import number_column, record_table, text_column
from localgov_ims.storage.store import Unit

versions = record_table(
    "settings_versions",
    text_column("subject"),
    number_column("number"),
    sa.Column("sha256", sa.String(64), nullable=False),
    text_column("text"),
    sa.UniqueConstraint("subject", "number"),
)

SETTINGS, PLUGINS = "settings", "plugins"


def latest(connection: Connection, subject: str) -> tuple[int, str] | None:
    """Return number and text of the version in force, if there is one."""
    query = (
        sa.select(versions).where(versions.c.subject == subject).order_by(versions.c.number.desc()).limit(1)
    )
    row = connection.execute(query).one_or_none()
    return (row.number, row.text) if row is not None else None


@frozen(kw_only=True)
class Version:
    """A version that was in force: since when (UTC), put there by whom, and the SHA-256 of its text."""

    number: int
    at: datetime
    by: str
    sha256: str


def history(connection: Connection, subject: str) -> Iterator[Version]:
    """Yield every version, the first one first, with what the audit trail says of it."""
    query = (
        sa.select(versions.c.number, versions.c.sha256, entries.c.at, entries.c.by)
        .join(entries, entries.c.id == versions.c.unit)
        .where(versions.c.subject == subject)
        .order_by(versions.c.number)
    )
    for row in connection.execute(query):
        yield Version(number=row.number, at=row.at, by=row.by, sha256=row.sha256)


def text_of(connection: Connection, subject: str, number: int) -> str | None:
    """Return the text of a version, if there is one of this number."""
    query = sa.select(versions.c.text).where(versions.c.subject == subject, versions.c.number == number)
    return connection.execute(query).scalar_one_or_none()


def add(unit: Unit, subject: str, number: int, text: str) -> None:
    """Record a version."""
    unit.record(versions, [(new_id(), subject, number, hashlib.sha256(text.encode()).hexdigest(), text)])
