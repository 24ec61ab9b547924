"""Reading what is held of a person, for their subject access."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.storage import files, holders, people, personal
from localgov_ims.storage.audit import entries
from localgov_ims.storage.retiring import one_of


@frozen(kw_only=True)
class Change:
    """A unit of work that recorded something about a person: its number in the audit trail, when, by whom, and what."""

    number: int
    at: datetime
    by: str
    action: str


def beside(
    connection: Connection, table: sa.Table, records: Collection[UUID]
) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Yield the personal data beside records of a table."""
    for fits in one_of(table, records):
        query = (
            sa.select(table.c.id, personal.data.c.value)
            .join(personal.data, personal.data.c.record == table.c.id)
            .where(fits)
            .order_by(table.c.id)
        )
        yield from ((row.id, personal.read(row.value)) for row in connection.execute(query))


def holder_rows(
    connection: Connection, records: Collection[UUID]
) -> Iterator[tuple[sa.Row[Any], dict[str, Any]]]:
    """Yield versions of account holders with the person beside each, by account and number."""
    for fits in one_of(holders.holders, records):
        query: sa.Select[Any] = (
            sa.select(holders.holders, personal.data.c.value)
            .outerjoin(personal.data, personal.data.c.record == holders.holders.c.id)
            .where(fits)
            .order_by(holders.holders.c.fund, holders.holders.c.account_reference, holders.holders.c.number)
        )
        yield from ((row, personal.read(row.value)) for row in connection.execute(query))


def file_rows(connection: Connection, records: Collection[UUID]) -> Iterator[sa.Row[Any]]:
    """Yield received files by name, each with when it came."""
    for fits in one_of(files.files, records):
        query: sa.Select[Any] = (
            sa.select(files.files.c.name, files.files.c.sha256, files.files.c.size, entries.c.at)
            .join(entries, entries.c.id == files.files.c.unit)
            .where(fits)
            .order_by(entries.c.at)
        )
        yield from connection.execute(query)


def sign_ins(connection: Connection, user: UUID) -> list[datetime]:
    """Return when a user signed in."""
    query = (
        sa.select(people.sign_ins.c.at).where(people.sign_ins.c.user == user).order_by(people.sign_ins.c.at)
    )
    return list(connection.execute(query).scalars())


def changes(connection: Connection, about: Mapping[sa.Table, Collection[UUID]]) -> list[Change]:
    """Return the units of work that recorded these records, the oldest first."""
    found: dict[int, Change] = {}
    for table, records in about.items():
        for fits in one_of(table, records):
            query = sa.select(entries).where(entries.c.id.in_(sa.select(table.c.unit).where(fits)))
            for row in connection.execute(query):
                found[row.number] = Change(number=row.number, at=row.at, by=row.by, action=row.action)
    return [found[number] for number in sorted(found)]
