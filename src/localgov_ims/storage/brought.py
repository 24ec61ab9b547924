"""What the bank had brought, or taken back, by a day: selected by what it was matched with."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from localgov_ims.storage import reconciliation, reversals, settlements, statements, transactions, unpaids
from localgov_ims.storage.schema import same_unit

_m, _sl = reconciliation.live, settlements.lines
TOTALS = ("settlement", "income_file", "list_item")
"""Kinds that bring many payments in one sum, and another system's list, which brings none of ours."""


def banked(as_at: date) -> sa.Select[Any]:
    """Select what bank lines were matched with, by the day the bank booked them."""
    lines = statements.lines
    return (
        sa.select(_m.c.right_id)
        .join(lines, lines.c.id == _m.c.left_id)
        .where(_m.c.role == "banked", lines.c.booked_on <= as_at)
    )


def at_the_bank(as_at: date, *roles: str) -> sa.Select[Any]:
    """Select what the bank brought by a day (`banked`), or took back again (`returned`), one by one: no totals."""
    lines = statements.lines
    return (
        sa.select(_m.c.right_id)
        .join(lines, lines.c.id == _m.c.left_id)
        .where(_m.c.role.in_(roles), _m.c.right_kind.not_in(TOTALS), lines.c.booked_on <= as_at)
    )


def returned_by(as_at: date) -> sa.Select[Any]:
    """Select the lines by which income went back that the bank had taken back by a day: each of its own Match."""
    lines, back, taken = statements.lines, reversals.taking_back, transactions.lines.alias("taken")
    return (
        sa.select(back.c.id)
        .join(taken, taken.c.id == back.c.reverses)
        .join(_m, sa.and_(_m.c.right_id == taken.c.transaction, same_unit(_m, back)))
        .join(lines, lines.c.id == _m.c.left_id)
        .where(_m.c.role == "returned", _m.c.right_kind.not_in(TOTALS), lines.c.booked_on <= as_at)
    )


def matched_in_part(as_at: date) -> sa.Select[Any]:
    """Select the Matches of bank lines by a day with what the lines are now: of batches, some are income beside their Matches."""
    lines, current = statements.lines, reconciliation.current
    return (
        sa.select(_m.c.id)
        .join(lines, lines.c.id == _m.c.left_id)
        .join(current, current.c.line == lines.c.id)
        .where(_m.c.sole_left.is_(None), lines.c.booked_on <= as_at)
    )


def unpaid(as_at: date) -> sa.Select[Any]:
    """Select what took income back because the bank had debited it by a day: unpaid Direct Debits, and claims."""
    lines, said = statements.lines, unpaids.debits
    return (
        sa.select(said.c.transaction)
        .join(lines, lines.c.id == said.c.line)
        .where(said.c.transaction.is_not(None), lines.c.booked_on <= as_at)
    )


def settled(as_at: date) -> sa.Select[Any]:
    """Select what payouts brought that the bank had paid by a day."""
    paid = sa.select(_sl.c.id).where(_sl.c.settlement.in_(banked(as_at)))
    return sa.select(_m.c.right_id).where(_m.c.role == "settled", _m.c.left_id.in_(paid))
