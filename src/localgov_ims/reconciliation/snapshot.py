"""The snapshot: open records as tables of DuckDB, and what is taken out of them as rules find its counterpart."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from localgov_ims.reconciliation.kinds import GROUPS, KINDS, Kind

RECORDS = {kind.record: kind for kind in KINDS.values()}
"""The kinds that are loaded, by the name that Matches keep."""

_BEYOND = {"line": ("code", "counterparty", "text"), "receipt": ("state",)}
"""Columns that no rule compares: what recognisers look at, and whether a receipt is still `open` or was `banked`."""


def columns_of(record: str) -> list[str]:
    """Return the columns in which records are loaded: id, day (proleptic ordinal), pence, its own by name, and more."""
    own = sorted(
        set().union(*(kind.columns for kind in KINDS.values() if kind.record == record)) - _named(record)
    )
    return ["id", "day", "pence", *own, *_BEYOND.get(record, ())]


def _named(record: str) -> frozenset[str]:
    return GROUPS if record == "line" else frozenset()


class Snapshot:
    """The tables. `identifier` is their ids' type: the store's are UUIDs."""

    def __init__(self, identifier: str = "UUID") -> None:
        """Open an empty snapshot in memory."""
        self.duck = duckdb.connect(":memory:")
        self.duck.execute("SET preserve_insertion_order = false")  # every order that matters is asked for
        self._made: dict[str, int] = {}
        for record, kind in RECORDS.items():
            named = columns_of(record)[3:]
            columns = "".join(f", {column} VARCHAR" for column in named)
            self.duck.execute(
                f"CREATE TABLE {kind.base} (id {identifier}, day INTEGER, pence BIGINT{columns})"
            )
            for part in sorted(set().union(*(k.parts for k in KINDS.values() if k.record == record))):
                self.duck.execute(
                    f"CREATE TABLE {kind.base}_{part} (id {identifier}, {part} VARCHAR, written VARCHAR)"
                )
        self.duck.execute(f"CREATE TABLE refused (left_id {identifier}, right_id {identifier})")
        for kind in KINDS.values():
            self.duck.execute(f"CREATE OR REPLACE VIEW {kind.table} AS {_opened(kind)}")

    def load(self, record: str, rows: Iterable[Sequence[object]]) -> None:
        """Add records, each in the order of `columns_of`; what is left out at the end is none."""
        self._copy(RECORDS[record].base, columns_of(record), rows)

    def load_part(self, record: str, part: str, rows: Iterable[Sequence[object]]) -> None:
        """Add texts that records have several of: id, text, and how it was written."""
        self._copy(f"{RECORDS[record].base}_{part}", ["id", part, "written"], rows)

    def take_from(self, target: str, relation: str) -> None:
        """Add what a relation of DuckDB gives, by name: `target` is a kind, or a kind and its part, `receipt.account_reference`."""
        record, _, part = target.partition(".")
        table = RECORDS[record].base + (f"_{part}" if part else "")
        self.duck.execute(f"INSERT INTO {table} BY NAME {relation}")

    def empty(self, kind: Kind, column: str) -> bool:
        """Tell whether no open record has a column."""
        return (
            self.duck.execute(f"SELECT 1 FROM {kind.table} WHERE {column} IS NOT NULL LIMIT 1").fetchone()
            is None
        )

    def close_matched(self, kind: Kind, ids: str) -> None:
        """Take records out of what is open: those that the relation *ids* gives in its column `id`."""
        version = self._made.get(kind.table, 0) + 1
        made, before = f"{kind.table}_{version}", f"{kind.table}_{version - 1}"
        self.duck.execute(
            f"CREATE TABLE {made} AS SELECT o.* FROM {kind.table} AS o ANTI JOIN {ids} AS c ON c.id = o.id"
        )
        self.duck.execute(f"CREATE OR REPLACE VIEW {kind.table} AS FROM {made}")
        self.duck.execute(f"DROP TABLE IF EXISTS {before}")
        self._made[kind.table] = version

    def _copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        # CSV is what DuckDB reads fastest of what the standard library can write.
        with tempfile.TemporaryDirectory(prefix="ims-") as folder:
            path = Path(folder) / "rows.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(rows)
            # Nothing is sniffed: the file says exactly what was written, none as nothing.
            options = """FORMAT csv, AUTO_DETECT false, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR '', NEW_LINE '\\r\\n'"""
            self.duck.execute(f"COPY {table} ({', '.join(columns)}) FROM '{path}' ({options})")


def _opened(kind: Kind) -> str:
    if kind.table == "open_lines":
        return "SELECT * FROM all_lines"
    if kind.table == "open_named_lines":
        groups = ", ".join(f"CAST(NULL AS VARCHAR) AS {name}" for name in sorted(GROUPS))
        return f"SELECT *, {groups} FROM all_lines WHERE FALSE"
    if kind.table == "open_receipts":
        return "SELECT * FROM all_receipts WHERE state IS DISTINCT FROM 'banked'"
    return f"SELECT * FROM {kind.base}"
