"""Bacs reports that were imported: each once, under its service user number and key."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.storage.files import files
from localgov_ims.storage.schema import (
    day_column,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

reports = record_table(
    "bacs_reports",
    points_to(files, "file"),
    text_column("service_user"),
    text_column("key"),
    text_column("kind"),
    text_column("number"),
    day_column("reported_on"),
    number_column("items"),
    pence_column("pence"),
    text_column("content"),
    sa.UniqueConstraint("service_user", "key"),
)


@frozen(kw_only=True)
class BacsReport:
    """A report that was imported: `content` tells the same one from another under its key."""

    id: UUID
    file: UUID
    service_user: str
    key: str
    kind: str
    number: str
    reported_on: date
    items: int
    total: Money
    content: str


def add(unit: Unit, report: BacsReport) -> None:
    """Record a report; its items may have come before it."""
    r = report
    row = (
        r.id, r.file, r.service_user, r.key, r.kind, r.number, r.reported_on, r.items, r.total.pence, r.content,
    )  # fmt: skip
    unit.record(reports, [row])


def content_by_key(connection: Connection, service_user: str, key: str) -> str | None:
    """Return the content of the report that a service user has under *key*, if it is here."""
    query = sa.select(reports.c.content).where(reports.c.service_user == service_user, reports.c.key == key)
    return connection.execute(query).scalar_one_or_none()
