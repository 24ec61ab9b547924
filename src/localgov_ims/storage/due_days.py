"""On which day a line is due in a ledger that posts income when the bank has it; none before that."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from localgov_ims.domain.ledgers import AccountingDate
from localgov_ims.domain.transactions import MOVED, TransactionKind
from localgov_ims.domain.write_offs import WRITE_OFF
from localgov_ims.storage import (
    income_files,
    reconciliation,
    reversals,
    settlements,
    statements,
    transactions,
    unpaids,
)
from localgov_ims.storage.brought import TOTALS
from localgov_ims.storage.bulk_receipts import ORIGIN as INCOME_FILE
from localgov_ims.storage.schema import same_unit

_t, _l, _b, _m = transactions.transactions, transactions.lines, statements.lines, reconciliation.live
_BY_ITSELF = ("statement_line", WRITE_OFF)
"""Where a line comes from that is at the bank already, or will never be there."""
MOVES = sa.or_(_t.c.kind == TransactionKind.TRANSFER.value, _t.c.origin_kind == MOVED)


def due(dates: AccountingDate, payables: str | None) -> tuple[sa.FromClause, sa.ColumnElement[Any]]:
    """Return the lines with their transactions, and the day on which each is due; null while it waits for the bank.

    What brings nothing to the bank is due on its own day: moves, write-offs, what another system pays (*payables*), and
    what is taken back; so is what was taken back before the bank had it.
    """
    rows = _l.join(_t, _t.c.id == _l.c.transaction)
    if dates is AccountingDate.TAKEN:
        return rows, _t.c.taken_on
    bank = at_bank(dates)
    reversing, by = reversals.taking_back, _t.alias("reversing")
    taken_back_on = (
        sa.select(by.c.taken_on)
        .join(reversing, reversing.c.transaction == by.c.id)
        .where(reversing.c.reverses == _l.c.id)
        .correlate(_l)
        .scalar_subquery()
    )
    own = sa.or_(MOVES, _t.c.origin_kind.in_(_BY_ITSELF), _l.c.mop == (payables or ""))
    reversal = sa.case((_l.c.reverses.is_not(None), _t.c.taken_on))
    day = sa.case((own, _t.c.taken_on), else_=sa.func.coalesce(bank.c.day, reversal, taken_back_on))
    return rows.outerjoin(bank, bank.c.transaction == _t.c.id), day


def at_bank(dates: AccountingDate) -> sa.Subquery:
    """Select the day on which the bank had what each transaction brought, or took back."""
    every = sa.union_all(_singly(), _returned(), _unpaid(), _in_files(), _in_payouts(dates)).subquery()
    return (
        sa.select(every.c.transaction, sa.func.min(every.c.day).label("day"))
        .group_by(every.c.transaction)
        .subquery("at_bank")
    )


def _banked(role: str, *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return (
        sa.select(_b.c.booked_on.label("day"))
        .join(_m, _m.c.left_id == _b.c.id)
        .where(_m.c.role == role, *where)
    )


def _singly() -> sa.Select[Any]:
    found = _banked("banked", _m.c.right_kind.not_in(TOTALS))
    return found.with_only_columns(_m.c.right_id.label("transaction"), _b.c.booked_on.label("day"))


def _returned() -> sa.Select[Any]:
    original, reversing = _l.alias("original"), _l.alias("taking_back")
    return (
        _banked("returned", _m.c.right_kind.not_in(TOTALS))
        .join(original, original.c.transaction == _m.c.right_id)
        # What the Match itself took back, and not what another did before it, which was undone.
        .join(reversing, sa.and_(reversing.c.reverses == original.c.id, same_unit(reversing, _m)))
        .with_only_columns(reversing.c.transaction.label("transaction"), _b.c.booked_on.label("day"))
    )


def _unpaid() -> sa.Select[Any]:
    said = unpaids.debits
    return sa.select(said.c.transaction.label("transaction"), _b.c.booked_on.label("day")).join(
        _b, _b.c.id == said.c.line
    )


def _in_files() -> sa.Select[Any]:
    f, received = income_files.income_files, _t.alias("received")
    # an id is written with hyphens in one database and in origins, without them in another
    file = sa.func.replace(sa.cast(f.c.file, sa.String), "-", "").label("file")
    banked = (
        _banked("banked", _m.c.right_kind == "income_file")
        .join(f, f.c.id == _m.c.right_id)
        .with_only_columns(file, f.c.run, _b.c.booked_on.label("day"))
        .subquery()
    )
    of = sa.func.replace(sa.func.substr(received.c.origin_id, 1, 36), "-", "")
    return (
        sa.select(received.c.id.label("transaction"), banked.c.day)
        .join(banked, sa.and_(banked.c.file == of, banked.c.run == received.c.origin_n))
        .where(received.c.origin_kind == INCOME_FILE)
    )


def _in_payouts(dates: AccountingDate) -> sa.Select[Any]:
    """Select what payouts brought that are at the bank: on their own day, or on the bank's; one of nothing has its own."""
    s, sl = settlements.settlements, settlements.lines
    payment, credit = reconciliation.live.alias("payment"), reconciliation.live.alias("credit")
    day = s.c.paid_on if dates is AccountingDate.SETTLED else sa.func.coalesce(_b.c.booked_on, s.c.paid_on)
    return (
        sa.select(payment.c.right_id.label("transaction"), day.label("day"))
        .join(sl, sl.c.id == payment.c.left_id)
        .join(s, s.c.id == sl.c.settlement)
        .outerjoin(
            credit,
            sa.and_(
                credit.c.role == "banked", credit.c.right_kind == "settlement", credit.c.right_id == s.c.id
            ),
        )
        .outerjoin(_b, _b.c.id == credit.c.left_id)
        .where(payment.c.role == "settled", sa.or_(_b.c.id.is_not(None), s.c.net == 0))
    )
