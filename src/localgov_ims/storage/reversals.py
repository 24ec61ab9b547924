"""Which lines are taken back, by which reversals, and in how many turns: odd ones take a line back, even ones restore it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.storage.transactions import lines, transactions

_ASKED_AT_ONCE = 500


def _taking_back() -> sa.Subquery:
    # Turns leave no gap, and the odd ones take back: one without a next turn stands.
    following = lines.alias("following")
    has_next = sa.exists().where(
        following.c.reverses == lines.c.reverses, following.c.turn == lines.c.turn + 1
    )
    # Few reverse anything, and their index finds them.
    taken = lines.c.reverses.is_not(None) & (lines.c.turn % 2 == 1)
    return sa.select(lines).where(taken, ~has_next).subquery("taking_back")


taking_back = _taking_back()
"""The lines that take others back, and stand: what they take back was not restored."""


def reversed_among(connection: Connection, wanted: Collection[UUID]) -> set[UUID]:
    """Return which of the transactions *wanted* are taken back, wholly or in part."""
    query = sa.select(lines.c.transaction).join(taking_back, taking_back.c.reverses == lines.c.id)
    return set(connection.execute(query.where(lines.c.transaction.in_(list(wanted)))).scalars())


def reversing(connection: Connection, wanted: Collection[UUID]) -> set[str]:
    """Return the references of the transactions that take any of the lines *wanted* back, where that stands."""
    return set(reversals_of(connection, wanted).values())


def reversals_of(connection: Connection, wanted: Collection[UUID]) -> dict[UUID, str]:
    """Return, by line, the reference of the transaction that takes it back; only of those lines *wanted* that are."""
    ids, found = list(wanted), dict[UUID, str]()
    query = sa.select(taking_back.c.reverses, transactions.c.reference).join(
        transactions, transactions.c.id == taking_back.c.transaction
    )
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        block = taking_back.c.reverses.in_(ids[start : start + _ASKED_AT_ONCE])
        found |= {row.reverses: row.reference for row in connection.execute(query.where(block))}
    return found


def taking_back_of(connection: Connection, wanted: Collection[UUID]) -> list[UUID]:
    """Return the transactions that take those *wanted* back, where that stands."""
    query = sa.select(taking_back.c.transaction).join(lines, lines.c.id == taking_back.c.reverses)
    query = query.where(lines.c.transaction.in_(list(wanted)))
    return list(dict.fromkeys(connection.execute(query).scalars()))


def turns_of(connection: Connection, wanted: Collection[UUID]) -> dict[UUID, int]:
    """Return, by line, in how many turns it was taken back and restored; only of those lines *wanted* that ever were."""
    ids, found = list(wanted), dict[UUID, int]()
    query = sa.select(lines.c.reverses, sa.func.max(lines.c.turn).label("turn")).group_by(lines.c.reverses)
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        block = lines.c.reverses.in_(ids[start : start + _ASKED_AT_ONCE])
        found |= {row.reverses: row.turn for row in connection.execute(query.where(block))}
    return found


def history_of(connection: Connection, wanted: Collection[UUID]) -> list[tuple[int, str]]:
    """Return the turns in which any of the lines *wanted* were taken back and restored, each with its transaction's reference."""
    query = (
        sa.select(lines.c.turn, transactions.c.reference)
        .join(transactions, transactions.c.id == lines.c.transaction)
        .where(lines.c.reverses.in_(list(wanted)))
        .distinct()
        .order_by(lines.c.turn, transactions.c.reference)
    )
    return [(row.turn, row.reference) for row in connection.execute(query)]
