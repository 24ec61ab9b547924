"""Transactions, their lines, and the suspense items kept beside lines of the suspense fund."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.suspense import SuspenseItem, SuspenseReason
from localgov_ims.domain.transactions import Line, Transaction
from localgov_ims.storage import personal
from localgov_ims.storage import transaction_rows as rows
from localgov_ims.storage.schema import (
    day_column,
    moment_column,
    number_column,
    pence_column,
    personal_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit


def _given(name: str) -> sa.Index:
    """Index a column where it is given; most transactions have none, and cost nothing."""
    there = sa.text(f"{name} IS NOT NULL")
    return sa.Index(f"ix_transactions_{name}", name, sqlite_where=there, postgresql_where=there)


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
    text_column("merchant_account", nullable=True),
    text_column("payment", nullable=True),
    text_column("purpose", nullable=True),
    number_column("n", nullable=True),
    text_column("office", nullable=True),
    moment_column("taken_at", nullable=True),
    text_column("caller_reference", nullable=True),
    text_column("authorisation_code", nullable=True),
    personal_column(),
    sa.UniqueConstraint("reference"),
    # One origin makes one transaction: a bank line is income once, a transaction is reversed once.
    sa.UniqueConstraint("origin_kind", "origin_id", "origin_n"),
    # A payment brings its money once, whatever is said of it how often.
    sa.UniqueConstraint("payment", "purpose", "n"),
    # A provider's payment is income once; its refunds may go by the same reference.
    sa.Index(
        "uq_transactions_provider_reference", "provider", "provider_reference", unique=True,
        sqlite_where=sa.text("kind = 'receipt'"), postgresql_where=sa.text("kind = 'receipt'"),
    ),
    sa.Index("ix_transactions_recorded", "recorded_at", "id"),
    _given("provider_reference"),
    _given("caller_reference"),
)  # fmt: skip

lines = record_table(
    "transaction_lines",
    points_to(transactions, "transaction"),
    number_column("number"),
    text_column("reference"),
    text_column("fund"),
    text_column("account_reference", nullable=True),
    pence_column("pence"),
    text_column("vat_code", nullable=True),
    text_column("vat_treatment", nullable=True),
    number_column("vat_rate"),
    pence_column("vat"),
    text_column("mop"),
    text_column("narrative", nullable=True),
    text_column("rule", nullable=True),
    number_column("pair", nullable=True),
    sa.Column("draws_on", sa.Uuid(), nullable=True),
    sa.Column("reverses", sa.Uuid(), nullable=True),
    number_column("turn", nullable=True),
    personal_column(),
    sa.UniqueConstraint("reference"),
    sa.UniqueConstraint("transaction", "number"),
    # Taken back, restored, taken back again: of two that race for a turn one gets it.
    sa.UniqueConstraint("reverses", "turn"),
    sa.CheckConstraint("(reverses IS NULL) = (turn IS NULL)", name="turn"),
    sa.Index("ix_transaction_lines_account", "account_reference", "fund"),
    sa.Index("ix_transaction_lines_pence", "pence"),
)

suspense = record_table(
    "suspense_items",
    points_to(lines, "line"),
    text_column("reason"),
    moment_column("received_at"),
    text_column("received_reference", nullable=True),
    text_column("detail", nullable=True),
    text_column("rule", nullable=True),
    text_column("source_reference", nullable=True),
    text_column("vat_code", nullable=True),
    sa.UniqueConstraint("line"),
)

_ASKED_AT_ONCE = 500

_narratives = personal.data.alias("narratives")


def add(unit: Unit, recorded: Iterable[Transaction], *, personal_narratives: bool = False) -> None:
    """Record transactions with their lines, in bulk; what is known of persons goes beside them.

    *personal_narratives* says that what people wrote beside lines is personal data too.
    """
    heads, details, sealed = [], [], []
    for transaction in recorded:
        secret = rows.seal(transaction)
        heads.append(rows.row(transaction, secret))
        if secret is not None:
            sealed.append(secret)
        for line in transaction.lines:
            said = personal.seal(line.id, {"narrative": line.narrative}) if personal_narratives else None
            details.append(rows.line_row(transaction.id, line, said))
            if said is not None:
                sealed.append(said)
    unit.record(transactions, heads)
    unit.record(lines, details)
    unit.personal(sealed)


def add_suspense(unit: Unit, items: Iterable[SuspenseItem]) -> None:
    """Record what is kept of suspense lines."""
    unit.record(
        suspense,
        [
            (
                i.id,
                i.line,
                i.reason.value,
                i.received_at,
                i.received_reference,
                i.detail,
                i.rule,
                i.source_reference,
                i.vat_code,
            )
            for i in items
        ],
    )


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[Transaction]:
    """Yield transactions with all their lines, in the order in which they were taken; *where* asks of transactions."""
    query = (
        sa.select(
            transactions, lines, personal.data.c.value.label("persons"), _narratives.c.value.label("narratives")
        )
        .join(lines, lines.c.transaction == transactions.c.id)
        .outerjoin(personal.data, personal.data.c.record == transactions.c.id)
        .outerjoin(_narratives, _narratives.c.record == lines.c.id)
        .where(*where)
        .order_by(transactions.c.taken_on, transactions.c.reference, lines.c.number)
        .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
    )  # fmt: skip
    head: sa.Row[Any] | None = None
    gathered: list[Line] = []
    for row in connection.execute(query):
        if head is not None and head.transactions_id != row.transactions_id:
            yield rows.transaction(head, gathered)
            gathered = []
        head = row
        gathered.append(rows.line(row))
    if head is not None:
        yield rows.transaction(head, gathered)


def by_id(connection: Connection, wanted: Collection[UUID]) -> dict[UUID, Transaction]:
    """Return the transactions *wanted* that there are, by their ids."""
    ids, found = list(wanted), dict[UUID, Transaction]()
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        block = transactions.c.id.in_(ids[start : start + _ASKED_AT_ONCE])
        found |= {each.id: each for each in some(connection, block)}
    return found


def whole(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[Transaction]:
    """Yield each transaction, with all its lines, of which any line fits."""
    fitting = sa.select(lines.c.transaction).join(transactions, transactions.c.id == lines.c.transaction)
    return some(connection, transactions.c.id.in_(fitting.where(*where)))


def lines_by_id(connection: Connection, wanted: Collection[UUID]) -> dict[UUID, Line]:
    """Return the lines *wanted*, by their ids."""
    found: dict[UUID, Line] = {}
    ids = list(wanted)
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        block = lines.c.id.in_(ids[start : start + _ASKED_AT_ONCE])
        found |= {line.id: line for each in whole(connection, block) for line in each.lines}
    return {identifier: found[identifier] for identifier in ids}


def some_suspense(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[SuspenseItem]:
    """Yield suspense items, the oldest first."""
    query = sa.select(suspense).where(*where).order_by(suspense.c.received_at, suspense.c.id)
    for row in connection.execute(query):
        yield SuspenseItem(
            id=row.id, line=row.line, reason=SuspenseReason(row.reason), received_at=row.received_at,
            received_reference=row.received_reference, detail=row.detail, rule=row.rule,
            source_reference=row.source_reference, vat_code=row.vat_code,
        )  # fmt: skip
