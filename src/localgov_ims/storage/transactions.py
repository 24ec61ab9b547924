"""Transactions, their lines, and the suspense items kept beside lines of the suspense fund."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseItem, SuspenseReason
from localgov_ims.domain.transactions import Channel, Line, Origin, Transaction, TransactionKind
from localgov_ims.domain.vat import VatRate
from localgov_ims.storage.schema import (
    Row,
    day_column,
    moment_column,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

transactions = record_table(
    "transactions",
    text_column("kind"),
    text_column("reference"),
    text_column("channel"),
    text_column("origin_kind"),
    text_column("origin_id"),
    number_column("origin_n"),
    day_column("taken_on"),
    moment_column("recorded_at"),
    text_column("recorded_by"),
    text_column("provider", nullable=True),
    text_column("provider_reference", nullable=True),
    sa.UniqueConstraint("reference"),
    # One origin makes one transaction: a bank line is income once, a transaction is reversed once.
    sa.UniqueConstraint("origin_kind", "origin_id", "origin_n"),
    sa.UniqueConstraint("provider", "provider_reference"),
)

lines = record_table(
    "transaction_lines",
    points_to(transactions, "transaction"),
    number_column("number"),
    text_column("reference"),
    text_column("fund"),
    text_column("account_reference", nullable=True),
    pence_column("pence"),
    text_column("vat_code", nullable=True),
    number_column("vat_rate"),
    pence_column("vat"),
    text_column("mop"),
    text_column("narrative", nullable=True),
    text_column("rule", nullable=True),
    number_column("pair", nullable=True),
    sa.Column("reverses", sa.Uuid(), nullable=True),
    sa.UniqueConstraint("reference"),
    sa.UniqueConstraint("transaction", "number"),
    sa.UniqueConstraint("reverses"),
)

suspense = record_table(
    "suspense_items",
    points_to(lines, "line"),
    text_column("reason"),
    moment_column("received_at"),
    text_column("received_reference", nullable=True),
    text_column("detail", nullable=True),
    text_column("rule", nullable=True),
    sa.UniqueConstraint("line"),
)


def add(unit: Unit, recorded: Iterable[Transaction]) -> None:
    """Record transactions with their lines, in bulk."""
    heads, details = [], []
    for transaction in recorded:
        heads.append(_row(transaction))
        details += [_line_row(transaction.id, line) for line in transaction.lines]
    unit.record(transactions, heads)
    unit.record(lines, details)


def add_suspense(unit: Unit, items: Iterable[SuspenseItem]) -> None:
    """Record what is kept of suspense lines."""
    unit.record(
        suspense,
        [
            (i.id, i.line, i.reason.value, i.received_at, i.received_reference, i.detail, i.rule)
            for i in items
        ],
    )


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[Transaction]:
    """Yield transactions with their lines, in the order in which they were taken."""
    query = (
        sa.select(transactions, lines)
        .join(lines, lines.c.transaction == transactions.c.id)
        .where(*where)
        .order_by(transactions.c.taken_on, transactions.c.reference, lines.c.number)
        .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
    )
    head: sa.Row[Any] | None = None
    gathered: list[Line] = []
    for row in connection.execute(query):
        if head is not None and head.transactions_id != row.transactions_id:
            yield _transaction(head, gathered)
            gathered = []
        head = row
        gathered.append(_line(row))
    if head is not None:
        yield _transaction(head, gathered)


def some_suspense(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[SuspenseItem]:
    """Yield suspense items, the oldest first."""
    query = sa.select(suspense).where(*where).order_by(suspense.c.received_at, suspense.c.id)
    for row in connection.execute(query):
        yield SuspenseItem(
            id=row.id, line=row.line, reason=SuspenseReason(row.reason), received_at=row.received_at,
            received_reference=row.received_reference, detail=row.detail, rule=row.rule,
        )  # fmt: skip


def _row(t: Transaction) -> Row:
    return (
        t.id, t.kind.value, t.reference, t.channel.value, t.origin.kind, t.origin.id, t.origin.n, t.taken_on,
        t.recorded_at, t.recorded_by, t.provider, t.provider_reference,
    )  # fmt: skip


def _line_row(transaction: UUID, line: Line) -> Row:
    return (
        line.id, transaction, line.number, line.reference, line.fund, line.account_reference, line.amount.pence,
        line.vat_code, line.vat_rate.thousandths, line.vat.pence, line.mop, line.narrative, line.rule, line.pair,
        line.reverses,
    )  # fmt: skip


def _line(row: sa.Row[Any]) -> Line:
    return Line(
        id=row.transaction_lines_id, number=row.transaction_lines_number, reference=row.transaction_lines_reference,
        fund=row.transaction_lines_fund, account_reference=row.transaction_lines_account_reference,
        amount=Money(row.transaction_lines_pence), vat_code=row.transaction_lines_vat_code,
        vat_rate=VatRate(row.transaction_lines_vat_rate), vat=Money(row.transaction_lines_vat),
        mop=row.transaction_lines_mop, narrative=row.transaction_lines_narrative, rule=row.transaction_lines_rule,
        pair=row.transaction_lines_pair, reverses=row.transaction_lines_reverses,
    )  # fmt: skip


def _transaction(row: sa.Row[Any], gathered: list[Line]) -> Transaction:
    return Transaction(
        id=row.transactions_id, kind=TransactionKind(row.transactions_kind), reference=row.transactions_reference,
        channel=Channel(row.transactions_channel),
        origin=Origin(row.transactions_origin_kind, row.transactions_origin_id, row.transactions_origin_n),
        taken_on=row.transactions_taken_on, recorded_at=row.transactions_recorded_at,
        recorded_by=row.transactions_recorded_by, lines=tuple(gathered), provider=row.transactions_provider,
        provider_reference=row.transactions_provider_reference,
    )  # fmt: skip
