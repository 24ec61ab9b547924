"""What back offices answered: which lines of a feed's file they took, and what of the others was sent again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import evolve, frozen
from sqlalchemy import Connection

from localgov_ims.domain.feeds import FeedFile, FeedLine, feed_number
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.storage import feeds, stated
from localgov_ims.storage.schema import number_column, pence_column, points_to, record_table, text_column
from localgov_ims.storage.store import Unit
from localgov_ims.storage.transactions import lines as tl

answers = record_table(
    "feed_answers",
    points_to(feeds.files, "file"),
    number_column("number"),
    text_column("source"),
    text_column("sha256"),
    number_column("accepted"),
    pence_column("accepted_pence"),
    number_column("rejected"),
    pence_column("rejected_pence"),
    sa.UniqueConstraint("file", "number"),
    # The same answer twice is once.
    sa.UniqueConstraint("file", "sha256"),
)

lines = record_table(
    "feed_answer_lines",
    points_to(answers, "answer"),
    points_to(feeds.files, "file"),
    number_column("number"),
    points_to(tl, "line"),
    points_to(stated.items, "item", nullable=True),
    # A line of a file is taken or not, and that once.
    sa.UniqueConstraint("file", "number"),
    sa.UniqueConstraint("item"),
)
"""What was said of the line at a place in a file; one that was rejected is an item of the list of the rejected."""

resends = record_table(
    "feed_resends",
    points_to(lines, "rejection"),
    points_to(feeds.files, "file"),
    number_column("number"),
    points_to(tl, "line"),
    pence_column("pence"),
    # What was rejected is sent again once; if it is rejected again, that is another rejection.
    sa.UniqueConstraint("rejection"),
    sa.UniqueConstraint("file", "number"),
)
"""Lines in a file that an earlier file had, and that were not taken with it. Income was told with the first alone."""

AGAIN = "sent_again"
_IS_THERE = (AGAIN, "mistaken")
"""The ends after which a back office has, or will have, what it rejected."""


@frozen(kw_only=True)
class Entry:
    """A line at its place in a file; `rejection` is what it was sent again for."""

    number: int
    line: FeedLine
    rejection: UUID | None = None


@frozen(kw_only=True)
class Said:
    """How much of a file was answered."""

    accepted: int = 0
    rejected: int = 0


@frozen(kw_only=True)
class Rejection:
    """A line that an answer named as not taken; `reference` is its own, `account_reference` whose account it was for."""

    reference: str
    account_reference: str | None
    taken_on: date
    amount: Money


def rejections(connection: Connection, fund: str) -> list[Rejection]:
    """Return what answers to feeds named as not taken of a fund, settled or not."""
    i = stated.items.c
    query = (
        sa.select(i.reference, tl.c.account_reference, i.day, i.pence)
        .join(lines, lines.c.item == i.id)
        .join(tl, tl.c.id == lines.c.line)
        .where(i.subject == fund)
        .order_by(i.day, i.reference)
    )
    return [
        Rejection(reference=row.reference, account_reference=row.account_reference, taken_on=row.day, amount=Money(row.pence))
        for row in connection.execute(query)
    ]  # fmt: skip


def entries_of(connection: Connection, file: UUID) -> list[Entry]:
    """Return the lines of a file in its order, those that were sent again with the name of their first file."""
    told = feeds.told.c
    first = [
        Entry(number=number, line=line)
        for number, line in feeds.numbered(
            connection, sa.select(told.line, told.number).where(told.file == file)
        )
    ]
    r, here = resends.c, resends.c.file == file
    again = {row[0]: row[1] for row in connection.execute(sa.select(r.number, r.rejection).where(here))}
    names = _first_files(connection, sa.select(r.rejection).where(here)) if again else {}
    return first + [
        Entry(number=n, line=evolve(line, first_file=names[again[n]]), rejection=again[n])
        for n, line in feeds.numbered(connection, sa.select(r.line, r.number).where(here))
    ]


def to_send_again(connection: Connection, feed: str, *, first: int) -> list[Entry]:
    """Return what was rejected of a feed, is to be sent again, and was not yet; numbered from *first*."""
    said, f, ended = lines.c, feeds.files.c, stated.ends.c
    query = (
        sa.select(said.id, said.line)
        .join(feeds.files, f.id == said.file)
        .join(stated.ends, ended.item == said.item)
        .where(f.feed == feed, ended.outcome == AGAIN, said.id.not_in(sa.select(resends.c.rejection)))
        .order_by(f.sequence, said.number)
    )
    rows = connection.execute(query).all()
    if not rows:
        return []
    names = _first_files(connection, query.with_only_columns(said.id).order_by(None))
    wanted = tl.c.id.in_(query.with_only_columns(said.line).order_by(None))
    found = {line.id: line for line in feeds.lines_where(connection, wanted)}
    return [
        Entry(number=n, line=evolve(found[row.line], first_file=names[row.id]), rejection=row.id)
        for n, row in enumerate(rows, first)
    ]


def _first_files(connection: Connection, rejections: sa.Select[Any]) -> dict[UUID, str]:
    """Return the number of the file that first had what each of *rejections* is about."""
    own, told, first = feeds.files.alias("own"), feeds.told, feeds.files.alias("first")
    query = (
        sa.select(lines.c.id, first.c.feed, first.c.sequence)
        .join(own, own.c.id == lines.c.file)
        .join(told, (told.c.line == lines.c.line) & (told.c.feed == own.c.feed))
        .join(first, first.c.id == told.c.file)
        .where(lines.c.id.in_(rejections))
    )
    return {row.id: feed_number(row.feed, row.sequence) for row in connection.execute(query)}


def add_resends(unit: Unit, file: UUID, entries: Sequence[Entry]) -> None:
    """Record which lines of a file were sent again in it.

    Raises:
        AlreadyDone: Somebody else sends one of them again.
    """
    unit.record(
        resends, [(new_id(), e.rejection, file, e.number, e.line.id, e.line.amount.pence) for e in entries]
    )


def not_there(connection: Connection, feed: str) -> set[UUID]:
    """Return the lines that the back office of a feed has not: they were rejected, and not sent again since."""
    said, f, ended = lines.c, feeds.files.c, stated.ends.c
    query = (
        sa.select(said.line)
        .join(feeds.files, f.id == said.file)
        .outerjoin(stated.ends, ended.item == said.item)
        .where(f.feed == feed, said.item.is_not(None), sa.func.coalesce(ended.outcome, "").not_in(_IS_THERE))
    )
    return set(connection.execute(query).scalars())


def rejected_by(connection: Connection, item: UUID) -> tuple[str, UUID] | None:
    """Return the feed and the line of an item that a feed's answer made; none where none did."""
    query = sa.select(feeds.files.c.feed, lines.c.line).join(feeds.files, feeds.files.c.id == lines.c.file)
    row = connection.execute(query.where(lines.c.item == item)).first()
    return (row.feed, row.line) if row is not None else None


def answered(connection: Connection, file: UUID) -> dict[int, tuple[int, bool]]:
    """Return, by number, the lines of a file of which something was said: in which answer, and whether taken."""
    query = (
        sa.select(lines.c.number, lines.c.item, answers.c.number.label("answer"))
        .join(answers, answers.c.id == lines.c.answer)
        .where(lines.c.file == file)
    )
    return {row.number: (row.answer, row.item is None) for row in connection.execute(query)}


def hashes(connection: Connection, file: UUID) -> dict[str, int]:
    """Return the number of each answer to a file, by the hash of its bytes."""
    query = sa.select(answers.c.sha256, answers.c.number).where(answers.c.file == file)
    return {row[0]: row[1] for row in connection.execute(query)}


def said_of(connection: Connection, feed: str) -> dict[UUID, Said]:
    """Return how much of each file of a feed was answered."""
    a, f = answers.c, feeds.files.c
    query = (
        sa.select(a.file, sa.func.sum(a.accepted).label("accepted"), sa.func.sum(a.rejected).label("rejected"))
        .join(feeds.files, f.id == a.file)
        .where(f.feed == feed)
        .group_by(a.file)
    )  # fmt: skip
    return {
        row.file: Said(accepted=int(row.accepted), rejected=int(row.rejected))
        for row in connection.execute(query)
    }


def add(
    unit: Unit, file: FeedFile, number: int, source: str, sha256: str,
    accepted: Sequence[Entry], rejected: Sequence[tuple[Entry, UUID]],
) -> None:  # fmt: skip
    """Record an answer, with what it says of each line; the rejected ones with their item.

    Raises:
        AlreadyDone: Somebody else recorded an answer to the same file.
    """
    own, taken = new_id(), Money.total(each.line.amount for each in accepted)
    refused = Money.total(each.line.amount for each, _ in rejected)
    unit.record(
        answers,
        [(own, file.id, number, source, sha256, len(accepted), taken.pence, len(rejected), refused.pence)],
    )
    said = [(each, None) for each in accepted] + list(rejected)
    unit.record(lines, [(new_id(), own, file.id, e.number, e.line.id, item) for e, item in said])
