"""Building journals of many receipts, beside a bare executemany of the same journal lines into the same table.

    python benchmarks/posting.py [--lines 1000000] [--json]

Receipts of 12.00 and more with VAT, over ten days: each makes three journal lines. What is timed is one run of
`build_journals`, from asking what is new to the commit; then a second run, which finds nothing. SQLite, on disk.
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

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.money import Money
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import Channel, LineInput, Origin, Transaction
from localgov_ims.domain.vat import Treatment, VatRate
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage import transactions as stored

NOW = datetime(2026, 5, 31, 9, 0, tzinfo=UTC)
BLOCK = 2000
LINES_EACH = 3


def made(first: int, number: int) -> Iterator[Transaction]:
    """Make receipts of one line each."""
    rate = VatRate(200)
    for n in range(first, first + number):
        line = LineInput(
            fund="13", account_reference=f"GW{n:07d}", amount=Money(1200 + n % 5000), mop="14", vat_code="S",
            vat_treatment=Treatment.STANDARD, vat_rate=rate, vat=rate.vat_in(Money(1200 + n % 5000)),
        )  # fmt: skip
        yield receipt(
            [line], channel=Channel.FILE, origin=Origin("file_row", f"{n}"), taken_on=date(2026, 5, 11 + n % 10),
            recorded_at=NOW, recorded_by="income",
        )  # fmt: skip


def recorded(installation: Installation, number: int) -> None:
    """Record the receipts, a block at a time."""
    with installation.unit("record") as unit:
        for first in range(0, number, BLOCK):
            stored.add(unit, list(made(first, min(BLOCK, number - first))))
        unit.commit()


def bare(folder: Path) -> float:
    """Insert the journal lines that were made into a table like theirs, and nothing else: seconds of CPU."""
    source = sqlite3.connect(folder / "ims.sqlite")
    create = source.execute("SELECT sql FROM sqlite_master WHERE name = 'journal_lines'").fetchone()[0]
    target = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        target.execute(f"PRAGMA {pragma}")
    target.execute(create)  # foreign keys are off in a plain connection
    target.execute("CREATE INDEX ix_journal_lines_source_id ON journal_lines (source_id)")
    rows = source.execute("SELECT * FROM journal_lines")
    marks = ", ".join("?" * len(rows.description))
    took = 0.0
    target.execute("BEGIN IMMEDIATE")
    while block := rows.fetchmany(BLOCK):
        began = time.process_time()
        target.executemany(f"INSERT INTO journal_lines VALUES ({marks})", block)  # noqa: S608 - only marks
        took += time.process_time() - began
    began = time.process_time()
    target.execute("COMMIT")
    return took + time.process_time() - began


def measured(lines: int, folder: Path) -> dict[str, object]:
    """Record, build twice, and insert barely."""
    (folder / "council.toml").write_text(settings_text(), encoding="utf-8")
    installation = open_installation(folder / "council.toml", clock=lambda: NOW, by="benchmark", create=True)
    recorded(installation, lines // LINES_EACH)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    began, cpu = time.perf_counter(), time.process_time()
    built = build_journals(installation, "MAIN")
    first, cpu = time.perf_counter() - began, time.process_time() - cpu
    began = time.perf_counter()
    again = build_journals(installation, "MAIN")
    second = time.perf_counter() - began
    installation.store.close()
    made_lines = lines // LINES_EACH * LINES_EACH
    return {
        "lines": made_lines, "journals": len(built.journals), "seconds": round(first, 1), "cpu_seconds": round(cpu, 1),
        "per_second": round(made_lines / first), "again_seconds": round(second, 3), "again_journals": len(again.journals),
        "bare_cpu_seconds": round(bare(folder), 1), "mb_before": before,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measured(given.lines, Path(folder))
    print(
        json.dumps(result) if given.json else "\n".join(f"{name}: {value}" for name, value in result.items())
    )


if __name__ == "__main__":
    main()
