"""Charts of accounts as they were imported; the newest of a ledger is in force, the others stay as records."""

from __future__ import annotations

import json
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.chart import ChartEntry
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.storage.schema import day_column, json_text, number_column, record_table, text_column
from localgov_ims.storage.store import Unit

entries = record_table(
    "chart_entries",
    text_column("ledger"),
    number_column("version"),
    text_column("code"),
    text_column("dimensions"),
    day_column("open_on", nullable=True),
    day_column("closed_on", nullable=True),
    text_column("nature"),
    sa.UniqueConstraint("ledger", "version", "code", "dimensions"),
)


def version(connection: Connection, ledger: str) -> int:
    """Return the number of the newest chart of a ledger; 0 where it has none."""
    query = sa.select(sa.func.max(entries.c.version)).where(entries.c.ledger == ledger)
    return connection.execute(query).scalar_one() or 0


def in_force(connection: Connection, ledger: str) -> dict[LedgerAccount, ChartEntry]:
    """Return the newest chart of a ledger."""
    newest = version(connection, ledger)
    query = sa.select(entries).where(entries.c.ledger == ledger, entries.c.version == newest)
    found: dict[LedgerAccount, ChartEntry] = {}
    for row in connection.execute(query):
        account = LedgerAccount(row.code, tuple(json.loads(row.dimensions)))
        found[account] = ChartEntry(
            account=account, open_on=row.open_on, closed_on=row.closed_on, nature=row.nature
        )
    return found


def add(unit: Unit, ledger: str, chart: Iterable[ChartEntry]) -> int:
    """Record a new chart of a ledger, and return its number.

    Raises:
        AlreadyDone: Somebody else imported one meanwhile.
    """
    number = version(unit.connection, ledger) + 1
    unit.record(
        entries,
        [
            (
                new_id(), ledger, number, each.account.code, json_text(each.account.dimensions), each.open_on,
                each.closed_on, each.nature,
            )
            for each in chart
        ],
    )  # fmt: skip
    return number
