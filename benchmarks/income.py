"""Income files: from the file's bytes to recorded lines, beside a bare executemany of the same rows.

    python benchmarks/income.py [--rows 100000] [--rules 50] [--json]

Ours is the whole import of a file in the standard CSV: the bytes kept, read, proved, every row allocated by the rules and
recorded with seals, triggers, indexes and an audit entry, into a new SQLite database. The bare one inserts the very rows
that ours left in the tables of transactions, lines and suspense items into a second database of the same schema, by
executemany and nothing else; fetching them first is not counted. Each runs in a process of its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

NOW = datetime(2026, 5, 13, 9, 0, tzinfo=UTC)
TABLES = ("transactions", "transaction_lines", "suspense_items")
BLOCK = 20_000

SETTINGS = """
[council]
name = "Benchmark Council"
subdivision = "ENG"

[database]
url = "sqlite:///ours.sqlite"

[special_methods]
bank_transfer = "12"
portal = "90"
telephone = "91"
staff_card = "92"
cheque = "24"
fee = "PF"
transfer_out = "11"
transfer_in = "10"
reallocation_out = "JN"
reallocation_in = "JR"
payables = "13"

[vat.S]
treatment = "standard"
rates = [{ from_on = 2011-01-04, rate = "0.200" }]
ledger = { code = "9810" }

[funds.SUSP]
name = "Suspense"
nature = "liability"
ledger = { code = "9900" }
suspense = true

[import_types.agency]
name = "Agency"
format = "standard-income"
defaults = { mop = "15" }
vat = "compute"
"""


def settings(rules: int) -> str:
    """Return a council with a fund for each ten rules, and *rules* rules of the kinds that councils write."""
    parts = [SETTINGS]
    parts += [
        f'[methods.{mop}]\nname = "Method {mop}"\nclearing = {{ code = "91{mop}" }}\n'
        for mop in ("10", "11", "12", "13", "15", "24", "90", "91", "92", "JN", "JR", "PF")
    ]
    for n in range(-(-rules // 10)):
        vat = 'vat_code = "S"\n' if n % 3 == 2 else ""
        parts.append(
            f'[funds.F{n}]\nname = "Fund {n}"\nnature = "income"\nledger = {{ code = "5{n:03d}" }}\n{vat}'
        )
    parts += [
        f'[[rule]]\nname = "Rule {n}"\norder = {100 + n}\n{_condition(n)}\nset = {{ fund = "F{n // 10}" }}\nstop = true\n'
        for n in range(rules)
    ]
    return "\n".join(parts)


def _condition(n: int) -> str:
    kinds = (
        f'{{ field = "account_reference", op = "starts_with", value = "{10 + n}7" }}',
        f"""{{ field = "account_reference", op = "matches", value = '{10 + n}7\\d{{7}}' }}""",
        f'{{ field = "narrative", op = "equals", value = "SERVICE {n}" }}',
        f'{{ field = "source_reference", op = "one_of", value = ["S{n}", "T{n}"] }}',
    )
    blank = '{ field = "fund", op = "blank" }'
    return f"when.all = [ {blank}, {kinds[n % 4]} ]"


def rows(number: int, rules: int) -> Iterator[list[str]]:
    """Yield rows of the standard CSV, of which one in a hundred fits no rule."""
    chance = random.Random(7)
    for n in range(number):
        rule = chance.randrange(rules)
        reference = (
            f"{10 + rule}7{chance.randrange(10_000_000):07d}"
            if rule % 4 < 2
            else f"{chance.randrange(10**9):09d}"
        )
        if n % 100 == 99:
            reference, rule = f"X{n:08d}", rules + 3
        narrative = f"SERVICE {rule}" if rule % 4 == 2 else "Payment received"
        theirs = f"S{rule}" if rule % 4 == 3 else f"A{n:09d}"
        day = (date(2026, 5, 12) - timedelta(days=chance.randrange(20))).isoformat()
        yield [
            f"R{n:09d}", f"I{n:09d}", theirs, "", f"{day} 09:00:00", f"{day} 08:59:30", reference, "1", "", "",
            f"{chance.randrange(100, 50_000) / 100:.2f}", "", "", "", narrative,
        ]  # fmt: skip


def ours(folder: Path) -> dict[str, float]:
    """Import the file: seconds, and the most memory that this process ever had."""
    from localgov_ims.bootstrap.installing import open_installation  # noqa: PLC0415 - measured in its own process
    from localgov_ims.domain.received_files import Declared  # noqa: PLC0415
    from localgov_ims.service.files.importing import import_file  # noqa: PLC0415
    from localgov_ims.service.files.receiving import Incoming  # noqa: PLC0415

    opened = open_installation(folder / "council.toml", clock=lambda: NOW, by="benchmark", create=True)
    began = time.perf_counter()
    with (folder / "income.csv").open("rb") as stream:
        result = import_file(
            opened, Incoming(name="income.csv", stream=stream, declared=Declared(import_type="agency"))
        )
    took = time.perf_counter() - began
    opened.store.close()
    if result.status != "recorded":
        raise SystemExit(f"{result.status}: {result.issues[:3]}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": took, "peak_mb": peak, "suspense": result.counts.get("suspense", 0)}


def bare(folder: Path) -> dict[str, float]:
    """Insert the rows that ours left into a new database: the seconds of executemany and the commit alone."""
    from localgov_ims.storage.store import Store  # noqa: PLC0415 - makes the schema

    Store.open(f"sqlite:///{folder / 'bare.sqlite'}", lambda: NOW, create=True).close()
    source = sqlite3.connect(folder / "ours.sqlite")
    target = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",
    ):
        target.execute(f"PRAGMA {pragma}")
    cursors = {table: source.execute(f"SELECT * FROM {table} ORDER BY ordinal") for table in TABLES}  # noqa: S608 - our own names
    took = 0.0
    target.execute("BEGIN IMMEDIATE")
    while blocks := {table: block for table, cursor in cursors.items() if (block := cursor.fetchmany(BLOCK))}:
        began = time.perf_counter()
        for table, block in blocks.items():
            marks = ", ".join("?" * len(block[0]))
            target.executemany(f"INSERT INTO {table} VALUES ({marks})", block)  # noqa: S608 - our own names
        took += time.perf_counter() - began
    began = time.perf_counter()
    target.execute("COMMIT")
    return {"seconds": took + time.perf_counter() - began}


def main() -> None:
    """Make the file, run both, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rules", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", choices=("ours", "bare"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only is not None:
        print(json.dumps(ours(given.folder) if given.only == "ours" else bare(given.folder)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "council.toml").write_text(settings(given.rules), encoding="utf-8")
        with (folder / "income.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows(given.rows, given.rules))
        mine, plain = (_apart(which, folder) for which in ("ours", "bare"))
    result = {
        "rows": given.rows, "rules": given.rules, "seconds": round(mine["seconds"], 2),
        "rows_per_second": round(given.rows / mine["seconds"]), "peak_mb": round(mine["peak_mb"]),
        "bare_rows_per_second": round(given.rows / plain["seconds"]),
        "ratio": round(plain["seconds"] / mine["seconds"], 2), "suspense": int(mine["suspense"]),
    }  # fmt: skip
    print(
        json.dumps(result) if given.json else "\n".join(f"{name}: {value}" for name, value in result.items())
    )


def _apart(which: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--only", which, "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


if __name__ == "__main__":
    main()
