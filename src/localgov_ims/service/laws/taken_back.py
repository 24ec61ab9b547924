"""What the bank takes back: income went back once for each, to the penny, not before; and stands again where that was undone."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.unpaids import UnpaidState
from localgov_ims.storage import reconciliation, reversals, transactions, unpaids

_tl, _m = transactions.lines, reconciliation.live


def differences(connection: Connection) -> Iterator[str]:
    """Yield what the bank took back whose income did not go back with the debit, or without one, or not again when undone."""
    yield from _unpaids(connection)
    yield from _undone_unpaids(connection)
    yield from _receipts(connection)


def _unpaids(connection: Connection) -> Iterator[str]:
    u, e = unpaids.unpaids, unpaids.debits
    taken = (
        sa.select(_tl.c.transaction, sa.func.sum(_tl.c.pence).label("pence"))
        .group_by(_tl.c.transaction)
        .subquery()
    )
    matched = sa.and_(_m.c.right_kind == "unpaid", _m.c.right_id == u.c.id)
    query = (
        sa.select(
            u.c.id, u.c.pence, e.c.id.label("event"), taken.c.pence.label("taken"), _m.c.pence.label("banked")
        )
        .outerjoin(e, e.c.unpaid == u.c.id)
        .outerjoin(taken, taken.c.transaction == e.c.transaction)
        .outerjoin(_m, matched)
        .where(e.c.id.is_not(None) | _m.c.id.is_not(None))
    )
    for row in connection.execute(query):
        said = Money(row.pence).shown()
        if row.event is None:
            yield f"Unpaid {row.id} of {said}: the bank has debited it, and its income was not taken back."
        elif row.taken != row.pence:
            yield f"Unpaid {row.id} of {said}: what took its income back comes to another sum."
        elif row.banked != row.pence:
            yield f"Unpaid {row.id} of {said}: its income was taken back, and no match says by which debit."


def _undone_unpaids(connection: Connection) -> Iterator[str]:
    """Yield the unpaids whose debit was undone, and whose income is still taken back by it."""
    e, stands = unpaids.events, sa.select(unpaids.debits.c.id)
    query = (
        sa.select(e.c.unpaid)
        .join(_tl, _tl.c.transaction == e.c.transaction)
        .where(e.c.state == UnpaidState.DEBITED.value, e.c.id.not_in(stands), ~_nothing_of(_tl))
        .distinct()
    )
    for unpaid in connection.execute(query).scalars():
        yield f"Unpaid {unpaid}: its match with the debit was undone, and its income is still taken back."


def _receipts(connection: Connection) -> Iterator[str]:
    """Yield the Receipts that a match says the bank took back and that stand, or that an undone one took back for good."""
    m, undos, original = reconciliation.matches, reconciliation.undos, _tl.alias("original")
    back = sa.exists().where(
        reversals.taking_back.c.reverses == original.c.id, reversals.taking_back.c.unit == m.c.unit
    )
    undone = sa.exists().where(undos.c.match == m.c.id)
    query = (
        sa.select(original.c.reference, undone.label("undone"))
        .join(m, sa.and_(m.c.role == "returned", m.c.right_kind == "receipt", m.c.right_id == original.c.transaction))
        .where(back == undone)
    )  # fmt: skip
    for row in connection.execute(query):
        if row.undone:
            yield f"Line {row.reference}: the match that took it back was undone, and it is still taken back."
        else:
            yield f"Line {row.reference}: the bank took it back, and its income was not."


def _nothing_of(lines: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition that a line was restored by a next turn, or taken back itself."""
    after, back = _tl.alias("after"), reversals.taking_back
    restored = (after.c.reverses == lines.c.reverses) & (after.c.turn == lines.c.turn + 1)
    return sa.exists().where(restored) | sa.exists().where(back.c.reverses == lines.c.id)
