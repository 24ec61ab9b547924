"""Is this the same money? Match rules run by DuckDB over a snapshot of what is open.

Uniqueness is decided here, once for all rules, so that no rule's author can get it wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from localgov_ims.domain.money import Money
from localgov_ims.domain.references import ReferenceFormat
from localgov_ims.reconciliation.extracting import extract, extract_mistyped
from localgov_ims.reconciliation.findings import Miss, Pair, Teller
from localgov_ims.reconciliation.kinds import KINDS
from localgov_ims.reconciliation.naming import name_lines
from localgov_ims.reconciliation.recognisers import Recogniser
from localgov_ims.reconciliation.rules import MatchRule, Mode, Uniqueness
from localgov_ims.reconciliation.snapshot import UNREAD, Snapshot
from localgov_ims.reconciliation.sql import COLUMNS, Compiler
from localgov_ims.reconciliation.tariffs import Tariff
from localgov_ims.reconciliation.uniqueness import (
    ALL,
    LEFT_OVER,
    ONE_BUNDLE,
    SHOWN,
    SINGLE,
    digits_of,
    in_turn,
    ranked,
    with_digits,
)

_BLOCK = 50_000
_TEXT_PARTS = ("text_reference", "text_number")

_NOTHING = MatchRule(
    name="nothing", left="line", right="receipt", alternatives=({"end_to_end": "reference"},)
)


class Matcher(Snapshot):
    """A snapshot of open records, and the rules run over it."""

    def __init__(
        self,
        formats: Iterable[ReferenceFormat] = (),
        tariffs: Mapping[str, Tariff] | None = None,
        *,
        identifier: str = "UUID",
    ) -> None:
        """Open an empty snapshot; *formats* are looked for in texts, *tariffs* are those of the sources, by their names."""
        super().__init__(identifier)
        self._formats = tuple(formats)
        self._compiler = Compiler(tariffs=tariffs or {})
        self._extracted = 0
        self._tellers: list[Teller] = []
        self._digests: dict[tuple[str, int], str] = {}
        self.duck.execute(f"CREATE TEMP TABLE candidates AS {self._compiler.alternative(_NOTHING, 0)}")
        more = "SELECT 0 AS rule, *, right_id AS whole, 0 AS members, left_pence AS gross, CAST('' AS VARCHAR) AS collisions FROM candidates LIMIT 0"
        for table in ("found", "suggested"):
            self.duck.execute(f"CREATE TABLE {table} AS {more}")

    def name_lines(self, recognisers: Iterable[Recogniser], said: Mapping[str, str] | None = None) -> None:
        """Part the lines: those that one answer names, those that two name (which stand aside), and all others.

        *said* is the source that a person named of a line, whatever it says itself.
        """
        name_lines(self.duck, recognisers, said or {})
        self.duck.execute(
            f"CREATE OR REPLACE VIEW open_named_lines AS SELECT * EXCLUDE (recogniser, answer, {UNREAD}) FROM names"
        )
        self.duck.execute(
            f"CREATE OR REPLACE VIEW open_lines AS SELECT a.* EXCLUDE ({UNREAD}) FROM all_lines AS a "
            "ANTI JOIN named AS n ON n.id = a.id"
        )

    def run(self, rule: MatchRule) -> int:
        """Find a rule's pairs, take both sides of each out of what is open, and return how many there are."""
        self._tellers.append(Teller(rule))
        number, before = len(self._tellers) - 1, self._count("found")
        for alternative, keys in enumerate(rule.alternatives):
            if not self._worth(rule, keys):
                continue
            select = (
                f"SELECT * FROM ({self._compiler.alternative(rule, alternative)}) WHERE {self._allowed()}"
            )
            if rule.mode is Mode.AUTO and rule.uniqueness is not Uniqueness.GROUP:
                self._pair(rule, number, alternative, select)
                continue
            self.duck.execute(f"CREATE OR REPLACE TEMP TABLE candidates AS {select}")
            if self._count("candidates"):
                self._pair_groups(rule, number)
        return self._count("found") - before

    def _pair(self, rule: MatchRule, number: int, alternative: int, select: str) -> None:
        """Pair what fits alone, which nearly all does; of the rest what is interchangeable; what is doubtful goes to a person."""
        if not self._keep("found", rule, number, f"({select})", ""):
            return
        own = f"rule = {number} AND alternative = {alternative}"
        for side in ("left", "right"):
            self.duck.execute(
                f"CREATE OR REPLACE TEMP TABLE doubtful_{side} AS "
                f"SELECT {side}_id AS id FROM found WHERE {own} GROUP BY {side}_id HAVING COUNT(*) > 1"
            )
        if self._count("doubtful_left") or self._count("doubtful_right"):
            which = f"{own} AND (left_id IN (FROM doubtful_left) OR right_id IN (FROM doubtful_right))"
            self.duck.execute(
                f"CREATE OR REPLACE TEMP TABLE candidates AS SELECT {ALL}, {ONE_BUNDLE} AS one_bundle FROM found WHERE {which}"
            )
            self.duck.execute(f"DELETE FROM found WHERE {which}")
            if rule.uniqueness is Uniqueness.FUNGIBLE:
                self._pair_alike(rule, number)
            self._keep("suggested", rule, number, LEFT_OVER.format(number=number), "")
        self._close(rule, own)

    def _pair_alike(self, rule: MatchRule, number: int) -> None:
        self.duck.execute(f"CREATE OR REPLACE TEMP TABLE paired AS SELECT {ALL} FROM candidates LIMIT 0")
        # One that stands in line for a record out of its reach steps aside once those before it are paired.
        while self._inserted(f"INSERT INTO paired {in_turn(KINDS[rule.left])}"):
            pass
        self._keep("found", rule, number, "paired", "")

    def digest(self, rule: MatchRule) -> str:
        """Return what tells the input of a rule from any other: how many records are open on each side, and which."""
        sides = (self._digest(KINDS[rule.left].table), self._digest(KINDS[rule.right].table))
        return hashlib.md5("|".join(sides).encode(), usedforsecurity=False).hexdigest()

    def _digest(self, table: str) -> str:
        # Most rules take nothing out of what is open, so the next one sees the same.
        key = table, self.version(table)
        if key not in self._digests:
            (read,) = self.duck.execute(
                f"SELECT COUNT(*) || ':' || COALESCE(BIT_XOR(md5_number(CAST(id AS VARCHAR))), 0) FROM {table}"
            ).fetchone() or ("",)
            self._digests[key] = str(read)
        return self._digests[key]

    def pairs(self) -> Iterator[Pair]:
        """Yield what the last rule found, the pairs of one left record one after the other."""
        number = len(self._tellers) - 1
        query = with_digits(f"SELECT {SHOWN}, 0, 0 FROM found WHERE rule = {number}")
        return self._pairs(self.duck.execute(f"{query} ORDER BY left_id, right_id"))

    def suggestions(self) -> list[Pair]:
        """Return what may be the same money, of all rules so far: at most five for a record, the likeliest first."""
        return list(
            self._pairs(self.duck.execute(f"{with_digits(ranked())} ORDER BY left_id, rank, right_id"))
        )

    def lines(self, state: str) -> list[str]:
        """Return the lines in a state (`open`, `booked`) that no rule so far has paired, as 32 digits each."""
        rows = self.duck.execute(
            f"SELECT {digits_of('a.id')} FROM all_lines AS a ANTI JOIN found AS l ON l.left_id = a.id "
            "ANTI JOIN found AS r ON r.right_id = a.id WHERE a.state = ?",
            [state],
        )
        return [line for (line,) in rows.fetchall()]

    def oldest_debit(self) -> date | None:
        """Return the day of the oldest open line by which the bank took money."""
        (day,) = self.duck.execute(
            "SELECT MIN(day) FROM all_lines WHERE pence < 0 AND state = 'open'"
        ).fetchone() or (None,)
        return None if day is None else date.fromordinal(day)

    def misses(self, rule: MatchRule) -> list[Miss]:
        """Return, for records still open, the nearest a rule came."""
        if rule.uniqueness is Uniqueness.GROUP or not self._worth(rule, rule.alternatives[0]):
            return []
        nearest = f"({self._compiler.nearest_misses(rule)})"
        found = self.duck.execute(f"SELECT {digits_of('left_id')}, * EXCLUDE (left_id) FROM {nearest}")
        told = Teller(rule)
        return [
            Miss(left=left, rule=rule.name, evidence=told.evidence(0, keys) | {"days": days}, amount=Money(pence), other=Money(other))
            for left, pence, other, days, *keys in found.fetchall()
        ]  # fmt: skip

    def _worth(self, rule: MatchRule, keys: Mapping[str, str]) -> bool:
        """Make sure that texts were looked at where the rule compares them; tell whether anything can be equal."""
        for part, look in enumerate((extract, extract_mistyped)):
            # Only what no rule before has explained is looked at.
            if self._extracted <= part and not keys.keys().isdisjoint(_TEXT_PARTS[part:]):
                self._extracted += 1
                look(self, self._formats)
        sides = (
            ((KINDS[rule.left], ours) for ours, theirs in keys.items() if theirs),
            ((KINDS[rule.right], theirs) for theirs in keys.values() if theirs),
        )
        return not any(
            self.empty(kind, column) for side in sides for kind, column in side if column in kind.columns
        )

    def _allowed(self) -> str:
        if not self._count("refused"):
            return "TRUE"
        return "(left_id, right_id) NOT IN (SELECT (left_id, right_id) FROM refused)"

    def _pair_groups(self, rule: MatchRule, number: int) -> None:
        if rule.mode is Mode.SUGGEST:
            self._keep("suggested", rule, number, "candidates", self._collisions())
            return
        self._keep("found", rule, number, f"(SELECT c.* FROM {SINGLE})", "")
        self._keep("suggested", rule, number, LEFT_OVER.format(number=number), "")
        self._close(rule, f"rule = {number}")

    def _keep(self, table: str, rule: MatchRule, number: int, candidates: str, collisions: str) -> int:
        """Keep pairs with their evidence, of a group each member with the pence that it brings; return how many."""
        into, columns = (
            f"INSERT INTO {table} SELECT {number}",
            dict(zip(COLUMNS, (f"c.{name}" for name in COLUMNS), strict=True)),
        )
        if rule.uniqueness is not Uniqueness.GROUP:
            return self._inserted(
                f"{into}, {', '.join(columns.values())}, c.right_id, 0, c.left_pence, '{collisions}' FROM {candidates} AS c"
            )
        chosen = columns | {"right_id": "m.right_id", "right_pence": "m.right_pence"}
        return self._inserted(
            f"{into}, {', '.join(chosen.values())}, c.right_id, COUNT(*) OVER (PARTITION BY c.left_id, c.right_id), m.gross, "
            f"'{collisions}' FROM {candidates} AS c JOIN ({self._compiler.members(rule)}) AS m ON m.group_id = c.right_id"
        )

    def _close(self, rule: MatchRule, which: str) -> None:
        for side, kind in (("left", KINDS[rule.left]), ("right", KINDS[rule.right])):
            self.close_matched(kind, f"SELECT {side}_id FROM found WHERE {which}")

    def _collisions(self) -> str:
        """Say which share of the records that fit at all fit more than once."""
        (several, every) = self.duck.execute("""
SELECT COUNT(*) FILTER (rivals > 1), COUNT(*) FROM (
  SELECT COUNT(*) AS rivals FROM candidates GROUP BY left_id UNION ALL SELECT COUNT(*) FROM candidates GROUP BY right_id
)""").fetchone() or (0, 1)  # fmt: skip
        tenths = several * 1000 // every
        return f"{tenths // 10}.{tenths % 10} %"

    def _pairs(self, rows: Any) -> Iterator[Pair]:  # noqa: ANN401 - a cursor of DuckDB
        while block := rows.fetchmany(_BLOCK):
            for row in block:
                yield self._tellers[row[0]].pair(row)

    def _count(self, table: str) -> int:
        return int((self.duck.execute(f"SELECT COUNT(*) FROM {table}").fetchone() or (0,))[0])

    def _inserted(self, statement: str) -> int:
        return int((self.duck.execute(statement).fetchone() or (0,))[0])
