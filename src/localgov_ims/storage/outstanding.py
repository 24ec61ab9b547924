"""What is outstanding in clearing as at a day: recorded and not yet at the bank, or at the bank and nobody's yet.

Days are those on which money moved (`taken_on`, `booked_on`), whenever it was recorded: the position of 31 March can be
asked for in April, and says then what is known by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.calendar import start_of
from localgov_ims.domain.money import Money
from localgov_ims.domain.transactions import OPENING, TransactionKind
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.storage import (
    audit,
    draws,
    income_files,
    reconciliation,
    settlements,
    statements,
    suspense,
    transactions,
    unpaids,
)
from localgov_ims.storage.bulk_receipts import ORIGIN as INCOME_FILE

_t, _l, _m = transactions.transactions, transactions.lines, reconciliation.live
_sl, _s = settlements.lines, settlements.settlements
_BANK_LINE = "statement_line"


@frozen(kw_only=True)
class Outstanding:
    """An amount in clearing: above nothing it is still to come to the bank, below nothing it came for nothing of ours.

    Attributes:
        mop, source: The method of payment, or the provider whose settlement brought it; one of them.
        reverses: The transaction line that this line takes back.
    """

    id: UUID
    kind: str
    day: date
    text: str
    pence: int
    mop: str | None = None
    merchant_account: str | None = None
    source: str | None = None
    line: UUID | None = None
    reverses: UUID | None = None


def outstanding(connection: Connection, as_at: date) -> Iterator[Outstanding]:
    """Yield what is outstanding: transactions by line, income files by method, lines of payouts that are none of ours."""
    yield from _without_reversed(_open_lines(connection, as_at))
    yield from _open_files(connection, as_at)
    yield from _foreign(connection, as_at)


def unpaid_settlements(connection: Connection, as_at: date) -> Iterator[Outstanding]:
    """Yield the payouts announced by a day whose credit the bank had not booked by its end."""
    for each in settlements.some(connection, _s.c.id.not_in(_banked(as_at)), _s.c.paid_on <= as_at):
        yield Outstanding(
            id=each.id,
            kind="payout",
            day=each.paid_on,
            text=each.reference,
            pence=each.net.pence,
            source=each.source,
        )


def balance(connection: Connection, as_at: date) -> Money:
    """Return what clearing comes to by totals: all that was recorded, less all that the bank brought for it."""
    lines, current, f = statements.lines, reconciliation.current, income_files.income_files
    became = current.c.kind.in_((DispositionKind.ALLOCATED.value, DispositionKind.SUSPENSE.value))
    by_bank = _banked(as_at).with_only_columns(_m.c.id)
    files = _banked(as_at).where(_m.c.right_kind == "income_file")
    parts = (
        (1, sa.select(sa.func.sum(_l.c.pence)).join(_t, _t.c.id == _l.c.transaction).where(*_recorded(as_at))),
        (-1, sa.select(sa.func.sum(lines.c.pence)).join(current, current.c.line == lines.c.id).where(became, lines.c.booked_on <= as_at)),
        (-1, sa.select(sa.func.sum(_m.c.pence)).where(_m.c.id.in_(by_bank), _m.c.right_kind != "settlement")),
        (-1, sa.select(sa.func.sum(f.c.gross - f.c.expected)).where(f.c.id.in_(files))),
        (-1, sa.select(sa.func.sum(_s.c.gross)).where(_s.c.id.in_(_banked(as_at)))),
    )  # fmt: skip
    return Money(sum(sign * int(connection.execute(part).scalar() or 0) for sign, part in parts))


def held_at(as_at: date) -> sa.Subquery:
    """Select items of suspense that came by a day, and what was left of each at its end: less the draws until then."""
    entries, draw, item = audit.entries, draws.draws, suspense.standing
    until = start_of(as_at + timedelta(days=1))
    taken = (
        sa.select(draw.c.line, sa.func.sum(draw.c.pence).label("pence"))
        .join(entries, entries.c.id == draw.c.unit)
        .where(entries.c.at < until)
        .group_by(draw.c.line)
        .subquery()
    )
    left = (item.c.pence - sa.func.coalesce(taken.c.pence, 0)).label("left_pence")
    return (
        sa.select(item.c.line, item.c.bank_line, item.c.taken_on, item.c.reason, left)
        .outerjoin(taken, taken.c.line == item.c.line)
        .where(item.c.taken_on <= as_at, left != 0)
        .subquery()
    )


@frozen(kw_only=True)
class Held:
    """What is left of an item in suspense; `reference` is its line's."""

    line: UUID
    reference: str
    taken_on: date
    reason: str
    pence: int


def held(connection: Connection, as_at: date) -> Iterator[Held]:
    """Yield what was left in suspense at the end of a day, the oldest first."""
    at = held_at(as_at)
    query = (
        sa.select(at, _l.c.reference).join(_l, _l.c.id == at.c.line).order_by(at.c.taken_on, _l.c.reference)
    )
    for row in connection.execute(query):
        yield Held(
            line=row.line,
            reference=row.reference,
            taken_on=row.taken_on,
            reason=row.reason,
            pence=int(row.left_pence),
        )


def _recorded(as_at: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _t.c.kind != TransactionKind.TRANSFER.value,
        _t.c.origin_kind != OPENING,
        _t.c.taken_on <= as_at,
    )


def _banked(as_at: date) -> sa.Select[Any]:
    """Select what bank lines were matched with, by the day the bank booked them."""
    lines = statements.lines
    return (
        sa.select(_m.c.right_id)
        .join(lines, lines.c.id == _m.c.left_id)
        .where(_m.c.role.in_(("banked", "returned")), lines.c.booked_on <= as_at)
    )


def _settled(as_at: date) -> sa.Select[Any]:
    """Select what payouts brought that the bank had paid by a day."""
    paid = sa.select(_sl.c.id).where(_sl.c.settlement.in_(_banked(as_at)))
    return sa.select(_m.c.right_id).where(_m.c.role == "settled", _m.c.left_id.in_(paid))


def _taken_back(as_at: date) -> sa.SelectBase:
    """Select what took income back that the bank had debited by a day: it left with the debit."""
    lines, reversing, original = statements.lines, _l.alias("reversing"), _l.alias("given")
    unpaid = (
        sa.select(unpaids.events.c.transaction)
        .join(lines, lines.c.id == unpaids.events.c.line)
        .where(lines.c.booked_on <= as_at)
    )
    returned = (
        sa.select(reversing.c.transaction)
        .join(original, original.c.id == reversing.c.reverses)
        .where(original.c.transaction.in_(_banked(as_at).where(_m.c.role == "returned")))
    )
    return sa.union_all(unpaid, returned)


def _open_lines(connection: Connection, as_at: date) -> Iterator[Outstanding]:
    original, taken_back = _l.alias("original"), _t.alias("taken_back")
    # What a bank line became was at the bank from its first day, and so is what takes it back again; the rows of an
    # income file come in its one credit.
    elsewhere = (_BANK_LINE, INCOME_FILE)
    query = (
        sa.select(
            _t.c.id, _t.c.kind, _t.c.reference, _t.c.taken_on, _t.c.merchant_account, _l.c.id.label("line"),
            _l.c.mop, _l.c.pence, _l.c.reverses,
        )
        .join(_t, _t.c.id == _l.c.transaction)
        .outerjoin(original, original.c.id == _l.c.reverses)
        .outerjoin(taken_back, taken_back.c.id == original.c.transaction)
        .where(
            *_recorded(as_at), _t.c.origin_kind.not_in(elsewhere), sa.func.coalesce(taken_back.c.origin_kind, "") != _BANK_LINE,
            _t.c.id.not_in(_banked(as_at)), _t.c.id.not_in(_settled(as_at)), _t.c.id.not_in(_taken_back(as_at)),
        )
        .order_by(_t.c.taken_on, _l.c.reference)
    )  # fmt: skip
    for row in connection.execute(query):
        yield Outstanding(
            id=row.id, kind=row.kind, day=row.taken_on, text=row.reference, pence=row.pence, mop=row.mop,
            merchant_account=row.merchant_account, line=row.line, reverses=row.reverses,
        )  # fmt: skip


def _without_reversed(found: Iterator[Outstanding]) -> Iterator[Outstanding]:
    """Leave out what was taken back before the bank brought it, with what took it back."""
    kept = list(found)
    open_lines = {each.line for each in kept}
    gone = {each.reverses for each in kept if each.reverses in open_lines}
    for each in kept:
        if each.line not in gone and each.reverses not in gone:
            yield each


def _open_files(connection: Connection, as_at: date) -> Iterator[Outstanding]:
    table = income_files.income_files
    found = income_files.some(connection, table.c.id.not_in(_banked(as_at)), table.c.last_on <= as_at)
    for each in list(found):
        for mop, amount in income_files.shares(connection, each).items():
            assert each.last_on is not None  # noqa: S101 - asked for above
            yield Outstanding(
                id=each.id, kind="income file", day=each.last_on, text=f"{each.import_type} {each.last_on}",
                pence=amount.pence, mop=mop,
            )  # fmt: skip


def _foreign(connection: Connection, as_at: date) -> Iterator[Outstanding]:
    """Yield lines of payouts at the bank that belong to no payment of ours: they came for nothing that is recorded."""
    found = sa.select(_m.c.left_id).where(_m.c.role == "settled")
    day = sa.func.coalesce(_sl.c.occurred_on, _s.c.paid_on).label("day")
    query = (
        sa.select(_sl.c.id, day, _sl.c.kind, _sl.c.provider_reference, _sl.c.identifier, _sl.c.source, _sl.c.pence)
        .join(_s, _s.c.id == _sl.c.settlement)
        .where(_sl.c.settlement.in_(_banked(as_at)), _sl.c.id.not_in(found), _sl.c.pence != 0)
        .order_by(day, _sl.c.identifier)
    )  # fmt: skip
    for row in connection.execute(query):
        yield Outstanding(
            id=row.id, kind=f"{row.kind} in a payout", day=row.day, text=row.provider_reference or row.identifier,
            pence=-row.pence, source=row.source,
        )  # fmt: skip
