"""The bulk loader: many rows at the speed of the database, by one path for one row or a million.

SQLite: one statement, compiled once, and executemany. PostgreSQL: COPY on the session's own connection. Both take values as
they are sealed: identifiers as 32 digits, days and moments as ISO 8601. Ids are made by the client, so nothing comes back.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.errors import AlreadyDone
from localgov_ims.storage.schema import Row, canonical

_SQLITE_CLASHES = frozenset(
    {
        sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
        # What was right when it was read is checked again when it is written: somebody else was first.
        sqlite3.SQLITE_CONSTRAINT_CHECK,
    }
)  # fmt: skip


def bound(table: sa.Table, rows: Iterable[Row]) -> list[list[Any]]:
    """Return rows of Python values as databases take them: canonical, but bytes as they are."""
    blobs = [i for i, column in enumerate(table.columns) if isinstance(column.type, sa.LargeBinary)]
    made: list[list[Any]] = []
    for row in rows:
        values = canonical(row)
        for i in blobs:
            values[i] = row[i]
        made.append(values)
    return made


def load(connection: Connection, table: sa.Table, rows: Sequence[Sequence[Any]]) -> None:
    """Insert *rows* of canonical values, each in the order of the table's columns.

    Raises:
        AlreadyDone: A unique constraint refuses one of them; the transaction must be rolled back.
    """
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        _load_sqlite(connection, table, rows)
    else:
        _load_postgresql(connection, table, rows)


def unload(connection: Connection, query: sa.Select[Any], path: Path) -> None:
    r"""Write the rows of a query as CSV with lines ending in \n, as the database holds them, and none as nothing.

    SQLite: its rows go to the writer without becoming values of ours. PostgreSQL: COPY.
    """
    if connection.dialect.name == "sqlite":
        rows: Any = connection.execute(query).cursor
        with path.open("w", encoding="utf-8", newline="") as file:
            # Every text is quoted, for the writer leaves a carriage return as it is.
            csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
        return
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    statement, cursor = f"COPY ({compiled}) TO STDOUT (FORMAT CSV)", connection.connection.cursor()
    with path.open("wb") as file, cursor.copy(statement, compiled.params) as copy:
        file.writelines(copy)
    cursor.close()


def _load_sqlite(connection: Connection, table: sa.Table, rows: Sequence[Sequence[Any]]) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    marks = ", ".join("?" * len(table.columns))
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', rows)  # noqa: S608 - our own names
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode not in _SQLITE_CLASHES:
            raise
        raise _clash(table, str(error)) from error
    finally:
        cursor.close()


def _load_postgresql(connection: Connection, table: sa.Table, rows: Sequence[Sequence[Any]]) -> None:
    import psycopg  # noqa: PLC0415 - only where PostgreSQL is used

    names = ", ".join(f'"{column.name}"' for column in table.columns)
    statement = f'COPY "{table.name}" ({names}) FROM STDIN'
    try:
        with connection.connection.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[attr-defined]
            for row in rows:
                copy.write_row(row)
    except (psycopg.errors.UniqueViolation, psycopg.errors.CheckViolation) as error:
        raise _clash(table, str(error)) from error


def _clash(table: sa.Table, detail: str) -> AlreadyDone:
    message = (
        f"This is in {table.name} already, recorded by somebody else meanwhile; nothing was written twice."
    )
    return AlreadyDone("already_recorded", message, table=table.name, detail=detail)
