"""Expected deposits: what the bank or an acquirer must bring, the bags it goes in, and the income that it brings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.deposits import DepositKind, DepositSource, ExpectedDeposit, bag_key, z_key
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.transactions import TransactionKind
from localgov_ims.storage import reconciliation, reversals, transactions
from localgov_ims.storage.schema import (
    day_column,
    id_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

deposits = record_table(
    "expected_deposits",
    text_column("kind"),
    pence_column("pence"),
    day_column("due_on"),
    text_column("office", nullable=True),
    text_column("bag_number", nullable=True),
    text_column("slip", nullable=True),
    text_column("merchant", nullable=True),
    text_column("terminal", nullable=True),
    text_column("z_report", nullable=True),
    text_column("z_key", nullable=True),
    text_column("source_kind"),
    id_column("source"),
    # A terminal's Z-report is expected once, however it is written, and so is the cash of one source and its cheques; it may have terminals.
    sa.UniqueConstraint("z_key"),
    sa.Index(
        "uq_expected_deposits_source", "source_kind", "source", "kind", unique=True,
        sqlite_where=sa.text("terminal IS NULL"), postgresql_where=sa.text("terminal IS NULL"),
    ),
)  # fmt: skip

bags = record_table(
    "deposit_bags",
    text_column("key"),
    text_column("source_kind"),
    id_column("source"),
    # A sealed bag has one number in the world, however it is written; cash and cheques of one source go in it together.
    sa.UniqueConstraint("key"),
)

parts = record_table(
    "deposit_transactions",
    points_to(deposits, "deposit"),
    points_to(transactions.transactions, "transaction"),
    sa.UniqueConstraint("deposit", "transaction"),
)


@frozen(kw_only=True)
class Coming:
    """How much of a deposit has come: of its Receipts that stand, how many, and how many the bank or acquirer brought."""

    receipts: int
    found: int

    @property
    def came(self) -> bool:
        """Whether all of it has come."""
        return self.receipts > 0 and self.found == self.receipts

    @property
    def nothing(self) -> bool:
        """Whether nothing of it is expected any more: every Receipt was reversed."""
        return self.receipts == 0


def add(unit: Unit, expected: Sequence[ExpectedDeposit]) -> None:
    """Record deposits of one source, with the bag that they go in.

    Raises:
        AlreadyDone: Its bag, its Z-report or the source itself was recorded by somebody else meanwhile.
    """
    unit.record(deposits, [
        (
            d.id, d.kind.value, d.total.pence, d.due_on, d.office, d.bag_number, d.slip, d.merchant, d.terminal,
            d.z_report, z_key(d.terminal, d.z_report) if d.terminal and d.z_report else None, d.source_kind.value,
            d.source,
        )
        for d in expected
    ])  # fmt: skip
    own = {bag_key(d.bag_number): d for d in expected if d.bag_number is not None}
    unit.record(bags, [(new_id(), key, d.source_kind.value, d.source) for key, d in own.items()])
    unit.record(parts, [(new_id(), d.id, each) for d in expected for each in d.transactions])


def bags_used(connection: Connection, numbers: Collection[str]) -> set[str]:
    """Return which bag numbers are those of bags already, however they are written."""
    keys = {number: bag_key(number) for number in numbers}
    query = sa.select(bags.c.key).where(bags.c.key.in_(list(keys.values())))
    used = set(connection.execute(query).scalars())
    return {number for number, own in keys.items() if own in used}


def z_report_used(connection: Connection, terminal: str, z_report: str) -> bool:
    """Tell whether a terminal's Z-report is expected already."""
    query = sa.select(deposits.c.id).where(deposits.c.z_key == z_key(terminal, z_report))
    return connection.execute(query).first() is not None


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[ExpectedDeposit]:
    """Yield deposits, the longest expected first; *where* asks of deposits."""
    query = sa.select(deposits).where(*where).order_by(deposits.c.due_on, deposits.c.id)
    rows = connection.execute(query).all()
    brought = _brought(connection, [row.id for row in rows])
    for row in rows:
        yield _deposit(row, brought[row.id])


def coming(connection: Connection, wanted: Collection[UUID]) -> dict[UUID, Coming]:
    """Return how much of each deposit has come, by its id."""
    t, m, lines = transactions.transactions, reconciliation.live, transactions.lines
    back = reversals.taking_back
    reversed_ = sa.select(lines.c.transaction).join(back, back.c.reverses == lines.c.id)
    matched = sa.select(m.c.right_id).where(m.c.right_kind == "receipt")
    query = (
        sa.select(
            parts.c.deposit, sa.func.count().label("receipts"),
            sa.func.sum(sa.case((t.c.id.in_(matched), 1), else_=0)).label("found"),
        )
        .join(t, t.c.id == parts.c.transaction)
        .where(t.c.kind == TransactionKind.RECEIPT.value, t.c.id.not_in(reversed_))
        .group_by(parts.c.deposit)
    )  # fmt: skip
    found = {each: Coming(receipts=0, found=0) for each in wanted}
    for row in connection.execute(query):
        if row.deposit in found:
            found[row.deposit] = Coming(receipts=row.receipts, found=int(row.found))
    return found


def _brought(connection: Connection, wanted: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    found: dict[UUID, list[UUID]] = {each: [] for each in wanted}
    ids = list(wanted)
    for start in range(0, len(ids), 500):
        block = parts.c.deposit.in_(ids[start : start + 500])
        for row in connection.execute(sa.select(parts).where(block).order_by(parts.c.ordinal, parts.c.id)):
            found[row.deposit].append(row.transaction)
    return {deposit: tuple(own) for deposit, own in found.items()}


def _deposit(row: sa.Row[Any], brought: tuple[UUID, ...]) -> ExpectedDeposit:
    return ExpectedDeposit(
        id=row.id, kind=DepositKind(row.kind), total=Money(row.pence), due_on=row.due_on, office=row.office,
        bag_number=row.bag_number, slip=row.slip, merchant=row.merchant, terminal=row.terminal, z_report=row.z_report,
        source_kind=DepositSource(row.source_kind), source=row.source, transactions=brought,
    )  # fmt: skip
