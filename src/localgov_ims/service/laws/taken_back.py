"""What the bank takes back of Direct Debits: income went back once for each, to the penny, and not before."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.unpaids import UnpaidState
from localgov_ims.storage import reconciliation, transactions, unpaids


def differences(connection: Connection) -> Iterator[str]:
    """Yield unpaids whose income did not go back with the debit, or went back without one."""
    u, e, tl, m = unpaids.unpaids, unpaids.events, transactions.lines, reconciliation.live
    taken = (
        sa.select(tl.c.transaction, sa.func.sum(tl.c.pence).label("pence"))
        .group_by(tl.c.transaction)
        .subquery()
    )
    matched = sa.and_(m.c.right_kind == "unpaid", m.c.right_id == u.c.id)
    debited = sa.and_(e.c.unpaid == u.c.id, e.c.state == UnpaidState.DEBITED.value)
    query = (
        sa.select(
            u.c.id, u.c.pence, e.c.id.label("event"), taken.c.pence.label("taken"), m.c.pence.label("banked")
        )
        .outerjoin(e, debited)
        .outerjoin(taken, taken.c.transaction == e.c.transaction)
        .outerjoin(m, matched)
        .where(e.c.id.is_not(None) | m.c.id.is_not(None))
    )
    for row in connection.execute(query):
        said = Money(row.pence).shown()
        if row.event is None:
            yield f"Unpaid {row.id} of {said}: the bank has debited it, and its income was not taken back."
        elif row.taken != row.pence:
            yield f"Unpaid {row.id} of {said}: what took its income back comes to another sum."
        elif row.banked != row.pence:
            yield f"Unpaid {row.id} of {said}: its income was taken back, and no match says by which debit."
