"""Law 5, of answers to feeds: each says what its lines say, and what was sent again was rejected, and came in a later file."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.feeds import feed_number
from localgov_ims.domain.money import Money
from localgov_ims.service.laws.law import Findings
from localgov_ims.storage import feed_answers, feeds, stated
from localgov_ims.storage.transactions import lines as tl


def answered(connection: Connection, findings: Findings) -> Iterator[str]:
    """Yield a sentence for each answer that is not the sum of its lines, and each line sent again that should not be."""
    a, said, f = feed_answers.answers, feed_answers.lines, feeds.files
    rejected = said.c.item.is_not(None)
    sums = (
        sa.select(
            a.c.number, a.c.accepted, a.c.accepted_pence, a.c.rejected, a.c.rejected_pence, f.c.feed, f.c.sequence,
            sa.func.count(sa.case((~rejected, said.c.id))).label("n"),
            sa.func.coalesce(sa.func.sum(sa.case((~rejected, tl.c.pence))), 0).label("sum"),
            sa.func.count(said.c.item).label("not_n"),
            sa.func.coalesce(sa.func.sum(sa.case((rejected, tl.c.pence))), 0).label("not_sum"),
        )
        .join(f, f.c.id == a.c.file)
        .outerjoin(said, said.c.answer == a.c.id)
        .outerjoin(tl, tl.c.id == said.c.line)
        .group_by(a.c.id, f.c.id)
        .order_by(f.c.feed, f.c.sequence, a.c.number)
    )  # fmt: skip
    for row in connection.execute(sums):
        findings.look_at()
        counted = (row.n, int(row.sum), row.not_n, int(row.not_sum))
        if counted != (row.accepted, row.accepted_pence, row.rejected, row.rejected_pence):
            yield (
                f"Answer {row.number} to {feed_number(row.feed, row.sequence)}: it says {row.accepted} lines taken and "
                f"{row.rejected} not, but its lines are {row.n} of {Money(int(row.sum)).shown()} and {row.not_n} of "
                f"{Money(int(row.not_sum)).shown()}."
            )
    yield from _strangers(connection)
    yield from _resends(connection, findings)


def _strangers(connection: Connection) -> Iterator[str]:
    said, told, again = feed_answers.lines, feeds.told, feed_answers.resends

    def place(of: sa.Table) -> sa.ColumnElement[bool]:
        return sa.exists().where(
            of.c.file == said.c.file, of.c.number == said.c.number, of.c.line == said.c.line
        )

    query = sa.select(tl.c.reference).join(said, said.c.line == tl.c.id).where(~place(told), ~place(again))
    for reference in connection.execute(query).scalars():
        yield f"Line {reference}: a back office answered to it, but its file does not have it there."


def _resends(connection: Connection, findings: Findings) -> Iterator[str]:
    said, again, items, ended = feed_answers.lines, feed_answers.resends, stated.items, stated.ends
    first, then = feeds.files.alias("first"), feeds.files.alias("then")
    query = (
        sa.select(
            tl.c.reference, tl.c.pence, again.c.pence.label("told"), ended.c.outcome, said.c.line, again.c.line.label("own"),
            first.c.feed, first.c.sequence, then.c.feed.label("then_feed"), then.c.sequence.label("then_sequence"),
        )
        .select_from(again)
        .join(tl, tl.c.id == again.c.line)
        .join(said, said.c.id == again.c.rejection)
        .join(first, first.c.id == said.c.file)
        .join(then, then.c.id == again.c.file)
        .outerjoin(items, items.c.id == said.c.item)
        .outerjoin(ended, ended.c.item == items.c.id)
    )  # fmt: skip
    for row in connection.execute(query):
        findings.look_at()
        later = row.feed == row.then_feed and row.sequence < row.then_sequence
        if row.pence != row.told:
            yield f"Line {row.reference}: it was sent again with {Money(row.told).shown()}, and is {Money(row.pence).shown()}."
        if not later or row.line != row.own or row.outcome != feed_answers.AGAIN:
            yield f"Line {row.reference}: it was sent again, but not in a later file after it was rejected."
