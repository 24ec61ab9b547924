"""Recognisers run inside DuckDB: which lines are named, by whom, and what their patterns' groups say."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from localgov_ims.reconciliation.kinds import GROUPS
from localgov_ims.reconciliation.recognisers import Recogniser, Sign

_SAID = tuple(sorted(GROUPS))


def name_lines(duck: duckdb.DuckDBPyConnection, recognisers: Iterable[Recogniser]) -> None:
    """Make `names`: a row for each line and answer, with the groups of the first recogniser that gave it.

    Lines with two answers are in no open kind: they are compared with nothing until a person says which is right.
    """
    columns = ", ".join(f"{name} VARCHAR" for name in _SAID)
    duck.execute(f"CREATE TABLE named (id {_type(duck)}, recogniser INTEGER, answer VARCHAR, {columns})")
    for number, recogniser in enumerate(recognisers):
        _name(duck, number, recogniser)
    duck.execute("""
CREATE TABLE names AS SELECT * FROM named
QUALIFY COUNT(DISTINCT answer) OVER (PARTITION BY id) = 1 AND ROW_NUMBER() OVER (PARTITION BY id ORDER BY recogniser) = 1""")


def _name(duck: duckdb.DuckDBPyConnection, number: int, recogniser: Recogniser) -> None:
    given: list[object] = [recogniser.text]
    conditions = ["pence > 0" if recogniser.sign is Sign.CREDIT else "pence <= 0"]
    if recogniser.account is not None:
        conditions.append("account = ?")
        given.append(recogniser.account)
    groups = {"source": "?", "transfer": "?"} | {
        name: f"NULLIF(regexp_extract(text, ?, {group}), '')"
        for name, group in recogniser.groups.items()
        if name in GROUPS
    }
    values: list[object] = []
    if recogniser.code is not None:
        conditions.append("code = ?")
        given.append(recogniser.code)
    if recogniser.counterparty is not None:
        conditions.append("lower(counterparty) = lower(?)")
        given.append(recogniser.counterparty)
    for name in _SAID:
        if name == "source":
            values.append(recogniser.source or recogniser.other)
        elif name == "transfer":
            values.append(recogniser.transfer)
        elif name in groups:
            values.append(recogniser.text)
    chosen = ", ".join(groups.get(name, "NULL") for name in _SAID)
    duck.execute(
        f"INSERT INTO named SELECT id, {number}, ?, {chosen} FROM all_lines "
        f"WHERE {' AND '.join(conditions)} AND regexp_matches(COALESCE(text, ''), ?)",
        [" ".join(recogniser.answer), *values, *given[1:], given[0]],
    )


def _type(duck: duckdb.DuckDBPyConnection) -> str:
    found = duck.execute(
        "SELECT data_type FROM duckdb_columns() WHERE table_name = 'all_lines' AND column_name = 'id'"
    )
    (name,) = found.fetchone() or ("UUID",)
    return str(name)
