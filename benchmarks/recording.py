"""Recording transactions in bulk, beside a bare executemany of the same rows into the same tables.

    python benchmarks/recording.py [--transactions 200000] [--json]

Both write to a new SQLite database each, of the same schema, indexes and triggers, in one run and one transaction. Ours
makes rows of records, seals each, and ends with an audit entry; the bare one has its rows ready. The time to make the
records themselves (identifiers, references, checks of the laws) is given apart, for it is spent on either way.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import Channel, LineInput, Origin, Transaction
from localgov_ims.domain.vat import Treatment, VatRate
from localgov_ims.storage import transaction_rows
from localgov_ims.storage import transactions as stored
from localgov_ims.storage.loader import bound
from localgov_ims.storage.store import Store

NOW = datetime(2026, 5, 13, 9, 0, tzinfo=UTC)
BLOCK = 2000


def made(number: int) -> Iterator[Transaction]:
    """Make receipts of one line each, as an agent's file brings them."""
    rate = VatRate(200)
    for n in range(number):
        line = LineInput(
            fund="13", account_reference=f"GW{n:07d}", amount=Money(1200 + n % 5000), mop="14", vat_code="S",
            vat_treatment=Treatment.STANDARD, vat_rate=rate, vat=rate.vat_in(Money(1200 + n % 5000)),
            narrative="Garden waste", rule="Garden waste by reference",
        )  # fmt: skip
        yield receipt(
            [line], channel=Channel.FILE, origin=Origin("file_row", f"{n}"), taken_on=date(2026, 5, 12), recorded_at=NOW,
            recorded_by="income", provider="agent", provider_reference=f"A{n:09d}",
        )  # fmt: skip


def ours(folder: Path, ready: list[Transaction]) -> float:
    """Record them through the bulk path: seconds."""
    store = Store.open(f"sqlite:///{folder / 'ours.sqlite'}", lambda: NOW, create=True)
    began = time.perf_counter()
    with store.unit("record", by="benchmark") as unit:
        for start in range(0, len(ready), BLOCK):
            stored.add(unit, ready[start : start + BLOCK])
        unit.commit()
    took = time.perf_counter() - began
    store.close()
    return took


def bare(folder: Path, ready: list[Transaction]) -> float:
    """Insert the same rows, ready as tuples, by executemany and nothing else: seconds."""
    store = Store.open(f"sqlite:///{folder / 'bare.sqlite'}", lambda: NOW, create=True)
    rows = {table: list(_rows(store, table, ready)) for table in (stored.transactions, stored.lines)}
    store.close()
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    for start in range(0, len(ready), BLOCK):
        for table, every in rows.items():
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            marks = ", ".join("?" * len(table.columns))
            statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608 - our own names
            connection.executemany(statement, every[start : start + BLOCK])
    connection.execute("COMMIT")
    took = time.perf_counter() - began
    connection.close()
    return took


def _rows(store: Store, table: sa.Table, ready: list[Transaction]) -> Iterator[tuple[Any, ...]]:
    unit, seal = new_id(), bytes(range(32))
    with store.reading() as connection:
        for ordinal, each in enumerate(ready):
            if table is stored.transactions:
                own = transaction_rows.row(each, None)
            else:
                own = transaction_rows.line_row(each.id, each.lines[0], None)
            yield bound(connection, table, [(*own, unit, ordinal, seal)])[0]


def main() -> None:
    """Run both, twice in turn, and print the better of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transactions", type=int, default=200_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    began = time.perf_counter()
    ready = list(made(given.transactions))
    making = time.perf_counter() - began
    times: dict[str, list[float]] = {"bare": [], "ours": []}
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder:
            times["bare"].append(bare(Path(folder), ready))
        with tempfile.TemporaryDirectory() as folder:
            times["ours"].append(ours(Path(folder), ready))
    best = {name: min(taken) for name, taken in times.items()}
    result = {
        "transactions": given.transactions,
        "seconds": round(best["ours"], 2),
        "per_second": round(given.transactions / best["ours"]),
        "bare_seconds": round(best["bare"], 2),
        "ratio": round(best["bare"] / best["ours"], 2),
        "making_records_seconds": round(making, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(
        json.dumps(result) if given.json else "\n".join(f"{name}: {value}" for name, value in result.items())
    )


if __name__ == "__main__":
    main()
