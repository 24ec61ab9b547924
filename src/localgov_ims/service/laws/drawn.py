"""Part of law 3: what is taken from a line is drawn on it, once, and never exceeds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.refunds import RefundState
from localgov_ims.service.laws.law import Findings
from localgov_ims.storage import draws, proposals, refunds, reversals, transactions


def differences(connection: Connection, findings: Findings) -> Iterator[str]:
    """Yield the lines whose draws do not follow one another, exceed them, or are not what records took."""
    standing: dict[UUID, int] = {}
    d, tl = draws.draws, transactions.lines
    query = sa.select(d, tl.c.pence.label("whole"), tl.c.reference, tl.c.reverses).outerjoin(
        tl, tl.c.id == d.c.line
    )
    rows = connection.execute(query.order_by(d.c.line, d.c.number), execution_options={"yield_per": 5000})
    for line, group in groupby(rows, key=lambda row: row.line):
        number, taken, vat = 0, 0, 0
        for row in group:
            findings.look_at()
            number, taken, vat = number + 1, taken + row.pence, vat + row.vat
            if (row.number, row.taken_after, row.vat_after, row.of_pence) != (number, taken, vat, row.whole):
                yield f"Line {row.reference}: draw {row.number} does not follow the one before it."
            if row.reverses is not None:
                yield f"Line {row.reference}: it takes another back, and yet something is drawn on it."
            if not min(0, row.of_pence) <= taken <= max(0, row.of_pence):
                yield f"Line {row.reference}: {Money(taken).shown()} is taken of {Money(row.of_pence).shown()}."
        standing[line] = taken
    yield from _unexplained(connection, standing)


def _unexplained(connection: Connection, standing: dict[UUID, int]) -> Iterator[str]:
    expected: dict[UUID, int] = defaultdict(int)
    for taken in (
        _by_lines(connection),
        _by_reversals(connection),
        _by_refunds(connection),
        _by_proposals(connection),
    ):
        for line, pence in taken:
            expected[line] += pence
    wrong = [line for line in {*standing, *expected} if standing.get(line, 0) != expected.get(line, 0)]
    tl = transactions.lines
    names = {
        row.id: row.reference
        for row in connection.execute(sa.select(tl.c.id, tl.c.reference).where(tl.c.id.in_(wrong)))
    }
    for line in wrong:
        drawn, took = Money(standing.get(line, 0)).shown(), Money(expected.get(line, 0)).shown()
        yield f"Line {names.get(line, line)}: {drawn} is drawn on it, but records take {took} of it."


def _by_lines(connection: Connection) -> Iterator[tuple[UUID, int]]:
    """Yield what refunds, reallocations and the like took, unless they were taken back."""
    tl = transactions.lines
    back = reversals.taking_back
    query = (
        sa.select(tl.c.draws_on, tl.c.pence)
        .outerjoin(back, back.c.reverses == tl.c.id)
        .where(tl.c.draws_on.is_not(None), back.c.id.is_(None))
    )
    for row in connection.execute(query):
        yield row.draws_on, -row.pence


def _by_reversals(connection: Connection) -> Iterator[tuple[UUID, int]]:
    tl = transactions.lines
    for row in connection.execute(sa.select(tl.c.reverses, tl.c.pence).where(tl.c.reverses.is_not(None))):
        yield row.reverses, -row.pence


def _by_refunds(connection: Connection) -> Iterator[tuple[UUID, int]]:
    for request in refunds.in_state(connection, *(state for state in RefundState if state.open)):
        for item in request.items:
            yield item.line, item.amount.pence


def _by_proposals(connection: Connection) -> Iterator[tuple[UUID, int]]:
    for proposal in proposals.waiting(connection):
        for line, (amount, _) in draws.held_by(connection, proposal.id).items():
            yield line, amount.pence
