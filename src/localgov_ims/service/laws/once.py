"""Law 4: twice is once. The unique constraints are there, and hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.service.council import Council
from localgov_ims.service.laws.law import Findings
from localgov_ims.storage.tables import RECORD_TABLES, filled

_UNIQUE: Final[Mapping[str, str]] = {
    "sqlite": """
SELECT tables.name, indexes.name, indexes.origin = 'u', parts.name
FROM sqlite_master AS tables, pragma_index_list(tables.name) AS indexes, pragma_index_info(indexes.name) AS parts
WHERE tables.type = 'table' AND indexes."unique"
ORDER BY parts.seqno
""",
    "postgresql": """
SELECT tables.relname, indexes.relname, constraints.oid IS NOT NULL, columns.attname
FROM pg_index
JOIN pg_class AS tables ON tables.oid = indrelid
JOIN pg_class AS indexes ON indexes.oid = indexrelid
CROSS JOIN unnest(indkey) WITH ORDINALITY AS parts (number, place)
LEFT JOIN pg_attribute AS columns ON columns.attrelid = indrelid AND columns.attnum = parts.number
LEFT JOIN pg_constraint AS constraints ON conindid = indexrelid AND contype = 'u'
WHERE indisunique AND indisvalid AND pg_table_is_visible(indrelid)
ORDER BY parts.place
""",
}
"""What the database keeps unique: table, index, whether a constraint says so, and each column in its place.

One query for all: asked table by table, as SQLAlchemy's inspector does, this was half the work of proving a small council.
"""


def check(connection: Connection, _: Council, findings: Findings) -> None:
    """Prove that what must be unique is: by the constraint in the database, and by counting."""
    (constraints, indexes), with_rows = _kept_unique(connection), filled(connection)
    for table in RECORD_TABLES:
        for constraint in table.constraints:
            if isinstance(constraint, sa.UniqueConstraint):
                findings.look_at()
                columns = tuple(column.name for column in constraint.columns)
                if (table.name, columns) not in constraints:
                    findings.breaks(
                        f"{table.name}: the constraint that makes {', '.join(columns)} unique is gone."
                    )
                if table in with_rows:
                    findings.take(_repeated(connection, table, columns))
        findings.take(_indexes(indexes, table, findings))


def _kept_unique(connection: Connection) -> tuple[set[tuple[str, tuple[str, ...]]], set[tuple[str, str]]]:
    """Return the columns of the unique constraints, and the names of the unique indexes, each with its table."""
    constraints, indexes = defaultdict[tuple[str, str], list[str]](list), set[tuple[str, str]]()
    for table, index, constrains, column in connection.exec_driver_sql(_UNIQUE[connection.dialect.name]):
        if constrains:
            constraints[table, index].append(column)
        else:
            indexes.add((table, index))
    return {(table, tuple(columns)) for (table, _), columns in constraints.items()}, indexes


def _indexes(found: set[tuple[str, str]], table: sa.Table, findings: Findings) -> Iterator[str]:
    """Yield what must be unique among some rows only, where the database no longer sees to it."""
    for index in table.indexes:
        if index.unique:
            findings.look_at()
            if (table.name, index.name) not in found:
                columns = ", ".join(str(column.name) for column in index.columns)
                yield f"{table.name}: the index that makes {columns} unique is gone."


def _repeated(connection: Connection, table: sa.Table, names: tuple[str, ...]) -> Iterator[str]:
    for row in connection.execute(_more_than_once(table, names)):
        said = ", ".join(f"{name} {value}" for name, value in zip(names, row, strict=False))
        yield f"{table.name}: {said} is there {row.times} times."


@cache
def _more_than_once(table: sa.Table, names: tuple[str, ...]) -> sa.Select[tuple[object, ...]]:
    columns = [table.c[name] for name in names]
    return (
        sa.select(*columns, sa.func.count().label("times"))
        .where(*(column.is_not(None) for column in columns))
        .group_by(*columns)
        .having(sa.func.count() > 1)
    )
