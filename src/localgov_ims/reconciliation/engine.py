"""Is this the same money? Match rules run by DuckDB over a snapshot of what is open.

Uniqueness is decided here, once for all rules, so that no rule's author can get it wrong.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self
from uuid import UUID

import duckdb
from attrs import frozen

from localgov_ims.domain.money import Money
from localgov_ims.reconciliation import sql
from localgov_ims.reconciliation.matches import compared
from localgov_ims.reconciliation.rules import KINDS, MatchRule, Uniqueness

_SEPARATOR = "\x1f"
_PAIRED = "(SELECT {side}_id FROM paired)"

_UNIQUE = {
    # One fits on each side.
    Uniqueness.ONLY: """
        COUNT(*) OVER (PARTITION BY left_id) = 1 AND COUNT(*) OVER (PARTITION BY right_id) = 1""",
    # Of one bundle the first takes the first, the second the second; no record lies in two bundles.
    Uniqueness.FUNGIBLE: """
        DENSE_RANK() OVER (PARTITION BY bundle ORDER BY left_day, left_id)
          = DENSE_RANK() OVER (PARTITION BY bundle ORDER BY right_day, right_id)
        AND one_bundle""",
}

_ONE_BUNDLE = """
  MIN(bundle) OVER (PARTITION BY alternative, left_id) = MAX(bundle) OVER (PARTITION BY alternative, left_id)
  AND MIN(bundle) OVER (PARTITION BY alternative, right_id) = MAX(bundle) OVER (PARTITION BY alternative, right_id)"""


@frozen(kw_only=True)
class Pair:
    """Two records that a rule says are the same money, and what was equal."""

    left: UUID
    right: UUID
    amount: Money
    evidence: dict[str, str | int]


@frozen(kw_only=True)
class Miss:
    """The nearest a rule came to matching a record: what was equal, and by what it failed."""

    left: UUID
    rule: str
    evidence: dict[str, str | int]
    amount: Money
    other: Money

    def sentence(self) -> str:
        """Say why it is no match."""
        keys = ", ".join(compared(self.evidence))
        days = int(self.evidence["days"])
        if self.amount != self.other:
            return f"Rule {self.rule}: {keys} fits, but {self.other.shown()} was expected and {self.amount.shown()} came."
        return f"Rule {self.rule}: {keys} and the amount fit, but {days} days lie between, or more than one fits."


class Matcher:
    """A snapshot of open records, and the rules run over it. Use it as a context manager."""

    def __init__(self) -> None:
        """Open an empty snapshot in memory."""
        self._duck = duckdb.connect(":memory:")
        for kind in KINDS.values():
            columns = "".join(f", {column} VARCHAR" for column in sorted(kind.columns))
            self._duck.execute(f"CREATE TABLE {kind.table} (id UUID, day INTEGER, pence BIGINT{columns})")
            for part in sorted(kind.parts):
                self._duck.execute(
                    f"CREATE TABLE {kind.table}_{part} (id UUID, {part} VARCHAR, written VARCHAR)"
                )

    def __enter__(self) -> Self:
        """Enter the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the snapshot go."""
        self._duck.close()

    def load(self, kind: str, rows: Iterable[Sequence[object]]) -> None:
        """Add records of a kind: id, day (proleptic ordinal), pence, then its columns in order of their names."""
        self._copy(KINDS[kind].table, rows)

    def load_part(self, kind: str, part: str, rows: Iterable[Sequence[object]]) -> None:
        """Add texts that records of a kind have several of: id, text, and how it was written."""
        self._copy(f"{KINDS[kind].table}_{part}", rows)

    def run(self, rule: MatchRule) -> list[Pair]:
        """Return a rule's pairs, and take both sides of each out of what is open."""
        self._duck.execute("CREATE OR REPLACE TEMP TABLE paired (left_id UUID, right_id UUID, pence BIGINT, "
                           "days INTEGER, evidence VARCHAR)")  # fmt: skip
        fungible = rule.uniqueness is Uniqueness.FUNGIBLE
        one_bundle = _ONE_BUNDLE if fungible else "TRUE"
        self._duck.execute(
            f"CREATE OR REPLACE TEMP TABLE candidates AS SELECT *, {one_bundle} AS one_bundle "  # noqa: S608
            f"FROM ({sql.candidates(rule)})"
        )
        for alternative in range(len(rule.alternatives)):
            # One that stands in line for a record out of its reach steps aside once those before it are paired.
            while self._pair(rule.uniqueness, alternative) and fungible:
                pass
        pairs = self._duck.execute("SELECT * FROM paired ORDER BY left_id").fetchall()
        for side, kind in (("left", rule.left), ("right", rule.right)):
            self._duck.execute(f"DELETE FROM {KINDS[kind].table} WHERE id IN {_PAIRED.format(side=side)}")  # noqa: S608
        return [
            Pair(left=left, right=right, amount=Money(pence), evidence=_evidence(evidence, days))
            for left, right, pence, days, evidence in pairs
        ]

    def misses(self, rule: MatchRule) -> list[Miss]:
        """Return, for records still open, the nearest a rule came."""
        found = self._duck.execute(sql.nearest_misses(rule)).fetchall()
        return [
            Miss(
                left=left,
                rule=rule.name,
                evidence=_evidence(evidence, days),
                amount=Money(pence),
                other=Money(other),
            )
            for left, evidence, pence, other, days in found
        ]

    def _pair(self, uniqueness: Uniqueness, alternative: int) -> int:
        """Pair what fits among the candidates still open, and return how many."""
        counted = self._duck.execute(_pairing(uniqueness), [alternative]).fetchone()
        return int(counted[0]) if counted is not None else 0

    def _copy(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        # CSV is what DuckDB reads fastest of what the standard library can write.
        with tempfile.TemporaryDirectory(prefix="ims-") as folder:
            path = Path(folder) / "rows.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(rows)
            # Nothing is sniffed: the file says exactly what was written, none as nothing.
            options = """FORMAT csv, AUTO_DETECT false, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR '', NEW_LINE '\\r\\n'"""
            self._duck.execute(f"COPY {table} FROM '{path}' ({options})")


def _pairing(uniqueness: Uniqueness) -> str:
    return f"""
INSERT INTO paired SELECT left_id, right_id, pence, days, evidence FROM (
  SELECT *, {_UNIQUE[uniqueness]} AS fits FROM candidates
  WHERE alternative = ? AND left_id NOT IN {_PAIRED.format(side="left")} AND right_id NOT IN {_PAIRED.format(side="right")}
) WHERE fits"""  # noqa: S608


def _evidence(text: str, days: int) -> dict[str, str | int]:
    pairs = (part.partition("=") for part in text.split(_SEPARATOR))
    return {**{name: value for name, _, value in pairs}, "days": days}
