"""Feeds: each file of a back office, what it was told of each line, and what it was not told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.clearing import CLEARANCE
from localgov_ims.domain.feeds import BANK, FeedFigures, FeedFile, FeedLine
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.storage import income_files
from localgov_ims.storage.bulk_receipts import ORIGIN
from localgov_ims.storage.schema import (
    day_column,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit
from localgov_ims.storage.transactions import lines as tl
from localgov_ims.storage.transactions import transactions as t

files = record_table(
    "feed_files",
    text_column("feed"),
    number_column("sequence"),
    day_column("created_on"),
    text_column("name"),
    number_column("lines"),
    pence_column("total"),
    day_column("first_on", nullable=True),
    day_column("last_on", nullable=True),
    text_column("sha256"),
    sa.UniqueConstraint("feed", "sequence"),
)

told = record_table(
    "feed_lines",
    text_column("feed"),
    points_to(tl, "line"),
    points_to(files, "file", nullable=True),
    number_column("number", nullable=True),
    text_column("reason", nullable=True),
    pence_column("pence"),
    # A line goes out in one file of each feed, or is not fed, and that once.
    sa.UniqueConstraint("feed", "line"),
    sa.Index("ix_feed_lines_file", "file"),
)
"""What a feed was told of a line: in which file and where in it, or the reason why not."""

sends = record_table(
    "feed_sends",
    points_to(files, "file"),
    number_column("number"),
    sa.UniqueConstraint("file", "number"),
)
"""Each time that a file was made; all but the first are copies."""


def open_lines(connection: Connection, feed: str, funds: Collection[str]) -> list[FeedLine]:
    """Return the lines of *funds* of which nothing was decided yet, the oldest first."""
    decided = sa.select(told.c.line).where(told.c.feed == feed)
    return list(lines_where(connection, tl.c.fund.in_(funds), tl.c.id.not_in(decided)))


def numbered(connection: Connection, places: sa.Select[Any]) -> list[tuple[int, FeedLine]]:
    """Return lines by their number in a file; *places* selects `line` and `number`."""
    order = {row.line: row.number for row in connection.execute(places)}
    found = lines_where(connection, tl.c.id.in_(places.with_only_columns(places.selected_columns[0])))
    return sorted(((order[each.id], each) for each in found), key=lambda each: each[0])


def lines_where(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[FeedLine]:
    """Yield lines of any fund as feeds see them, the oldest first."""
    other = tl.alias("other")
    corrected = sa.func.coalesce(tl.c.reverses, tl.c.draws_on)
    query = (
        sa.select(
            tl, t.c.kind, t.c.origin_kind, t.c.origin_id, t.c.taken_on, t.c.office, other.c.reference.label("corrects")
        )
        .join(t, t.c.id == tl.c.transaction)
        .outerjoin(other, other.c.id == corrected)
        .where(*where)
        .order_by(t.c.recorded_at, t.c.id, tl.c.number)
    )  # fmt: skip
    types = _import_types(connection)
    for row in connection.execute(query):
        file = row.origin_id.partition("/")[0]
        origin = {"statement_line": BANK, ORIGIN: types.get(file, ORIGIN)}.get(
            row.origin_kind, row.origin_kind
        )
        yield FeedLine(
            id=row.id, reference=row.reference, fund=row.fund, account_reference=row.account_reference,
            amount=Money(row.pence), mop=row.mop, narrative=row.narrative, origin=origin, taken_on=row.taken_on, office=row.office,
            kind=CLEARANCE if row.origin_kind == CLEARANCE else row.kind, corrects=row.corrects,
            corrects_id=row.reverses or row.draws_on,
        )  # fmt: skip


def _import_types(connection: Connection) -> dict[str, str]:
    of = income_files.income_files.c
    return {str(row.file): row.import_type for row in connection.execute(sa.select(of.file, of.import_type))}


def decided(connection: Connection, feed: str, lines: Iterable[UUID]) -> dict[UUID, str | None]:
    """Return what became of *lines*: none where they were fed, else the reason why not."""
    wanted, found = list(lines), dict[UUID, str | None]()
    for start in range(0, len(wanted), 500):
        block = wanted[start : start + 500]
        query = sa.select(told.c.line, told.c.reason).where(told.c.feed == feed, told.c.line.in_(block))
        found |= {row.line: row.reason for row in connection.execute(query)}
    return found


def untold_of(connection: Connection, feed: str, line: UUID, reason: str) -> bool:
    """Tell whether something that was taken from a line, and not restored, is not fed for a reason."""
    taken = sa.select(tl.c.id).where((tl.c.draws_on == line) | (tl.c.reverses == line))
    query = sa.select(sa.func.coalesce(sa.func.sum(told.c.pence), 0)).where(
        told.c.feed == feed, told.c.reason == reason, told.c.line.in_(taken)
    )
    return bool(connection.execute(query).scalar_one())


def next_sequence(connection: Connection, feed: str) -> int:
    """Return the sequence of the next file."""
    last = connection.execute(sa.select(sa.func.max(files.c.sequence)).where(files.c.feed == feed)).scalar()
    return int(last or 0) + 1


def add(
    unit: Unit,
    file: FeedFile | None,
    fed: Sequence[FeedLine],
    not_fed: Sequence[tuple[FeedLine, str]],
    feed: str,
) -> None:
    """Record a file with its lines, and the lines that are not fed; without a file there are only these.

    Raises:
        AlreadyDone: Somebody else feeds the same lines.
    """
    if file is not None:
        f = file
        unit.record(
            files,
            [
                (
                    f.id,
                    f.feed,
                    f.sequence,
                    f.created_on,
                    f.name,
                    f.count,
                    f.total.pence,
                    f.first_on,
                    f.last_on,
                    f.sha256,
                )
            ],
        )
        unit.record(sends, [(new_id(), f.id, 1)])
        unit.record(
            told,
            [(new_id(), feed, e.id, f.id, n, None, e.amount.pence) for n, e in enumerate(fed, 1)],
        )
    unit.record(
        told,
        [(new_id(), feed, e.id, None, None, reason, e.amount.pence) for e, reason in not_fed],
    )


def add_copy(unit: Unit, file: UUID) -> int:
    """Record that a file was made again; return the how-many-th time it is."""
    last = unit.connection.execute(
        sa.select(sa.func.max(sends.c.number)).where(sends.c.file == file)
    ).scalar()
    number = int(last or 0) + 1
    unit.record(sends, [(new_id(), file, number)])
    return number


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> list[FeedFile]:
    """Return files of feeds, in sequence."""
    query = sa.select(files).where(*where).order_by(files.c.feed, files.c.sequence)
    return [
        FeedFile(
            id=row.id, feed=row.feed, sequence=row.sequence, created_on=row.created_on, name=row.name, count=row.lines,
            total=Money(row.total), first_on=row.first_on, last_on=row.last_on, sha256=row.sha256,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def figures(
    connection: Connection, feed: str, funds: Collection[str], first_on: date, last_on: date
) -> FeedFigures:
    """Return what became of the income of *funds* taken from *first_on* to *last_on*."""
    days = t.c.taken_on.between(first_on, last_on)
    query = (
        sa.select(tl.c.id, tl.c.pence, told.c.pence.label("told"), told.c.file, told.c.reason)
        .join(t, t.c.id == tl.c.transaction)
        .outerjoin(told, (told.c.line == tl.c.id) & (told.c.feed == feed))
        .where(tl.c.fund.in_(funds), days)
        .subquery()
    )
    grouped = sa.select(
        query.c.reason, query.c.told.is_(None).label("waits"), sa.func.sum(query.c.pence).label("pence"),
        sa.func.coalesce(sa.func.sum(query.c.told), 0).label("told"),
    ).group_by(query.c.reason, query.c.told.is_(None))  # fmt: skip
    income = fed = waiting = 0
    not_fed: dict[str, Money] = {}
    for row in connection.execute(grouped):
        income += int(row.pence)
        if row.waits:
            waiting += int(row.pence)
        elif row.reason is None:
            fed += int(row.told)
        else:
            not_fed[row.reason] = Money(int(row.told))
    return FeedFigures(
        income=Money(income), fed=Money(fed), not_fed=dict(sorted(not_fed.items())), waiting=Money(waiting)
    )
