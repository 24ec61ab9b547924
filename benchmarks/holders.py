"""Account holders: from a file's bytes to recorded versions, beside a bare executemany of the same rows.

    python benchmarks/holders.py [--rows 100000] [--json]

Ours is the whole import of two files of the same accounts, the second with another balance for each: the bytes kept, read,
proved, every account looked up and recorded with seals, triggers, indexes and an audit entry, into a new SQLite database.
The bare one inserts the very rows that ours left in the two tables into a second database of the same schema, by
executemany and nothing else; fetching them first is not counted.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from attrs import evolve

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.import_types import ImportKind, ImportType
from localgov_ims.domain.received_files import Declared
from localgov_ims.service.files.importing import import_file
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.simulator.small_council import settings_text

TABLES = ("account_holders", "personal_data")
HEADER = (
    "fund,account_reference,title,forename,surname,address_1,address_2,postcode,balance,balance_as_at\r\n"
)


def opened(folder: Path) -> Installation:
    """Open a new council with an import type for account holders."""
    folder.mkdir()
    (folder / "council.toml").write_text(settings_text(), encoding="utf-8")
    made = open_installation(folder / "council.toml", by="benchmark", create=True)
    kind = ImportType(code="t", name="Tenants", kind=ImportKind.ACCOUNTS, format="account-holders")
    return evolve(made, council=evolve(made.council, import_types={**made.council.import_types, "t": kind}))


def a_file(rows: int, month: int) -> io.BytesIO:
    """Make a file in which every account owes something else each month."""
    out = io.StringIO(newline="")
    out.write(HEADER)
    for n in range(rows):
        pence = (n * 37 + month) % 100_000
        out.write(
            f"SUSP,{10_000_000_000 + n},Mrs,Forename{n % 977},Surname{n % 7919},{n % 300} High Street,Town{n % 50},"
            f"AB{n % 90} {n % 9}CD,{pence // 100}.{pence % 100:02},2026-0{month}-01\r\n"
        )
    return io.BytesIO(out.getvalue().encode())


def ours(folder: Path, rows: int) -> list[float]:
    """Import two files; return the seconds that each took, of the wall and of the processor."""
    desk, took = opened(folder), []
    for month in (4, 5):
        incoming = Incoming(
            name=f"{month}.csv", stream=a_file(rows, month), declared=Declared(import_type="t")
        )
        began = time.process_time()
        result = import_file(desk, incoming)
        took.append(time.process_time() - began)
        if result.status != "recorded":
            raise SystemExit(f"not recorded: {result.issues}")
    desk.store.close()
    return took


def bare(folder: Path, other: Path) -> float:
    """Insert the same rows into another database by executemany; return the processor's seconds."""
    opened(other).store.close()
    took = 0.0
    with (
        closing(sqlite3.connect(folder / "ims.sqlite")) as source,
        closing(sqlite3.connect(other / "ims.sqlite")) as target,
    ):
        for table in TABLES:
            rows: list[Any] = source.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - our own names
            marks = ", ".join("?" * len(rows[0]))
            began = time.process_time()
            with target:
                target.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own names
            took += time.process_time() - began
    return took


def main() -> None:
    """Measure, and print rows a second of processor time."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        new, changed = ours(Path(folder) / "ours", given.rows)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        plain = bare(Path(folder) / "ours", Path(folder) / "bare") / 2
    found = {
        "rows": given.rows, "new_rows_per_second": round(given.rows / new),
        "changed_rows_per_second": round(given.rows / changed), "bare_rows_per_second": round(given.rows / plain),
        "of_bare_percent": round(100 * 2 * plain / (new + changed)), "peak_mib": peak,
    }  # fmt: skip
    print(
        json.dumps(found) if given.json else "\n".join(f"{name}: {value:,}" for name, value in found.items())
    )


if __name__ == "__main__":
    main()
