"""The snapshot: open records as tables of DuckDB, and what is taken out of them as rules find its counterpart."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

import duckdb

from localgov_ims.errors import RuleViolation
from localgov_ims.reconciliation.handing_over import passing_file
from localgov_ims.reconciliation.kinds import GROUPS, KINDS, Kind

RECORDS = {kind.record: kind for kind in KINDS.values()}
"""The kinds that are loaded, by the name that Matches keep."""

_BEYOND = {"line": ("code", "counterparty", "text", "state"), "receipt": ("state",)}
"""Columns that no rule compares: what recognisers look at, and whether a receipt is still `open` or was `banked`.

A line is `open`, or `booked`: it became income, or went to suspense, and is compared with totals alone.
"""

UNREAD = "code, counterparty, state"
"""Columns of a line that only recognisers look at."""

_LONGEST_LINE = 64 * 1024 * 1024

_MUCH = 4
"""Which part of what is open must be taken out for the rest to be copied: a quarter."""

_PERSONAL = (
    '{"name": "VARCHAR", "narrative": ["VARCHAR"], '
    '"details": [{"name": "VARCHAR", "narrative": ["VARCHAR"], "references": {"structured": "VARCHAR"}}]}'
)
"""What is read of the personal data of a line, `said`, which is JSON."""


_WHOLE_RECEIPTS = """
SELECT id, MIN(day) AS day, CAST(SUM(pence) AS BIGINT) AS pence, ARG_MIN(banking, mop) AS banking,
  CASE WHEN MIN(fund) = MAX(fund) THEN MIN(fund) ELSE MIN(fund) || ' ' || MAX(fund) END AS fund,
  MIN(provider) AS provider, MIN(provider_reference) AS provider_reference, MIN(merchant) AS merchant,
  MIN(reference) AS reference, MIN(state) AS state
FROM receipt_lines GROUP BY id"""

_ACCOUNTS = """
SELECT DISTINCT id, account_reference, account_reference AS written FROM receipt_lines
WHERE account_reference IS NOT NULL AND state = 'open'"""


def columns_of(record: str) -> list[str]:
    """Return the columns in which records are loaded: id, day, pence, its own by name, and more."""
    own = sorted(
        set().union(*(kind.columns for kind in KINDS.values() if kind.record == record)) - _named(record)
    )
    return ["id", "day", "pence", *own, *_BEYOND.get(record, ())]


def _named(record: str) -> frozenset[str]:
    return GROUPS if record == "line" else frozenset()


class Snapshot:
    """The tables, until the block of a `with` is left. `identifier` is their ids' type: the store's are UUIDs."""

    def __init__(self, identifier: str = "UUID") -> None:
        """Open an empty snapshot in memory."""
        self.duck, self._identifier = duckdb.connect(":memory:"), identifier
        self.duck.execute("SET preserve_insertion_order = false")  # every order that matters is asked for
        self.duck.execute(
            "SET checkpoint_threshold = '1TB'"
        )  # nothing is kept, so nothing is put in order for keeping
        self.duck.execute("SET temp_directory = ''")  # what persons wrote never spills onto a disk
        self._versions: dict[str, int] = {}
        self._copies: dict[str, str] = {}
        self._empty: dict[tuple[str, str, int], bool] = {}
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

    def __enter__(self) -> Self:
        """Enter the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let the snapshot go.

        Raises:
            RuleViolation: It did not fit into memory.
        """
        self.duck.close()
        if isinstance(error, duckdb.OutOfMemoryException):
            message = (
                "What is open does not fit into this machine's memory; a million receipts with their bank lines take about 1 GB. "
                "What rules before matched is recorded; run it again where there is more."
            )
            raise RuleViolation("too_little_memory", message) from error

    def load(self, record: str, rows: Iterable[Sequence[object]]) -> None:
        """Add records, each in the order of `columns_of`."""
        self._load(record, columns_of(record), rows)

    def load_part(self, record: str, part: str, rows: Iterable[Sequence[object]]) -> None:
        """Add texts that records have several of: id, text, and how it was written."""
        self._load(f"{record}.{part}", ["id", part, "written"], rows)

    def refuse(self, pairs: Iterable[Sequence[UUID]]) -> None:
        """Never pair or suggest these: a person took such a Match back, or rejected it."""
        self._load("refused", ["left_id", "right_id"], pairs)

    def read(self, target: str, columns: Sequence[str], path: Path) -> None:
        r"""Add what a CSV file holds in *columns*: lines that end in \n, days as ISO 8601, none as nothing.

        Of bank lines `said` is their personal data as JSON, in place of what is made of it: `counterparty` and `text`.
        """
        self.take_from(target, self._rows(columns, path))

    def read_receipts(self, columns: Sequence[str], path: Path) -> None:
        """Add receipts that a CSV file, as of `read`, holds line by line: their columns, `mop` and `account_reference`."""
        self.duck.execute(f"CREATE OR REPLACE TEMP TABLE receipt_lines AS {self._rows(columns, path)}")
        self.take_from("receipt", _WHOLE_RECEIPTS)
        self.take_from("receipt.account_reference", _ACCOUNTS)
        self.duck.execute("DROP TABLE receipt_lines")

    def _rows(self, columns: Sequence[str], path: Path) -> str:
        identifiers = dict.fromkeys(("id", "left_id", "right_id"), self._identifier)
        types = {"day": "DATE", "pence": "BIGINT", **identifiers}
        named = ", ".join(f"'{column}': '{types.get(column, 'VARCHAR')}'" for column in columns)
        # Nothing is sniffed: the file says exactly what was written.
        rows = (
            f"""read_csv('{path}', columns = {{{named}}}, auto_detect = false, header = false, delim = ',', quote = '"', """
            f"""escape = '"', nullstr = '', new_line = '\\n', max_line_size = {_LONGEST_LINE})"""
        )
        relation = _with_texts(rows) if "said" in columns else f"SELECT * FROM {rows}"
        # Days are counted from the first of the year 1, so that they are subtracted alike in every engine.
        day = "CAST(day - DATE '0001-01-01' AS INTEGER) + 1 AS day"
        return f"SELECT * REPLACE ({day}) FROM ({relation})" if "day" in columns else relation

    def take_from(self, target: str, relation: str) -> None:
        """Add what a relation of DuckDB gives, by name: `target` is a kind, or a kind and its part, `receipt.account_reference`."""
        record, _, part = target.partition(".")
        table = RECORDS[record].base + (f"_{part}" if part else "") if record in RECORDS else target
        self._empty.clear()
        self.duck.execute(f"INSERT INTO {table} BY NAME {relation}")

    def version(self, table: str) -> int:
        """Return how often records were taken out of a table of what is open."""
        return self._versions.get(table, 0)

    def empty(self, kind: Kind, column: str) -> bool:
        """Tell whether no open record has a column."""
        # Many rules ask the same of what has not changed in between.
        key = kind.table, column, self.version(kind.table)
        if key not in self._empty:
            said = self.duck.execute(f"SELECT 1 FROM {kind.table} WHERE {column} IS NOT NULL LIMIT 1")
            self._empty[key] = said.fetchone() is None
        return self._empty[key]

    def close_matched(self, kind: Kind, ids: str) -> None:
        """Take records out of what is open: those that the SELECT *ids* gives."""
        table, version = kind.table, self.version(kind.table) + 1
        if version == 1:
            # Most tables of a day lose nothing, and need no second one beside them.
            self.duck.execute(f"ALTER VIEW {table} RENAME TO {table}_before")
            self.duck.execute(f"CREATE TABLE {table}_closed (id {self._identifier})")
        self._versions[table] = version
        self.duck.execute(f"INSERT INTO {table}_closed {ids}")
        (closed, before) = self.duck.execute(
            f"SELECT (SELECT COUNT(*) FROM {table}_closed), (SELECT COUNT(*) FROM {table}_before)"
        ).fetchone() or (0, 0)
        left = f"SELECT o.* FROM {table}_before AS o ANTI JOIN {table}_closed AS c ON c.id = o.id"
        if closed * _MUCH < before:
            self.duck.execute(f"CREATE OR REPLACE VIEW {table} AS {left}")
            return
        # Much was taken out: what is left is copied, so that rules no longer read past it.
        self.duck.execute(f"CREATE TABLE {table}_{version} AS {left}")
        self.duck.execute(f"CREATE OR REPLACE VIEW {table}_before AS FROM {table}_{version}")
        self.duck.execute(f"CREATE OR REPLACE VIEW {table} AS FROM {table}_before")
        self.duck.execute(f"TRUNCATE {table}_closed")
        if table in self._copies:
            self.duck.execute(f"DROP TABLE {self._copies[table]}")
        self._copies[table] = f"{table}_{version}"

    def _load(self, target: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        # CSV is what DuckDB reads fastest of what the standard library can write.
        with passing_file() as path:
            with path.open("w", encoding="utf-8", newline="") as file:
                # Every text is quoted, for the writer leaves a carriage return as it is.
                csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
            self.read(target, columns, path)


def _with_texts(rows: str) -> str:
    """Say what a line's text is, as `BankLine.text` does: each text once, and none that is empty."""
    return f"""
SELECT * EXCLUDE (said, read, texts), read.name AS counterparty,
  NULLIF(
    array_to_string(list_filter(texts, lambda text, place: text <> '' AND list_position(texts, text) = place), chr(10)), ''
  ) AS text
FROM (
  SELECT *, list_concat(
    read.narrative, [structured, customer, read.name],
    flatten(list_transform(read.details, lambda d: list_concat(d.narrative, [d.references.structured, d.name])))
  ) AS texts
  FROM (SELECT *, from_json(said, '{_PERSONAL}') AS read FROM {rows})
)"""


def _opened(kind: Kind) -> str:
    """Return the SELECT of what is open before any rule ran, without the columns that rules do not read."""
    if kind.table == "open_lines":
        return f"SELECT * EXCLUDE ({UNREAD}) FROM all_lines"
    if kind.table == "open_named_lines":
        groups = ", ".join(f"CAST(NULL AS VARCHAR) AS {name}" for name in sorted(GROUPS))
        return f"SELECT * EXCLUDE ({UNREAD}), {groups} FROM all_lines WHERE FALSE"
    if kind.table == "open_receipts":
        return "SELECT * EXCLUDE (state) FROM all_receipts WHERE state IS DISTINCT FROM 'banked'"
    return f"SELECT * FROM {kind.base}"
