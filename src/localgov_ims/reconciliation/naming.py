"""Recognisers run inside DuckDB: which lines are named, by whom, and what their patterns' groups say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import duckdb

from localgov_ims.reconciliation.kinds import GROUPS
from localgov_ims.reconciliation.recognisers import Recogniser, Sign

_PLAIN = re.compile(r"\^([A-Za-z0-9 /&-]+)")
_SAID = tuple(sorted(GROUPS))


def name_lines(
    duck: duckdb.DuckDBPyConnection, recognisers: Iterable[Recogniser], said: Mapping[str, str]
) -> None:
    """Make `named`: a row for each line and answer, with the groups of its recogniser; and `names`: the lines with one answer.

    Lines with two answers are in no open kind: they are compared with nothing until a person says which is right. What a
    person *said*, the source of a line, stands in place of any recogniser's answer. Of several recognisers that give the
    same answer the first one's groups are taken.
    """
    groups = ", ".join(f"CAST(NULL AS VARCHAR) AS {name}" for name in _SAID)
    duck.execute(
        f"CREATE TABLE named AS SELECT *, 0 AS recogniser, '' AS answer, {groups} FROM all_lines LIMIT 0"
    )
    for number, recogniser in enumerate(recognisers):
        _name(duck, number, recogniser)
    for line, source in said.items():
        duck.execute("DELETE FROM named WHERE id = ?", [line])
        duck.execute(
            "INSERT INTO named BY NAME SELECT *, -1 AS recogniser, ? AS answer, ? AS source FROM all_lines WHERE id = ?",
            [f"awaiting {source}", source, line],
        )
    duck.execute("""
CREATE TABLE names AS
WITH again AS (FROM named WHERE id IN (SELECT id FROM named GROUP BY id HAVING COUNT(*) > 1))
FROM named WHERE id NOT IN (SELECT id FROM again)
UNION ALL
FROM again
QUALIFY COUNT(DISTINCT answer) OVER (PARTITION BY id) = 1 AND ROW_NUMBER() OVER (PARTITION BY id ORDER BY recogniser) = 1""")
    # Nothing but the file of a source that a line names takes income back.
    duck.execute("DELETE FROM names WHERE state = 'booked' AND NOT starts_with(answer, 'awaiting ')")
    duck.execute("DELETE FROM all_lines WHERE state = 'booked' AND id NOT IN (SELECT id FROM names)")


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
    if len(beginning := _beginning(recogniser.text)) > 1:
        # What begins otherwise need not be searched.
        conditions.append("starts_with(text, ?)")
        given.append(beginning)
    if recogniser.code is not None:
        conditions.append("code = ?")
        given.append(recogniser.code)
    if recogniser.counterparty is not None:
        conditions.append("lower(counterparty) = lower(?)")
        given.append(recogniser.counterparty)
    for name in _SAID:
        if name == "source":
            values.append(recogniser.source or recogniser.system or recogniser.other)
        elif name == "transfer":
            values.append(recogniser.transfer)
        elif name in groups:
            values.append(recogniser.text)
    chosen = ", ".join(groups.get(name, "NULL") for name in _SAID)
    duck.execute(
        f"INSERT INTO named SELECT *, {number}, ?, {chosen} FROM all_lines "
        f"WHERE {' AND '.join(conditions)} AND regexp_matches(COALESCE(text, ''), ?)",
        [" ".join(recogniser.answer), *values, *given[1:], given[0]],
    )


def _beginning(pattern: str) -> str:
    """Return the plain text that a pattern's every match begins a line's text with; empty where it may stand anywhere."""
    plain = _PLAIN.match(pattern)
    if plain is None or _has_choice(pattern):
        return ""
    # The last character may be one that need not be there.
    return plain[1][:-1] if pattern[plain.end() :][:1] in {"?", "*", "{"} else plain[1]


def _has_choice(pattern: str) -> bool:
    """Tell whether a pattern may be a choice between two, as far as can be told without taking it apart."""
    if "|" not in pattern:
        return False
    if "\\" in pattern.replace(r"\d", "").replace(r"\w", "") or "[" in pattern:
        return True
    depth = 0
    for character in pattern:
        depth += (character == "(") - (character == ")")
        if character == "|" and not depth:
            return True
    return False
