"""Law 4: twice is once. The unique constraints are there, and hold."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import ReflectedIndex

from localgov_ims.service.council import Council
from localgov_ims.service.laws.law import Findings
from localgov_ims.storage.tables import RECORD_TABLES, filled


def check(connection: Connection, _: Council, findings: Findings) -> None:
    """Prove that what must be unique is: by the constraint in the database, and by counting."""
    inspector, with_rows = sa.inspect(connection), filled(connection)
    constraints, indexes = inspector.get_multi_unique_constraints(), inspector.get_multi_indexes()
    for table in RECORD_TABLES:
        present = {tuple(found["column_names"]) for found in constraints[None, table.name]}
        for constraint in table.constraints:
            if isinstance(constraint, sa.UniqueConstraint):
                findings.look_at()
                columns = tuple(column.name for column in constraint.columns)
                if columns not in present:
                    findings.breaks(
                        f"{table.name}: the constraint that makes {', '.join(columns)} unique is gone."
                    )
                if table in with_rows:
                    findings.take(_repeated(connection, table, columns))
        findings.take(_indexes(indexes[None, table.name], table, findings))


def _indexes(found: list[ReflectedIndex], table: sa.Table, findings: Findings) -> Iterator[str]:
    """Yield what must be unique among some rows only, where the database no longer sees to it."""
    present = {index["name"] for index in found if index["unique"]}
    for index in table.indexes:
        if index.unique:
            findings.look_at()
            if index.name not in present:
                columns = ", ".join(str(column.name) for column in index.columns)
                yield f"{table.name}: the index that makes {columns} unique is gone."


def _repeated(connection: Connection, table: sa.Table, names: tuple[str, ...]) -> Iterator[str]:
    columns = [table.c[name] for name in names]
    query = (
        sa.select(*columns, sa.func.count().label("times"))
        .where(*(column.is_not(None) for column in columns))
        .group_by(*columns)
        .having(sa.func.count() > 1)
    )
    for row in connection.execute(query):
        said = ", ".join(f"{name} {value}" for name, value in zip(names, row, strict=False))
        yield f"{table.name}: {said} is there {row.times} times."
