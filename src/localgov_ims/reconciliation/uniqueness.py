"""Which of a rule's candidates are certain, and in which order the others are suggested: for all rules alike, in DuckDB."""

from __future__ import annotations

from localgov_ims.reconciliation.kinds import Kind
from localgov_ims.reconciliation.sql import COLUMNS

MOST_SUGGESTED = 5
"""The most suggestions for one record."""

ALL = ", ".join(COLUMNS)

SHOWN = "rule, alternative, left_id, right_id, left_pence, right_pence, days, key1, key2, key3, written, members, gross, collisions"
"""What a pair is told of, in the order that `findings.Teller` takes it."""

LEFT_OVER = """(
  SELECT c.* FROM candidates AS c
  ANTI JOIN (SELECT left_id FROM found WHERE rule = {number}) AS l ON l.left_id = c.left_id
  ANTI JOIN (SELECT whole FROM found WHERE rule = {number}) AS r ON r.whole = c.right_id
)"""
"""What a rule saw and could not decide: for a person."""

SINGLE = """candidates AS c
  ANTI JOIN (SELECT left_id FROM candidates GROUP BY left_id HAVING COUNT(*) > 1) AS l ON l.left_id = c.left_id
  ANTI JOIN (SELECT right_id FROM candidates GROUP BY right_id HAVING COUNT(*) > 1) AS r ON r.right_id = c.right_id"""
"""One fits on each side."""

ONE_BUNDLE = """
  MIN(bundle) OVER (PARTITION BY left_id) = MAX(bundle) OVER (PARTITION BY left_id)
  AND MIN(bundle) OVER (PARTITION BY right_id) = MAX(bundle) OVER (PARTITION BY right_id)"""
"""No record lies in two bundles, which would make a choice between people of it."""


def in_turn(left: Kind) -> str:
    """Return the SELECT that pairs, of one bundle, the first with the first, the second with the second.

    Lines of one day stand in the order of their accounts, so that it does not matter whose statement came first.
    """
    own = f"JOIN {left.base} AS own ON own.id = candidates.left_id" if "account" in left.columns else ""
    account = "own.account, " if own else ""
    return f"""
SELECT {ALL} FROM (
  SELECT candidates.*,
    DENSE_RANK() OVER (PARTITION BY bundle ORDER BY left_day, {account}candidates.left_id) AS left_place,
    DENSE_RANK() OVER (PARTITION BY bundle ORDER BY right_day, candidates.right_id) AS right_place
  FROM candidates {own}
  ANTI JOIN paired AS p ON p.left_id = candidates.left_id
  ANTI JOIN paired AS q ON q.right_id = candidates.right_id
  WHERE one_bundle
) AS placed WHERE left_place = right_place"""


def digits_of(identifier: str) -> str:
    """Return an identifier's 32 digits."""
    return f"replace(CAST({identifier} AS VARCHAR), '-', '')"


def with_digits(query: str) -> str:
    """Return what a SELECT of `SHOWN` gives, with identifiers as 32 digits."""
    return f"SELECT * REPLACE ({digits_of('left_id')} AS left_id, {digits_of('right_id')} AS right_id) FROM ({query})"


def ranked() -> str:
    """Return the SELECT of the suggestions whose both sides are still open, with `rank` and `rivals`."""
    return f"""
SELECT {SHOWN}, rank, rivals FROM (
  SELECT *, DENSE_RANK() OVER (PARTITION BY left_id ORDER BY rule, rivals, ABS(days), whole) AS rank FROM (
    SELECT *, COUNT(DISTINCT suggested.left_id) OVER (PARTITION BY rule, suggested.right_id) - 1 AS rivals FROM suggested
    ANTI JOIN (SELECT left_id FROM found) AS l ON l.left_id = suggested.left_id
    ANTI JOIN (SELECT right_id FROM found) AS r ON r.right_id = suggested.right_id
    -- A pair that two rules suggest is the first one's.
    QUALIFY ROW_NUMBER() OVER (PARTITION BY suggested.left_id, suggested.right_id ORDER BY rule, alternative) = 1
  )
) WHERE rank <= {MOST_SUGGESTED}"""
