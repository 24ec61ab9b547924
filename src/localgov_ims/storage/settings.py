"""Versions of the settings and of the set of plugins: what was in force when a record was made."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
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


def add(unit: Unit, subject: str, number: int, text: str) -> None:
    """Record a version."""
    unit.record(versions, [(new_id(), subject, number, hashlib.sha256(text.encode()).hexdigest(), text)])
