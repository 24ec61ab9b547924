"""Restricted accounts, by version: the latest of an account says whether it is restricted."""

from __future__ import annotations

import json
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.restrictions import Restriction, RestrictionKind
from localgov_ims.storage.schema import json_text, moment_column, number_column, record_table, text_column
from localgov_ims.storage.store import Unit

restrictions = record_table(
    "restricted_accounts",
    text_column("fund"),
    text_column("account_reference"),
    number_column("number"),
    text_column("kind"),
    text_column("users"),
    text_column("reason"),
    number_column("lifted"),
    text_column("by"),
    moment_column("at"),
    sa.UniqueConstraint("fund", "account_reference", "number"),
)


def add(unit: Unit, r: Restriction) -> None:
    """Record a restriction, or that one is lifted."""
    users = json_text(r.users)
    row = (
        r.id, r.fund, r.account_reference, r.number, r.kind.value, users, r.reason, int(r.lifted), r.by, r.at,
    )  # fmt: skip
    unit.record(restrictions, [row])


def latest(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[Restriction]:
    """Yield the latest record of each account that was ever restricted."""
    table, later = restrictions, restrictions.alias()
    newest = (
        sa.select(sa.func.max(later.c.number))
        .where(later.c.fund == table.c.fund, later.c.account_reference == table.c.account_reference)
        .scalar_subquery()
    )
    query = sa.select(table).where(table.c.number == newest, *where)
    for row in connection.execute(query.order_by(table.c.fund, table.c.account_reference)):
        yield Restriction(
            id=row.id, fund=row.fund, account_reference=row.account_reference, number=row.number,
            kind=RestrictionKind(row.kind), users=tuple(json.loads(row.users)), reason=row.reason,
            lifted=bool(row.lifted), by=row.by, at=row.at,
        )  # fmt: skip


def in_force() -> sa.ColumnElement[bool]:
    """Return the condition that a record restricts, and does not lift."""
    return restrictions.c.lifted == 0
