"""Law 1: money is whole pence and nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.service.council import Council
from localgov_ims.service.laws.law import Findings
from localgov_ims.storage.reconciliation import dispositions, matches
from localgov_ims.storage.tables import filled
from localgov_ims.storage.transactions import lines, suspense, transactions


def check(connection: Connection, council: Council, findings: Findings) -> None:
    """Prove that every amount is a whole number, VAT lies inside its amount, and every decision names its rule."""
    for table in filled(connection):
        findings.take(_not_whole(connection, table, findings))
    findings.take(_vat_outside(connection))
    findings.take(_unexplained(connection, council))


def _not_whole(connection: Connection, table: sa.Table, findings: Findings) -> Iterator[str]:
    """Look at all the amounts of a table at once, and name what is none."""
    columns = _amounts(table)
    if not columns:
        return
    findings.look_at(sum(connection.execute(_counted(table)).one()))
    if connection.dialect.name != "sqlite":
        return  # a bigint column of PostgreSQL holds nothing else
    for row in connection.execute(_wrong(table)).mappings():
        for column in columns:
            if row[column.name] is not None:
                yield f"{table.name} {row['id']}: {column.name} is {row[column.name]!r}, which is not a whole number."


def _amounts(table: sa.Table) -> list[sa.Column[int]]:
    return [c for c in table.columns if isinstance(c.type, sa.BigInteger) and c.name != "ordinal"]


@cache
def _counted(table: sa.Table) -> sa.Executable:
    return sa.select(*map(sa.func.count, _amounts(table)))


@cache
def _wrong(table: sa.Table) -> sa.Select[Any]:
    wrong = {
        column: column.is_not(None) & (sa.func.typeof(column) != "integer") for column in _amounts(table)
    }
    named = (sa.case((found, sa.cast(column, sa.Text))).label(column.name) for column, found in wrong.items())
    return sa.select(table.c.id, *named).where(sa.or_(*wrong.values()))


def _vat_outside(connection: Connection) -> Iterator[str]:
    outside = (sa.func.abs(lines.c.vat) > sa.func.abs(lines.c.pence)) | (
        sa.func.sign(lines.c.vat) * sa.func.sign(lines.c.pence) < 0
    )
    for row in connection.execute(sa.select(lines.c.reference, lines.c.vat, lines.c.pence).where(outside)):
        yield f"Line {row.reference}: VAT of {row.vat} pence does not lie in {row.pence} pence."


def _unexplained(connection: Connection, council: Council) -> Iterator[str]:
    query = (
        sa.select(lines.c.reference)
        .join(transactions, transactions.c.id == lines.c.transaction)
        .where(
            transactions.c.origin_kind == "statement_line", lines.c.fund != council.suspense_fund.code,
            lines.c.rule.is_(None),
        )
    )  # fmt: skip
    for row in connection.execute(query):
        yield f"Line {row.reference}: it is in a fund, and no rule says why."
    for row in connection.execute(sa.select(suspense.c.id).where(suspense.c.reason == "")):
        yield f"Suspense item {row.id}: it has no reason."
    for table in (matches, dispositions):
        reason = table.c.rule if table is matches else table.c.reason
        for row in connection.execute(sa.select(table.c.id).where(reason == "")):
            yield f"{table.name} {row.id}: nothing says why it was made."
