"""Suggestions of match rules: candidate pairs that wait for a person, and those that a person rejected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_hexes, new_id
from localgov_ims.domain.money import Money
from localgov_ims.reconciliation.findings import Pair
from localgov_ims.reconciliation.kinds import KINDS
from localgov_ims.reconciliation.matches import Suggestion
from localgov_ims.storage.reconciliation import live, matches, undos
from localgov_ims.storage.schema import (
    flat_json,
    id_column,
    moment_column,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

suggestions = record_table(
    "match_suggestions",
    id_column("run"),
    text_column("rule"),
    number_column("rule_version"),
    text_column("role"),
    text_column("left_kind"),
    id_column("left_id"),
    text_column("right_kind"),
    id_column("right_id"),
    pence_column("pence"),
    number_column("rank"),
    text_column("evidence"),
    # A pair is suggested once in a role, by the first rule that saw it.
    sa.UniqueConstraint("left_id", "right_id", "role"),
)

rejections = record_table(
    "suggestion_rejections",
    points_to(suggestions, "suggestion"),
    text_column("reason"),
    text_column("by"),
    moment_column("at"),
    sa.UniqueConstraint("suggestion"),
)
"""Suggestions that a person rejected: the pair is never suggested again, nor matched by a rule."""


def add(unit: Unit, run: UUID, pairs: Sequence[Pair]) -> int:
    """Record pairs as suggestions, but those that were suggested before in their role, and return how many are new."""
    known = _known(unit.connection, {pair.left for pair in pairs})
    fresh = [pair for pair in pairs if (pair.left, pair.right, pair.rule.role) not in known]
    unit.record_canonical(suggestions, [
        [
            id_, run.hex, pair.rule.name, pair.rule.version, pair.rule.role, KINDS[pair.rule.left].record, pair.left,
            KINDS[pair.rule.right].record, pair.right, pair.amount.pence, pair.rank, flat_json(pair.evidence),
        ]
        for id_, pair in zip(new_hexes(len(fresh)), fresh, strict=True)
    ])  # fmt: skip
    return len(fresh)


def add_rejections(unit: Unit, rejected: Iterable[UUID], *, reason: str, by: str) -> None:
    """Record that a person rejected suggestions.

    Raises:
        AlreadyDone: One was rejected before.
    """
    unit.record(rejections, [(new_id(), each, reason, by, unit.at) for each in rejected])


def rejection_of(connection: Connection, suggestion: UUID) -> tuple[str, str] | None:
    """Return by whom and why a suggestion was rejected, if it was."""
    query = sa.select(rejections.c.by, rejections.c.reason).where(rejections.c.suggestion == suggestion)
    row = connection.execute(query).one_or_none()
    return (row.by, row.reason) if row is not None else None


def _known(connection: Connection, lefts: set[str]) -> set[tuple[str, str, str]]:
    s, wanted = suggestions.c, [UUID(left) for left in sorted(lefts)]
    found: set[tuple[str, str, str]] = set()
    for start in range(0, len(wanted), 500):
        query = sa.select(s.left_id, s.right_id, s.role).where(s.left_id.in_(wanted[start : start + 500]))
        found.update((row.left_id.hex, row.right_id.hex, row.role) for row in connection.execute(query))
    return found


def open_suggestions(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[Suggestion]:
    """Yield the suggestions that wait for a person, record by record, the likeliest first.

    One whose record on either side has found its counterpart since waits no longer.
    """
    s = suggestions.c
    taken = sa.exists().where(
        ((live.c.left_id == s.left_id) & (live.c.role == s.role))
        | ((live.c.right_id == s.right_id) & (live.c.role == s.role))
    )
    rejected = sa.exists().where(rejections.c.suggestion == s.id)
    query = sa.select(suggestions).where(~taken, ~rejected, *where)
    for row in connection.execute(query.order_by(s.left_id, s.rank, s.right_id)):
        yield suggestion(row)


def of_line(connection: Connection, line: UUID) -> list[Suggestion]:
    """Return every suggestion that was made for a bank line, the likeliest first."""
    query = sa.select(suggestions).where(suggestions.c.left_id == line).order_by(suggestions.c.rank)
    return [suggestion(row) for row in connection.execute(query)]


def suggestion(row: sa.Row[Any]) -> Suggestion:
    """Return the record of a row of `suggestions`."""
    return Suggestion(
        id=row.id, run=row.run, rule=row.rule, rule_version=row.rule_version, role=row.role, left_kind=row.left_kind,
        left=row.left_id, right_kind=row.right_kind, right=row.right_id, amount=Money(row.pence), rank=row.rank,
        evidence=json.loads(row.evidence),
    )  # fmt: skip


def refused_pairs(connection: Connection) -> Iterator[tuple[UUID, UUID]]:
    """Yield the pairs that a person said are not the same money: Matches taken back and suggestions rejected."""
    m, s = matches.c, suggestions.c
    undone = sa.select(m.left_id, m.right_id).join(undos, undos.c.match == m.id)
    rejected = sa.select(s.left_id, s.right_id).join(rejections, rejections.c.suggestion == s.id)
    for row in connection.execute(sa.union(undone, rejected)):
        yield row.left_id, row.right_id
