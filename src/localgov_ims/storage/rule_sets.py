"""Versions of the allocation rules, and which of them was in force since when: records, and never a head that changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.storage.audit import entries
from localgov_ims.storage.schema import number_column, points_to, record_table, text_column
from localgov_ims.storage.store import Unit

versions = record_table(
    "rule_set_versions",
    number_column("number"),
    sa.Column("sha256", sa.String(64), nullable=False),
    text_column("note"),
    text_column("text"),
    sa.UniqueConstraint("number"),
)

activations = record_table(
    "rule_set_activations",
    number_column("number"),
    points_to(versions, "version"),
    sa.UniqueConstraint("number"),
)


@frozen(kw_only=True)
class RuleSetVersion:
    """A version of the rules: its text as JSON with the SHA-256 of that, when (UTC) and by whom it was written, and why.

    `active` tells whether it is the one in force; `used` whether it ever was.
    """

    number: int
    sha256: str
    note: str
    text: str
    at: datetime
    by: str
    active: bool
    used: bool


def every(connection: Connection) -> Iterator[RuleSetVersion]:
    """Yield every version, the first one first."""
    used = connection.execute(sa.select(activations.c.version).order_by(activations.c.number)).scalars().all()
    query = (
        sa.select(versions, entries.c.at, entries.c.by)
        .join(entries, entries.c.id == versions.c.unit)
        .order_by(versions.c.number)
    )
    for row in connection.execute(query):
        yield _version(row, active=bool(used) and row.id == used[-1], used=row.id in used)


def with_number(connection: Connection, number: int) -> RuleSetVersion | None:
    """Return a version by its number, if there is one."""
    return next((version for version in every(connection) if version.number == number), None)


def active(connection: Connection, at: datetime | None = None) -> RuleSetVersion | None:
    """Return the version in force, now or *at* a moment; none where no rules had been recorded."""
    query = (
        sa.select(versions, entries.c.at, entries.c.by)
        .join(activations, activations.c.version == versions.c.id)
        .join(entries, entries.c.id == versions.c.unit)
        .order_by(activations.c.number.desc())
        .limit(1)
    )
    if at is not None:
        activated = entries.alias()
        query = query.join(activated, activated.c.id == activations.c.unit).where(activated.c.at <= at)
    row = connection.execute(query).one_or_none()
    return _version(row, active=at is None, used=True) if row is not None else None


def sha256_of(text: str) -> str:
    """Return what a version's text comes to."""
    return hashlib.sha256(text.encode()).hexdigest()


def add(unit: Unit, text: str, note: str) -> int:
    """Record a version, which is not in force yet, and return its number."""
    number = _next(unit.connection, versions)
    unit.record(versions, [(new_id(), number, sha256_of(text), note, text)])
    return number


def activate(unit: Unit, number: int) -> None:
    """Record that a version is in force from now on."""
    version = unit.connection.execute(
        sa.select(versions.c.id).where(versions.c.number == number)
    ).scalar_one()
    unit.record(activations, [(new_id(), _next(unit.connection, activations), version)])


def _next(connection: Connection, table: sa.Table) -> int:
    last = connection.execute(sa.select(sa.func.max(table.c.number))).scalar_one()
    return (last or 0) + 1


def _version(row: sa.Row[Any], *, active: bool, used: bool) -> RuleSetVersion:
    return RuleSetVersion(
        number=row.number, sha256=row.sha256, note=row.note, text=row.text, at=row.at, by=row.by, active=active, used=used
    )  # fmt: skip
