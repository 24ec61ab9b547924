"""Receipts in bulk are written as Receipts are written one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from localgov_ims.domain.ids import new_id, parse_reference
from localgov_ims.domain.money import Money
from localgov_ims.domain.transactions import Channel, Origin, TransactionKind
from localgov_ims.errors import AlreadyDone
from localgov_ims.storage import bulk_receipts, transaction_rows, transactions
from localgov_ims.storage.bulk_receipts import BulkReceipt
from localgov_ims.storage.schema import canonical, raw
from localgov_ims.storage.store import Store

RECEIPTS = [
    BulkReceipt(
        1, date(2026, 5, 12),
        [
            ("13", "GW1234562", 1200, "S", "standard", 200, 200, "15", "Garden waste", "First + Second"),
            ("23", None, -300, None, None, 0, 0, "15", None, None),
        ],
        "01", datetime(2026, 5, 12, 10, 30, tzinfo=UTC), "THEIRS", "INTERNAL",
    ),
    BulkReceipt(2, date(2026, 5, 11), [("05", "1", 5, None, None, 0, 0, "16", "x", "Third")]),
]  # fmt: skip


@pytest.mark.parametrize("personal", [False, True])
def test_what_is_written_in_bulk_is_what_the_record_itself_would_write(
    store: Store, *, personal: bool
) -> None:
    file = new_id()
    with store.unit("test", by="tester") as unit:
        bulk_receipts.add(unit, RECEIPTS, file=file, run=2, by="tester", personal_narratives=personal)
        unit.commit()
    with store.reading() as connection:
        found = list(transactions.some(connection))
        heads = {row[0]: tuple(row)[:-3] for row in connection.execute(raw(transactions.transactions))}
        lines = {row[0]: tuple(row)[:-3] for row in connection.execute(raw(transactions.lines))}
    assert [(t.kind, t.channel, t.origin) for t in found] == [
        (TransactionKind.RECEIPT, Channel.FILE, Origin("income_file", f"{file}/2", 2)),
        (TransactionKind.RECEIPT, Channel.FILE, Origin("income_file", f"{file}/1", 2)),
    ]  # fmt: skip
    for transaction in found:
        assert parse_reference(transaction.reference) == transaction.reference
        written = canonical(transaction_rows.row(transaction, None))
        assert canonical(heads[written[0]] if written[0] in heads else heads[transaction.id]) == written
        for line in transaction.lines:
            own = canonical(transaction_rows.line_row(transaction.id, line, None))
            kept = canonical(lines[own[0]] if own[0] in lines else lines[line.id])
            if personal:
                own[12], kept[-1] = None, None  # the narrative lies beside the line, bound to it by a hash
            assert kept == own
    assert [line.narrative for line in found[1].lines] == ["Garden waste", None]
    assert found[1].total == Money(900)


def test_a_row_of_one_run_is_written_once(store: Store) -> None:
    file = new_id()
    with store.unit("test", by="tester") as unit:
        bulk_receipts.add(unit, RECEIPTS, file=file, run=1, by="tester")
        unit.commit()
    with store.unit("test", by="tester") as unit, pytest.raises(AlreadyDone):
        bulk_receipts.add(unit, RECEIPTS[:1], file=file, run=1, by="tester")
    with store.unit("test", by="tester") as unit:
        bulk_receipts.add(unit, RECEIPTS[:1], file=file, run=2, by="tester")
        unit.commit()
    with store.reading() as connection:
        count = sa.select(sa.func.count()).select_from(transactions.transactions)
        assert connection.execute(count).scalar_one() == 3


def test_the_ids_returned_are_those_of_the_first_lines(store: Store) -> None:
    with store.unit("test", by="tester") as unit:
        firsts = bulk_receipts.add(unit, RECEIPTS, file=new_id(), run=1, by="tester")
        unit.commit()
    with store.reading() as connection:
        by_id = {line.id.hex: line for t in transactions.some(connection) for line in t.lines}
    assert [by_id[first].number for first in firsts] == [1, 1]
    assert [by_id[first].amount for first in firsts] == [Money(1200), Money(5)]
