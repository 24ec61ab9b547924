"""From a match rule to one SELECT, in the SQL that DuckDB and Spark share.

Days are whole numbers and amounts whole pence, so that nothing depends on a dialect's dates or decimals.
"""

from __future__ import annotations

from collections.abc import Mapping

from localgov_ims.reconciliation.rules import KINDS, Kind, MatchRule


def candidates(rule: MatchRule) -> str:
    """Return the SELECT that gives a rule's candidate pairs with their evidence.

    Columns: `alternative`, `left_id`, `right_id`, `left_day`, `right_day`, `pence`, `days`, `evidence`
    (`name=value` of what was equal) and `bundle` (what makes pairs interchangeable: the equal values and the amount).
    """
    selects = (_select(rule, number, keys) for number, keys in enumerate(rule.alternatives))
    return "\nUNION ALL\n".join(selects)


def nearest_misses(rule: MatchRule) -> str:
    """Return the SELECT that gives, for each left record, the right one that fails only by amount or day.

    Columns: `left_id`, `evidence`, `pence`, `other_pence`, `days`.
    """
    left, right = KINDS[rule.left], KINDS[rule.right]
    keys = _compared(rule.alternatives[0])
    return f"""
SELECT left_id, evidence, pence, other_pence, days FROM (
  SELECT l.id AS left_id, {_evidence(left, keys)} AS evidence, l.pence AS pence, r.pence AS other_pence,
    l.day - r.day AS days,
    ROW_NUMBER() OVER (PARTITION BY l.id ORDER BY ABS(l.pence - r.pence), ABS(l.day - r.day), r.id, {_evidence(left, keys)}) AS place
  FROM {_joined(left, right, keys)}
  WHERE {" AND ".join(_conditions(rule))}
) AS ranked WHERE place = 1"""  # noqa: S608 - every name is checked against KINDS when the rule is made


def _select(rule: MatchRule, number: int, alternative: Mapping[str, str]) -> str:
    left, right = KINDS[rule.left], KINDS[rule.right]
    keys = _compared(alternative)
    conditions = _conditions(rule) + [
        f"l.{ours} IS NULL" for ours, theirs in alternative.items() if not theirs
    ]
    if rule.same_amount:
        conditions.append("l.pence = r.pence")
    conditions.append(f"l.day - r.day BETWEEN {rule.window[0]} AND {rule.window[1]}")
    evidence = _evidence(left, keys)
    return f"""
SELECT {number} AS alternative, l.id AS left_id, r.id AS right_id, l.day AS left_day, r.day AS right_day,
  l.pence AS pence, l.day - r.day AS days, {evidence} AS evidence,
  CONCAT({_values(left, keys)}, '|', CAST(l.pence AS VARCHAR(20))) AS bundle
FROM {_joined(left, right, keys)}
WHERE {" AND ".join(conditions)}"""  # noqa: S608


def _compared(alternative: Mapping[str, str]) -> dict[str, str]:
    return {ours: theirs for ours, theirs in alternative.items() if theirs}


def _joined(left: Kind, right: Kind, keys: Mapping[str, str]) -> str:
    tables = [f"{left.table} AS l"]
    tables += [
        f"JOIN {left.table}_{ours} AS l_{ours} ON l_{ours}.id = l.id" for ours in keys if ours in left.parts
    ]
    parts = [theirs for theirs in keys.values() if theirs in right.parts]
    on = [f"{_side('l', left, ours)} = {_side('r', right, theirs)}" for ours, theirs in keys.items()]
    if not parts:
        return "\n  ".join([*tables, f"JOIN {right.table} AS r ON {' AND '.join(on)}"])
    # The part carries the key, so it is joined first and leads to its record.
    (part,) = parts
    tables.append(f"JOIN {right.table}_{part} AS r_{part} ON {' AND '.join(on)}")
    tables.append(f"JOIN {right.table} AS r ON r.id = r_{part}.id")
    return "\n  ".join(tables)


def _conditions(rule: MatchRule) -> list[str]:
    conditions = []
    for name, value in rule.where.items():
        side, _, column = name.partition(".")
        quoted = value.replace("'", "''")
        conditions.append(f"{side[0]}.{column} = '{quoted}'")
    if rule.left == "line" and not any("source" in keys for keys in rule.alternatives):
        # A recognised line is compared only with what its source brings.
        conditions.append("l.source IS NULL")
    return conditions or ["1 = 1"]


def _side(alias: str, kind: Kind, column: str) -> str:
    return f"{alias}_{column}.{column}" if column in kind.parts else f"{alias}.{column}"


def _values(left: Kind, keys: Mapping[str, str]) -> str:
    return ", '|', ".join(_side("l", left, ours) for ours in keys)


def _evidence(left: Kind, keys: Mapping[str, str]) -> str:
    """Return an expression that joins `name=value` of each key with the unit separator, which no reference holds."""
    parts = [f"CONCAT('{theirs}=', {_side('l', left, ours)})" for ours, theirs in keys.items()]
    parts += [f"CONCAT('written=', l_{ours}.written)" for ours in keys if ours in left.parts]
    return f"CONCAT_WS(CHR(31), {', '.join(parts)})"
