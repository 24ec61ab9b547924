"""Law 5, of feeds: fed + not fed = the fund's income, file by file and line by line, and no sequence has a gap."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.service.laws.law import Findings
from localgov_ims.storage import feed_answers, feeds
from localgov_ims.storage.transactions import lines


def fed(connection: Connection, findings: Findings) -> Iterator[str]:
    """Yield a sentence for each line that was told otherwise than it is, and each file that is not the sum of its lines."""
    told, files = feeds.told, feeds.files
    query = sa.select(
        told.c.feed, told.c.pence, told.c.file, told.c.reason, lines.c.reference, lines.c.pence.label("is")
    )
    for row in connection.execute(
        query.join(lines, lines.c.id == told.c.line), execution_options={"yield_per": 5000}
    ):
        findings.look_at()
        if row.pence != getattr(row, "is"):
            yield (
                f"Feed {row.feed}, line {row.reference}: it is {Money(getattr(row, 'is')).shown()}, but the back office was told "
                f"{Money(row.pence).shown()}."
            )
        if (row.file is None) == (row.reason is None):
            yield f"Feed {row.feed}, line {row.reference}: it must be in a file, or not fed for a reason."
    again = feed_answers.resends
    sent = sa.union_all(
        sa.select(told.c.file, told.c.pence), sa.select(again.c.file, again.c.pence)
    ).subquery()
    sums = (
        sa.select(
            files,
            sa.func.count(sent.c.pence).label("n"),
            sa.func.coalesce(sa.func.sum(sent.c.pence), 0).label("sum"),
        )
        .outerjoin(sent, sent.c.file == files.c.id)
        .group_by(files.c.id)
        .order_by(files.c.feed, files.c.sequence)
    )
    last: dict[str, int] = {}
    for row in connection.execute(sums):
        findings.look_at()
        if (row.lines, row.total) != (row.n, int(row.sum)):
            yield (
                f"Feed {row.feed}, file {row.sequence}: it says {row.lines} lines of {Money(row.total).shown()}, but its lines are "
                f"{row.n} of {Money(int(row.sum)).shown()}."
            )
        if row.sequence != last.get(row.feed, 0) + 1:
            yield f"Feed {row.feed}: file {row.sequence} follows file {last.get(row.feed, 0)}; one is missing."
        last[row.feed] = row.sequence
