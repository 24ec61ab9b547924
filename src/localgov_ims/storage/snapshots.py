"""Snapshots for the matcher: what is open on both sides, asked for set by set."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import evolve, frozen
from sqlalchemy import Connection

from localgov_ims.domain.income_files import IncomeFile
from localgov_ims.domain.settlements import RecordedSettlementLine, Settlement
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.transactions import OPENING, TransactionKind
from localgov_ims.domain.unpaids import RecordedUnpaid
from localgov_ims.domain.write_offs import WRITE_OFF
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.storage import (
    income_files,
    reconciliation,
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
    current = reconciliation.current
    settled = sa.select(current.c.line).where(~_still_open())
    return statements.some_lines(connection, statements.lines.c.id.not_in(settled))


def booked_lines(connection: Connection, totals: Collection[int]) -> Iterator[StatementLine]:
    """Yield lines that became income, or went to suspense, and may be one of these *totals* of files that came since."""
    if not totals:
        return iter(())
    current, lines = reconciliation.current, statements.lines
    booked = sa.select(current.c.line).where(current.c.kind.in_(_BOOKED))
    return statements.some_lines(connection, lines.c.pence.in_(sorted(totals)), lines.c.id.in_(booked))


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


@frozen(kw_only=True)
class OpenReceipt:
    """A Receipt as the matcher knows it: the funds of its lines joined, and whether the bank brought it already."""

    id: UUID
    day: date
    pence: int
    mop: str
    provider: str | None
    provider_reference: str | None
    merchant: str | None
    reference: str
    funds: str
    banked: bool = False


def open_receipts(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[OpenReceipt]:
    """Yield Receipts whose money has not been found; *where* asks of transactions.

    Receipts that bank lines became are not among them, nor what was reversed; nor what was in suspense when the
    council began here, for the bank had brought it before. Nor are the rows of income files: the bank brings a file's
    whole total, and a transfer that looks like one of its rows is another payment.
    """
    t = transactions.transactions
    return _receipts(
        connection, t.c.origin_kind.not_in(_NEVER_COMES), t.c.id.not_in(_matched("receipt", "right", "banked", "settled")),
        t.c.id.not_in(_opening_suspense()), *where,
    )  # fmt: skip


def banked_receipts(connection: Connection, since: date) -> Iterator[OpenReceipt]:
    """Yield Receipts since a day whose money the bank brought, so that it may take it back."""
    t = transactions.transactions
    came = t.c.origin_kind.in_(_BANKED_OTHERWISE) | t.c.id.in_(
        _matched("receipt", "right", "banked", "settled")
    )
    for each in _receipts(
        connection, came, t.c.taken_on >= since, t.c.id.not_in(_matched("receipt", "right", "returned"))
    ):
        yield evolve(each, banked=True)


def _receipts(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[OpenReceipt]:
    t, lines = transactions.transactions, transactions.lines
    reversing = lines.alias("reversing")
    reversed_ = sa.select(lines.c.transaction).join(reversing, reversing.c.reverses == lines.c.id)
    fewest, most = sa.func.min(lines.c.fund), sa.func.max(lines.c.fund)
    query = (
        sa.select(
            t.c.id, t.c.taken_on, sa.func.sum(lines.c.pence).label("pence"), sa.func.min(lines.c.mop).label("mop"),
            t.c.provider, t.c.provider_reference, t.c.merchant_account,
            # What the payer's bank and the provider know is the payment's reference, where there is a payment.
            sa.func.coalesce(t.c.payment, t.c.reference).label("reference"),
            sa.case((fewest == most, fewest), else_=fewest + " " + most).label("funds"),
        )
        .join(lines, lines.c.transaction == t.c.id)
        .where(t.c.kind == TransactionKind.RECEIPT.value, t.c.id.not_in(reversed_), *where)
        .group_by(t.c.id)
        .order_by(t.c.taken_on, t.c.id)
    )  # fmt: skip
    for row in connection.execute(query):
        yield OpenReceipt(
            id=row.id, day=row.taken_on, pence=int(row.pence), mop=row.mop, provider=row.provider,
            provider_reference=row.provider_reference, merchant=row.merchant_account, reference=row.reference, funds=row.funds,
        )  # fmt: skip


def accounts_of_receipts(connection: Connection) -> Iterator[tuple[UUID, str]]:
    """Yield Receipts with each account reference on their lines."""
    t, lines = transactions.transactions, transactions.lines
    query = (
        sa.select(lines.c.transaction, lines.c.account_reference)
        .join(t, t.c.id == lines.c.transaction)
        .where(
            t.c.kind == TransactionKind.RECEIPT.value, t.c.origin_kind.not_in(_NEVER_COMES),
            lines.c.account_reference.is_not(None), t.c.id.not_in(_matched("receipt", "right")),
        )
        .distinct()
    )  # fmt: skip
    for row in connection.execute(query):
        yield row.transaction, row.account_reference


def open_settlements(connection: Connection) -> Iterator[Settlement]:
    """Yield settlements whose bank credit has not been found."""
    return settlements.some(connection, settlements.settlements.c.id.not_in(_matched("settlement", "right")))


def open_income_files(connection: Connection) -> Iterator[IncomeFile]:
    """Yield income files of a known source whose bank credit has not been found."""
    table = income_files.income_files
    return income_files.some(
        connection,
        table.c.source.is_not(None),
        income_files.in_force(),
        table.c.id.not_in(_matched("income_file", "right")),
    )


def open_settlement_lines(connection: Connection) -> Iterator[tuple[UUID, date, int, str, str | None, str]]:
    """Yield settlement lines whose payment has not been found: id, day, pence, kind, the provider's reference, source.

    The day is the payment's, or the payout's where the provider does not say.
    """
    lines, heads = settlements.lines, settlements.settlements
    day = sa.func.coalesce(lines.c.occurred_on, heads.c.paid_on).label("day")
    query = (
        sa.select(lines.c.id, day, lines.c.pence, lines.c.kind, lines.c.provider_reference, lines.c.source)
        .join(heads, heads.c.id == lines.c.settlement)
        .where(lines.c.id.not_in(_matched("settlement_line", "left")))
        .order_by(lines.c.id)
    )
    for row in connection.execute(query):
        yield row.id, row.day, row.pence, row.kind, row.provider_reference, row.source


def open_unpaids(connection: Connection) -> Iterator[RecordedUnpaid]:
    """Yield unpaids of a known source that the bank has not debited, and that were not withdrawn."""
    table = unpaids.unpaids
    return unpaids.some(connection, table.c.source.is_not(None), table.c.id.not_in(unpaids.ended()))


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
