"""Where each item of suspense stands, searched by the million; marks of who works on one; lists that paid several.

What an item comes to is in its line, and what of it is left in the draws. `standing` says both again, with what items
are searched by, so that open ones are found without asking every item that there ever was. It is no record: the database
keeps it by triggers with each item and draw, and the laws prove it against them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseCriteria, SuspenseState
from localgov_ims.storage import files, personal
from localgov_ims.storage.schema import (
    day_column,
    id_column,
    json_text,
    metadata,
    moment_column,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.searching import field_of
from localgov_ims.storage.store import Unit
from localgov_ims.storage.transactions import lines

_OPEN = sa.text("left_pence <> 0")
_FEW = 2_000


def _open(name: str, *columns: str) -> sa.Index:
    """Index columns of open items alone: they are few, however many there have been."""
    return sa.Index(f"ix_suspense_standing_{name}", *columns, sqlite_where=_OPEN, postgresql_where=_OPEN)


standing = sa.Table(
    "suspense_standing",
    metadata,
    sa.Column("line", sa.Uuid(), primary_key=True),
    day_column("taken_on"),
    moment_column("received_at"),
    pence_column("pence"),
    pence_column("left_pence"),
    # What is left, below zero whatever its sign: the largest comes first in any index.
    pence_column("weight"),
    text_column("reason"),
    text_column("mop"),
    text_column("received_reference", nullable=True),
    id_column("file", nullable=True),
    id_column("bank_line", nullable=True),
    # The line's own narrative, where it is no personal data.
    text_column("says", nullable=True),
    # Each holds all that the others are searched by, so that counting a million looks at nothing else.
    _open("open", "taken_on", "weight", "line", "left_pence", "pence"),
    _open("reason", "reason", "taken_on", "weight", "left_pence", "pence", "mop"),
    _open("mop", "mop", "taken_on", "weight", "left_pence", "pence", "reason"),
    _open("pence", "pence", "taken_on", "weight", "left_pence", "mop", "reason"),
    _open("received_at", "received_at", "taken_on", "weight", "line", "left_pence", "pence", "mop", "reason"),
    _open("says", "taken_on", "weight", "line", "left_pence", "bank_line", "says"),
    sa.Index("ix_suspense_standing_all", "taken_on", "weight"),
    sa.Index("ix_suspense_standing_reference", "received_reference"),
    sa.Index("ix_suspense_standing_file", "file"),
)

marks = record_table(
    "suspense_marks",
    points_to(lines, "line"),
    moment_column("at"),
    text_column("by"),
    sa.Index("ix_suspense_marks_line", "line", "at"),
)

lists = record_table(
    "suspense_lists",
    text_column("list"),
    points_to(lines, "line"),
    number_column("n"),
    id_column("record"),
    # One list pays from one item once; after its clearance was undone, once more.
    sa.UniqueConstraint("list", "line", "n"),
)
"""Remittance lists that have been cleared from items: `record` is the clearance's, or its proposal's."""


@frozen(kw_only=True)
class SuspenseSearch:
    """Criteria, made ready for a database: `references` are the forms of the one asked for, `file` the one named."""

    criteria: SuspenseCriteria
    references: tuple[str, ...] = ()
    file: UUID | None = None


def list_used(connection: Connection, name: str) -> bool:
    """Tell whether any item was cleared by a list of this name."""
    return (
        connection.execute(sa.select(lists.c.id).where(lists.c.list == name).limit(1)).one_or_none()
        is not None
    )


def totals(connection: Connection, search: SuspenseSearch) -> tuple[int, Money]:
    """Return how many items fit, and what is left of them together."""
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(standing.c.left_pence), 0)).select_from(
        standing
    )
    count, pence = connection.execute(query.where(*_conditions(connection, search))).one()
    return count, Money(int(pence))


def page(
    connection: Connection,
    search: SuspenseSearch,
    *,
    limit: int | None = None,
    offset: int = 0,
    fitting: int = 0,
) -> list[tuple[UUID, Money]]:
    """Return the lines of the items that fit and what is left of each, the oldest first, then the largest.

    *fitting* is how many do, where it is known: many are soon met in this order, which SQLite cannot know.
    """
    table = standing.c
    sqlite = connection.dialect.name == "sqlite"
    query = (
        sa.select(table.line, table.left_pence)
        .where(*_conditions(connection, search, fitting=fitting if sqlite else 0))
        .order_by(table.taken_on, table.weight, table.line)
        .limit(limit)
        .offset(offset)
    )
    return [(row.line, Money(row.left_pence)) for row in connection.execute(query)]


By = Callable[[sa.Column[Any]], sa.ColumnElement[Any]]
"""Names a column so that it is looked up by, or not."""


def _conditions(
    connection: Connection, search: SuspenseSearch, *, fitting: int = 0
) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what items must fulfil; where many do, SQLite is kept from looking them up by anything but their order."""

    def by(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        # What came here late was often paid early, so those of some days do not stand together in that order.
        few = _FEW if column is not standing.c.received_at else 100 * _FEW
        return sa.func.ifnull(column, column, type_=column.type) if fitting > few else column

    yield from _of_state(search.criteria.state)
    yield from _in_ranges(search.criteria, by)
    yield from _named(search, by)
    if search.criteria.narrative is not None:
        yield _says(connection, search.criteria.narrative)


def _of_state(state: SuspenseState) -> Iterator[sa.ColumnElement[bool]]:
    table = standing.c
    if state is SuspenseState.CLEARED:
        yield table.left_pence == 0
    elif state is not SuspenseState.ALL:
        yield table.left_pence != 0
    if state is SuspenseState.UNTOUCHED:
        yield table.left_pence == table.pence
    elif state is SuspenseState.PARTLY:
        yield table.left_pence != table.pence


def _in_ranges(asked: SuspenseCriteria, by: By) -> Iterator[sa.ColumnElement[bool]]:
    table = standing.c
    for column, (first, last) in (
        (table.taken_on, (asked.taken_from, asked.taken_to)),
        (by(table.pence), asked.pence),
    ):
        if first is not None:
            yield column >= first
        if last is not None:
            yield column <= last
    after, before = asked.received_between
    if after is not None:
        yield by(table.received_at) >= after
    if before is not None:
        yield by(table.received_at) < before


def _named(search: SuspenseSearch, by: By) -> Iterator[sa.ColumnElement[bool]]:
    asked, table, events = search.criteria, standing.c, files.events
    if asked.reason is not None:
        yield by(table.reason) == asked.reason.value
    if asked.mop is not None:
        yield by(table.mop) == asked.mop
    if search.references:
        named = sa.select(lines.c.id).where(lines.c.reference.in_(search.references))
        yield table.received_reference.in_(search.references) | table.line.in_(named)
    if search.file is not None:
        yield by(table.file) == search.file
    if asked.import_type is not None:
        yield table.file.in_(sa.select(events.c.file).where(events.c.import_type == asked.import_type))


def _says(connection: Connection, text: str) -> sa.ColumnElement[bool]:
    """Return the condition that a text stands in an item's narrative, or in what the bank said of it."""
    table, kept = standing.c, personal.data
    pattern = "%" + "".join(f"\\{c}" if c in "\\%_" else c for c in text) + "%"
    # LIKE of SQLite does not look at the case of A to Z; it is twice as fast as ILIKE, which it has not.
    like = table.says.like if connection.dialect.name == "sqlite" else table.says.ilike
    said = sa.or_(
        *(
            field_of(connection, kept.c.value, name).icontains(text, autoescape=True)
            for name in ("narrative", "name")
        )
    )
    # What is no ASCII stands in a list as an escape.
    listed = field_of(connection, kept.c.value, "narrative").icontains(json_text(text)[1:-1], autoescape=True)
    beside = sa.exists().where(kept.c.record.in_([table.line, table.bank_line]), said | listed)
    elsewhere = table.says.is_(None) | table.bank_line.is_not(None)
    return like(pattern, escape="\\") | (elsewhere & beside)


def add_mark(unit: Unit, line: UUID, by: str) -> None:
    """Record that somebody works on an item now."""
    unit.record(marks, [(new_id(), line, unit.at, by)])


def latest_mark(connection: Connection, line: UUID) -> tuple[datetime, str] | None:
    """Return when and by whom an item was marked last, if it ever was."""
    query = sa.select(marks.c.at, marks.c.by).where(marks.c.line == line).order_by(marks.c.at.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return (row.at, row.by) if row is not None else None


def add_list(unit: Unit, name: str, uses: dict[UUID, int], record: UUID) -> None:
    """Record that a list was cleared from items, each with how often it had been before.

    Raises:
        AlreadyDone: Somebody else cleared it from one of them meanwhile.
    """
    unit.record(lists, [(new_id(), name, line, n + 1, record) for line, n in sorted(uses.items())])


def uses_of(connection: Connection, name: str, wanted: list[UUID]) -> list[tuple[UUID, int, UUID]]:
    """Return how often a list was cleared from each of some items, and as what: line, n, record; in order."""
    query = sa.select(lists.c.line, lists.c.n, lists.c.record).where(
        lists.c.list == name, lists.c.line.in_(wanted)
    )
    return [(row.line, row.n, row.record) for row in connection.execute(query.order_by(lists.c.n))]
