"""What a ledger has not had, asked as sets: only what was recorded after everything before was posted is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.ledgers import AccountingDate
from localgov_ims.domain.money import Money
from localgov_ims.domain.postings import LineTaken
from localgov_ims.domain.transactions import OPENING
from localgov_ims.storage import audit, due_days, journals, settlements, transactions

_t, _l, _e = transactions.transactions, transactions.lines, audit.entries
_MOVES = due_days.MOVES
_AT_ONCE = 2000


@frozen(kw_only=True)
class Span:
    """What is asked for: a ledger, and the audit entry up to which everything has been posted or never will be.

    `dates` is on which day it posts income, `payables` the method that another system pays.
    """

    ledger: str
    through: int
    dates: AccountingDate = AccountingDate.TAKEN
    payables: str | None = None

    def recorded(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """Return the condition that a record was written after that entry."""
        return table.c.unit.in_(sa.select(_e.c.id).where(_e.c.number > self.through))

    def unposted(
        self, kind: sa.ColumnElement[str] | str, source: sa.ColumnElement[Any]
    ) -> sa.ColumnElement[bool]:
        """Return the condition that a source is in no journal of the ledger."""
        s = journals.sources
        return ~sa.exists().where(s.c.ledger == self.ledger, s.c.kind == kind, s.c.source_id == source)


@frozen(kw_only=True)
class Waiting:
    """Lines that are not due, for no bank line is matched with them: how many, their sum, the first audit entry of one."""

    count: int
    amount: Money
    first: int

    @property
    def sentence(self) -> str:
        """Return what a person is told."""
        lines = "1 line" if self.count == 1 else f"{self.count:,} lines"
        return f"{lines} of {self.amount.shown()} in all are not due yet: no bank line is matched with them."


def line_days(connection: Connection, span: Span) -> dict[date, int]:
    """Return the days on which lines are due that are to be posted, each with the first audit entry of such a line."""
    rows, day = due_days.due(span.dates, span.payables)
    query = (
        sa.select(day.label("day"), sa.func.min(_e.c.number).label("first"))
        .select_from(rows.join(_e, _e.c.id == _l.c.unit))
        .where(*_to_post(span), day.is_not(None))
        .group_by(day)
    )
    return {row.day: row.first for row in connection.execute(query)}


def waiting(connection: Connection, span: Span) -> Waiting | None:
    """Return what is to be posted and not due yet; none where there is nothing."""
    if span.dates is AccountingDate.TAKEN:
        return None
    rows, day = due_days.due(span.dates, span.payables)
    query = (
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(_l.c.pence), 0), sa.func.min(_e.c.number))
        .select_from(rows.join(_e, _e.c.id == _l.c.unit))
        .where(*_to_post(span), day.is_(None))
    )
    count, pence, first = connection.execute(query).one()
    return Waiting(count=count, amount=Money(int(pence)), first=first) if count else None


def lines(connection: Connection, span: Span, days: Sequence[date]) -> Iterator[LineTaken]:
    """Yield the lines due on these days that the ledger has not had, in the order in which they are posted."""
    reference = sa.collate(_t.c.reference, "C") if connection.dialect.name == "postgresql" else _t.c.reference
    rows, day = due_days.due(span.dates, span.payables)
    query = (
        sa.select(
            _t.c.id.label("transaction"), _t.c.kind, _MOVES.label("moves"), _t.c.reference, _t.c.taken_on, _t.c.taken_at,
            _t.c.merchant_account, _t.c.office, _t.c.channel, _l.c.id, _l.c.number, _l.c.fund, _l.c.pence, _l.c.vat,
            _l.c.vat_code, _l.c.mop, _l.c.account_reference, _l.c.reverses, _disputed().label("disputed"),
        )
        .select_from(rows)
        .where(day.in_(days), *_to_post(span))
        .order_by(_t.c.taken_on, _t.c.taken_at.nulls_first(), reference, _l.c.number)
    )  # fmt: skip
    for row in connection.execute(query, execution_options={"yield_per": _AT_ONCE}):
        yield LineTaken(
            id=row.id, number=row.number, transaction=row.transaction, kind=row.kind, moves=bool(row.moves),
            reference=row.reference, taken_on=row.taken_on, taken_at=row.taken_at, fund=row.fund, amount=Money(row.pence),
            vat=Money(row.vat), vat_code=row.vat_code, mop=row.mop, account_reference=row.account_reference,
            merchant_account=row.merchant_account or "", office=row.office, channel=row.channel,
            taken_back=row.reverses, disputed=bool(row.disputed),
        )  # fmt: skip


def _to_post(span: Span) -> tuple[sa.ColumnElement[bool], ...]:
    kind = sa.case((_MOVES, "transfer"), else_="line")
    source = sa.case((_MOVES, _t.c.id), else_=_l.c.id)
    # what was open when the council began here is in its ledger already, from the system that was there before
    return span.recorded(_l), _t.c.origin_kind != OPENING, span.unposted(kind, source)


def _disputed() -> sa.ColumnElement[bool]:
    """Return whether a line takes back a payment that a payout of its provider holds back for a dispute."""
    original, payment, dispute = _l.alias("original"), _t.alias("payment"), settlements.lines.alias("dispute")
    held_back = (
        sa.select(sa.func.sum(dispute.c.pence))
        .select_from(original)
        .join(payment, payment.c.id == original.c.transaction)
        .join(
            dispute,
            sa.and_(
                dispute.c.kind == "dispute",
                dispute.c.source == payment.c.provider,
                dispute.c.provider_reference == payment.c.provider_reference,
            ),
        )
        .where(original.c.id == _l.c.reverses)
        .correlate(_l)
        .scalar_subquery()
    )
    return sa.case((_l.c.reverses.is_(None), sa.false()), else_=sa.func.coalesce(held_back, 0) < 0)
