"""Snapshots for the matcher: what is open on both sides, asked for set by set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.settlements import RecordedSettlementLine
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.transactions import OPENING, TransactionKind
from localgov_ims.domain.write_offs import WRITE_OFF
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.storage import (
    income_files,
    personal,
    reconciliation,
    reversals,
    settlements,
    statements,
    transactions,
    unpaids,
)
from localgov_ims.storage.bulk_receipts import ORIGIN as INCOME_FILE

_matches = reconciliation.live

_BOOKED = (DispositionKind.ALLOCATED.value, DispositionKind.SUSPENSE.value)

_BANKED_OTHERWISE = ("statement_line", INCOME_FILE, unpaids.ORIGIN)
"""Origins of Receipts that no bank line of their own will come for."""

_NEVER_COMES = (*_BANKED_OTHERWISE, WRITE_OFF)


def open_lines(connection: Connection) -> Iterator[StatementLine]:
    """Yield statement lines without a disposition, awaiting something, or on another system's list that is not here."""
    return statements.some_lines(connection, statements.lines.c.id.not_in(_settled()))


def _settled() -> sa.Select[Any]:
    return sa.select(reconciliation.current.c.line).where(~_still_open())


def lines_to_match() -> sa.Select[Any]:
    """Select the lines that `open_lines` yields, as the matcher takes them; `said` is their personal data."""
    return _lines("open", statements.lines.c.id.not_in(_settled()))


def booked_to_match() -> sa.Select[Any]:
    """Select lines that became income, or went to suspense, as a whole, and have the amount of a total that came since."""
    current, files = reconciliation.current, income_files.income_files
    totals = sa.union(
        sa.select(settlements.settlements.c.net).where(open_settlement()),
        sa.select(files.c.expected - income_files.lost()).where(open_income_file()),
    )
    booked = sa.select(current.c.line).where(current.c.kind.in_(_BOOKED))
    lines = statements.lines.c
    return _lines(
        "booked", lines.pence.in_(totals), lines.id.in_(booked), lines.id.not_in(_matched("line", "left"))
    )


def _lines(state: str, *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    lines, beside = statements.lines, personal.data
    return (
        sa.select(
            lines.c.id, lines.c.booked_on.label("day"), lines.c.pence, lines.c.account,
            lines.c.customer_reference.label("customer"), lines.c.end_to_end, lines.c.structured, lines.c.code,
            beside.c.value.label("said"), sa.literal(state).label("state"),
        )
        .outerjoin(beside, beside.c.record == lines.c.id)
        .where(*where)
    )  # fmt: skip


def waiting(connection: Connection) -> dict[UUID, Disposition]:
    """Return the current disposition of every line that is still open, or may have been income by mistake."""
    current = reconciliation.current
    query = sa.select(current).where(_still_open())
    return {row.line: reconciliation.disposition(row) for row in connection.execute(query)}


def dispositions_of(connection: Connection, lines: Sequence[UUID]) -> dict[UUID, Disposition]:
    """Return the current dispositions of lines."""
    current = reconciliation.current
    query = sa.select(current).where(current.c.line.in_(lines))
    return {row.line: reconciliation.disposition(row) for row in connection.execute(query)} if lines else {}


def _still_open() -> sa.ColumnElement[bool]:
    current = reconciliation.current
    listed = (current.c.kind == DispositionKind.OTHER.value) & current.c.until_on.is_not(None)
    return (current.c.kind == DispositionKind.AWAITING.value) | listed


def open_receipts(*where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Select the ids of Receipts whose money has not been found; *where* asks of transactions.

    Receipts that bank lines became are not among them, nor what was reversed; nor what was in suspense when the
    council began here, for the bank had brought it before. Nor are the rows of income files: the bank brings a file's
    whole total, and a transfer that looks like one of its rows is another payment.
    """
    return sa.select(transactions.transactions.c.id).where(*_still_to_come(), *where)


def receipts_to_match(banking: Mapping[str, str], *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Select the lines of the Receipts of `open_receipts`, as the matcher takes them; *banking* says how methods of payment come."""
    return _receipts("open", banking, *_still_to_come(), *where)


def banked_to_match(banking: Mapping[str, str], since: date) -> sa.Select[Any]:
    """Select the lines of Receipts since a day whose money the bank brought, so that it may take it back."""
    return _receipts("banked", banking, *_brought(), transactions.transactions.c.taken_on >= since)


def banked_receipts(*where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Select the ids of Receipts whose money the bank brought and has not taken back; *where* asks of transactions."""
    return sa.select(transactions.transactions.c.id).where(*_brought(), *where)


def _brought() -> tuple[sa.ColumnElement[bool], ...]:
    t = transactions.transactions
    came = t.c.origin_kind.in_(_BANKED_OTHERWISE) | t.c.id.in_(
        _matched("receipt", "right", "banked", "settled")
    )
    return *_whole(), came, t.c.id.not_in(_matched("receipt", "right", "returned"))


def _still_to_come() -> tuple[sa.ColumnElement[bool], ...]:
    t = transactions.transactions
    return (
        *_whole(), t.c.origin_kind.not_in(_NEVER_COMES), t.c.id.not_in(_matched("receipt", "right", "banked", "settled")),
        t.c.id.not_in(_opening_suspense()),
    )  # fmt: skip


def _whole() -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a transaction is a Receipt of which nothing was reversed."""
    t, lines, back = transactions.transactions, transactions.lines, reversals.taking_back
    reversed_ = sa.select(lines.c.transaction).join(back, back.c.reverses == lines.c.id)
    return t.c.kind == TransactionKind.RECEIPT.value, t.c.id.not_in(reversed_)


def _receipts(state: str, banking: Mapping[str, str], *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    t, lines = transactions.transactions, transactions.lines
    return (
        sa.select(
            t.c.id, t.c.taken_on.label("day"), lines.c.pence, lines.c.mop, sa.case(dict(banking), value=lines.c.mop).label("banking"),
            t.c.provider, t.c.provider_reference, t.c.merchant_account.label("merchant"),
            # What the payer's bank and the provider know is the payment's reference, where there is a payment.
            sa.func.coalesce(t.c.payment, t.c.reference).label("reference"),
            lines.c.fund, lines.c.account_reference, sa.literal(state).label("state"),
        )
        .join(lines, lines.c.transaction == t.c.id)
        .where(*where)
    )  # fmt: skip


def settlements_to_match() -> sa.Select[Any]:
    """Select settlements whose bank credit has not been found."""
    s = settlements.settlements.c
    return sa.select(s.id, s.paid_on.label("day"), s.net.label("pence"), s.source, s.reference).where(
        open_settlement()
    )


def open_settlement() -> sa.ColumnElement[bool]:
    """Return the condition that the bank credit of a settlement has not been found."""
    return settlements.settlements.c.id.not_in(_matched("settlement", "right"))


def income_files_to_match() -> sa.Select[Any]:
    """Select income files of a known source whose bank credit has not been found."""
    f = income_files.income_files.c
    expected = f.expected - income_files.lost()
    day = sa.func.coalesce(f.last_on, date.min)
    return sa.select(f.id, day.label("day"), expected.label("pence"), f.source, f.import_type).where(
        open_income_file()
    )


def open_income_file() -> sa.ColumnElement[bool]:
    """Return the condition that an income file is of a known source, and its bank credit has not been found."""
    f = income_files.income_files.c
    return sa.and_(
        f.source.is_not(None), income_files.in_force(), f.id.not_in(_matched("income_file", "right"))
    )


def settlement_lines_to_match() -> sa.Select[Any]:
    """Select settlement lines whose payment has not been found, on its day, or the payout's where that is not said."""
    lines, heads = settlements.lines, settlements.settlements
    day = sa.func.coalesce(lines.c.occurred_on, heads.c.paid_on)
    return (
        sa.select(
            lines.c.id,
            day.label("day"),
            lines.c.pence,
            lines.c.source,
            lines.c.kind,
            lines.c.provider_reference,
        )
        .join(heads, heads.c.id == lines.c.settlement)
        .where(lines.c.id.not_in(_matched("settlement_line", "left")))
    )


def unpaids_to_match() -> sa.Select[Any]:
    """Select unpaids of a known source that the bank has not debited, and that were not withdrawn."""
    u = unpaids.unpaids.c
    return sa.select(
        u.id, u.due_on.label("day"), (-u.pence).label("pence"), u.source, u.service_user.label("sun"), u.advice, u.reference,
    ).where(u.source.is_not(None), u.id.not_in(unpaids.ended()))  # fmt: skip


def foreign_payments(connection: Connection, kind: str) -> Iterator[RecordedSettlementLine]:
    """Yield lines of a kind, in settlements that the bank has paid, that belong to no payment of ours."""
    return settlements.some_lines(
        connection,
        settlements.lines.c.kind == kind,
        settlements.lines.c.settlement.in_(_matched("settlement", "right")),
        settlements.lines.c.id.not_in(_matched("settlement_line", "left")),
    )


def totals(connection: Connection) -> dict[DispositionKind | None, tuple[int, int]]:
    """Return count and pence of the statement lines by current disposition; none: not reconciled yet."""
    current, lines = reconciliation.current, statements.lines
    counted = (sa.func.count().label("lines"), sa.func.coalesce(sa.func.sum(lines.c.pence), 0).label("pence"))
    query = (
        sa.select(current.c.kind, *counted).join(lines, lines.c.id == current.c.line).group_by(current.c.kind)
    )
    found = {DispositionKind(row.kind): (row.lines, int(row.pence)) for row in connection.execute(query)}
    every = connection.execute(sa.select(*counted)).one()
    none = (
        every.lines - sum(number for number, _ in found.values()),
        int(every.pence) - sum(pence for _, pence in found.values()),
    )
    return {None: none, **{kind: found.get(kind, (0, 0)) for kind in DispositionKind}}


def _opening_suspense() -> sa.Select[Any]:
    t, lines, held = transactions.transactions, transactions.lines, transactions.suspense
    query = sa.select(t.c.id).join(lines, lines.c.transaction == t.c.id).join(held, held.c.line == lines.c.id)
    return query.where(t.c.origin_kind == OPENING)


def _matched(kind: str, side: str, *roles: str) -> sa.Select[Any]:
    column = _matches.c.right_id if side == "right" else _matches.c.left_id
    kind_column = _matches.c.right_kind if side == "right" else _matches.c.left_kind
    query = sa.select(column).where(kind_column == kind)
    return query.where(_matches.c.role.in_(roles)) if roles else query
