"""What reconciliation records: runs, matches, dispositions and breaks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.breaks import Break, BreakKind
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.reconciliation.matches import Match, MatchUndo
from localgov_ims.storage.schema import (
    day_column,
    id_column,
    json_text,
    moment_column,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.statements import lines
from localgov_ims.storage.store import Unit

runs = record_table("reconciliation_runs", moment_column("at"), text_column("by"), number_column("lines"))
"""A finished run, and how many statement lines had a disposition when it ended: none may lose it."""

matches = record_table(
    "matches",
    id_column("run"),
    text_column("rule"),
    number_column("rule_version"),
    text_column("role"),
    text_column("left_kind"),
    id_column("left_id"),
    text_column("right_kind"),
    id_column("right_id"),
    pence_column("pence"),
    pence_column("fee"),
    text_column("evidence"),
    number_column("generation"),
    number_column("left_generation"),
    # Null where one left record lawfully has several right ones.
    id_column("sole_left", nullable=True),
    sa.UniqueConstraint("right_kind", "right_id", "role", "generation"),
    sa.UniqueConstraint("left_kind", "sole_left", "role", "left_generation"),
)

undos = record_table(
    "match_undos",
    points_to(matches, "match"),
    text_column("reason"),
    text_column("by"),
    moment_column("at"),
    sa.UniqueConstraint("match"),
)
"""Matches that a person took back."""

completions = record_table(
    "rule_completions",
    id_column("run"),
    text_column("rule"),
    number_column("rule_version"),
    text_column("input"),
    number_column("matches"),
    sa.UniqueConstraint("run", "rule"),
)
"""That a rule was run to its end: over what (a digest of what was open), and how many Matches it recorded."""

dispositions = record_table(
    "dispositions",
    points_to(lines, "line"),
    number_column("number"),
    text_column("kind"),
    text_column("reason"),
    text_column("rule", nullable=True),
    text_column("what", nullable=True),
    id_column("record", nullable=True),
    day_column("until_on", nullable=True),
    text_column("evidence"),
    sa.UniqueConstraint("line", "number"),
)

breaks = record_table(
    "breaks",
    text_column("kind"),
    text_column("subject_kind"),
    id_column("subject"),
    day_column("since_on"),
    text_column("message"),
    text_column("awaited"),
    sa.UniqueConstraint("kind", "subject_kind", "subject", "awaited"),
)


def _live() -> sa.Subquery:
    undone = sa.exists().where(undos.c.match == matches.c.id)
    return sa.select(matches).where(~undone).subquery("live_matches")


live = _live()
"""The Matches that nobody took back."""


def _current() -> sa.Subquery:
    # Numbers leave no gap, so the current one is the one that has no next; the unique index answers that.
    following = dispositions.alias("following")
    has_next = sa.exists().where(
        following.c.line == dispositions.c.line, following.c.number == dispositions.c.number + 1
    )
    return sa.select(dispositions).where(~has_next).subquery("current_dispositions")


current = _current()
"""The current disposition of each line: the one with the highest number."""


def add_run(unit: Unit, run: UUID, at: datetime, by: str, disposed: int) -> None:
    """Record that a run has finished."""
    unit.record(runs, [(run, at, by, disposed)])


def add_matches(unit: Unit, found: Iterable[Match]) -> None:
    """Record matches in bulk."""
    unit.record(
        matches,
        [
            (
                m.id, m.run, m.rule, m.rule_version, m.role, m.left_kind, m.left, m.right_kind, m.right,
                m.amount.pence, m.fee.pence, json_text(dict(m.evidence)), m.generation, m.left_generation, m.left if m.sole else None,
            )
            for m in found
        ],
    )  # fmt: skip


def add_dispositions(unit: Unit, made: Iterable[Disposition]) -> None:
    """Record dispositions in bulk."""
    unit.record(
        dispositions,
        [
            (
                d.id, d.line, d.number, d.kind.value, d.reason, d.rule, d.what, d.record, d.until_on,
                json_text(dict(d.evidence)),
            )
            for d in made
        ],
    )  # fmt: skip


def add_breaks(unit: Unit, found: Iterable[Break]) -> None:
    """Record breaks."""
    unit.record(
        breaks,
        [(b.id, b.kind.value, b.subject_kind, b.subject, b.since_on, b.message, b.awaited) for b in found],
    )


def some_matches(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[Match]:
    """Yield matches, those that were taken back among them."""
    for row in connection.execute(sa.select(matches).where(*where).order_by(matches.c.id)):
        yield match(row)


def match(row: sa.Row[Any]) -> Match:
    """Return the record of a row of `matches` or `live`."""
    return Match(
        id=row.id, run=row.run, rule=row.rule, rule_version=row.rule_version, role=row.role, left_kind=row.left_kind,
        left=row.left_id, right_kind=row.right_kind, right=row.right_id, amount=Money(row.pence), fee=Money(row.fee),
        evidence=json.loads(row.evidence), sole=row.sole_left is not None, generation=row.generation,
        left_generation=row.left_generation,
    )  # fmt: skip


def add_undos(unit: Unit, made: Iterable[MatchUndo]) -> None:
    """Record that Matches are taken back.

    Raises:
        AlreadyDone: One was taken back already.
    """
    unit.record(undos, [(undo.id, undo.match, undo.reason, undo.by, undo.at) for undo in made])


def some_undos(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[MatchUndo]:
    """Yield what was taken back, the oldest first."""
    for row in connection.execute(sa.select(undos).where(*where).order_by(undos.c.at, undos.c.id)):
        yield MatchUndo(id=row.id, match=row.match, reason=row.reason, by=row.by, at=row.at)


def generations(connection: Connection) -> dict[tuple[str, str, UUID], int]:
    """Return how often Matches of a record were taken back: by role, side (`left` or `right`) and record."""
    found: dict[tuple[str, str, UUID], int] = {}
    query = sa.select(matches.c.role, matches.c.left_id, matches.c.right_id).join(
        undos, undos.c.match == matches.c.id
    )
    for row in connection.execute(query):
        for key in ((row.role, "left", row.left_id), (row.role, "right", row.right_id)):
            found[key] = found.get(key, 0) + 1
    return found


def add_completions(unit: Unit, run: UUID, done: Iterable[tuple[str, int, str, int]]) -> None:
    """Record that rules were run to their end: name, version, digest of what was open, Matches recorded."""
    unit.record(completions, [(new_id(), run, *each) for each in done])


def history(connection: Connection, line: UUID) -> list[Disposition]:
    """Return every disposition a line has had, the first one first."""
    query = sa.select(dispositions).where(dispositions.c.line == line).order_by(dispositions.c.number)
    return [disposition(row) for row in connection.execute(query)]


def latest_of(connection: Connection, line: UUID) -> Disposition | None:
    """Return the current disposition of a line; none where no run has seen it."""
    row = connection.execute(sa.select(current).where(current.c.line == line)).first()
    return None if row is None else disposition(row)


def add_new_breaks(unit: Unit, found: Iterable[Break]) -> None:
    """Record those Breaks that are not recorded yet: the same thing is wrong with the same record once."""
    kept = []
    for b in found:
        same = (breaks.c.kind == b.kind.value) & (breaks.c.subject_kind == b.subject_kind)
        query = sa.select(breaks.c.id).where(
            same, breaks.c.subject == b.subject, breaks.c.awaited == b.awaited
        )
        if unit.connection.execute(query).first() is None:
            kept.append(b)
    add_breaks(unit, kept)


def some_breaks(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[Break]:
    """Yield breaks, the oldest first."""
    for row in connection.execute(sa.select(breaks).where(*where).order_by(breaks.c.since_on, breaks.c.id)):
        yield Break(
            id=row.id, kind=BreakKind(row.kind), subject_kind=row.subject_kind, subject=row.subject,
            since_on=row.since_on, message=row.message, awaited=row.awaited,
        )  # fmt: skip


def disposition(row: sa.Row[Any]) -> Disposition:
    """Return the record of a row of `dispositions` or `current`."""
    return Disposition(
        id=row.id, line=row.line, number=row.number, kind=DispositionKind(row.kind), reason=row.reason, rule=row.rule,
        what=row.what, record=row.record, until_on=row.until_on, evidence=json.loads(row.evidence),
    )  # fmt: skip
