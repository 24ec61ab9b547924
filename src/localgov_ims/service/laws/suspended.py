"""Part of law 3: each item of suspense is listed with what is left of it, and the fund stands at the sum of them."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.refunds import RefundState
from localgov_ims.service.laws.law import Findings
from localgov_ims.storage import draws, proposals, refunds, suspense, transactions


def differences(connection: Connection, fund: str, findings: Findings) -> Iterator[str]:
    """Yield items that are listed with another amount than is left of them, and a fund that stands at another sum."""
    tl, items, d, listed = transactions.lines, transactions.suspense, draws.draws, suspense.standing
    later = d.alias("later")
    number = sa.select(sa.func.max(later.c.number)).where(later.c.line == tl.c.id).scalar_subquery()
    query = (
        sa.select(
            tl.c.reference, tl.c.pence.label("whole"), sa.func.coalesce(d.c.taken_after, 0).label("taken"),
            listed.c.left_pence, listed.c.pence, listed.c.weight,
        )
        .select_from(items)
        .join(tl, tl.c.id == items.c.line)
        .outerjoin(d, (d.c.line == tl.c.id) & (d.c.number == number))
        .outerjoin(listed, listed.c.line == tl.c.id)
    )  # fmt: skip
    total = 0
    for row in connection.execute(query, execution_options={"yield_per": 5000}):
        findings.look_at()
        left = row.whole - row.taken
        total += left
        if (row.left_pence, row.pence, row.weight) != (left, row.whole, -abs(left)):
            yield f"Item {row.reference}: {Money(left).shown()} is left of it, but it is listed with another amount."
    stands = int(
        connection.execute(sa.select(sa.func.sum(tl.c.pence)).where(tl.c.fund == fund)).scalar() or 0
    )
    waits = _waiting(connection, fund)
    if stands != total + waits:
        yield (
            f"The suspense fund stands at {Money(stands).shown()}, but its items come to {Money(total).shown()} and "
            f"{Money(waits).shown()} that is kept aside."
        )


def _waiting(connection: Connection, fund: str) -> int:
    """Return what proposals and open refunds keep aside of items: still in the fund, and nobody else's to take."""
    tl, held = transactions.lines, 0
    drawers = [each.id for each in proposals.waiting(connection)]
    drawers += [
        each.id for each in refunds.in_state(connection, *(state for state in RefundState if state.open))
    ]
    for drawer in drawers:
        by_line = {line: amount for line, (amount, _) in draws.held_by(connection, drawer).items() if amount}
        ours = sa.select(tl.c.id).where(tl.c.fund == fund, tl.c.id.in_(list(by_line)))
        held += sum(by_line[line].pence for line in connection.execute(ours).scalars()) if by_line else 0
    return held
