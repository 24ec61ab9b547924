"""The shipped profile `stripe-payout`."""

import io
from datetime import date
from pathlib import Path

import pytest

from localgov_ims.builtin import ims_file_formats
from localgov_ims.domain.money import Money
from localgov_ims.domain.settlements import SettlementKind, SettlementLine
from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import Opened, Yields
from localgov_ims.files.reading import events, read

SAMPLE = (
    Path(__file__).parent / "samples" / "settlements" / "stripe_payout_reconciliation_itemized.csv"
).read_bytes()
READER = next(reader for reader in ims_file_formats() if reader.name == "stripe-payout")


def issues(data: bytes) -> list[tuple[str, str, str]]:
    """Code, place and field of every Issue of a file that is refused."""
    file = read(ims_file_formats(), io.BytesIO(data), "stripe-payout")
    assert not file.accepted
    return [(issue.code, issue.place, issue.field) for entry in file.entries for issue in entry.issues]


def lines(data: bytes) -> list[SettlementLine]:
    return [event for event in events(READER, io.BytesIO(data)) if isinstance(event, SettlementLine)]


def test_the_sample_is_a_payout_of_its_payments_less_fees():
    file = read(ims_file_formats(), io.BytesIO(SAMPLE))
    (entry,) = file.entries
    assert file.accepted
    assert (entry.format, entry.kind) == ("stripe-payout", Yields.SETTLEMENT.value)
    assert entry.opened == Opened(
        account="stripe", number="po_1", key="po_1", currency="GBP", paid_on=date(2026, 10, 7),
        message="stripe-payout", place="row 1, line 2",
    )  # fmt: skip
    totals = entry.closed.computed
    assert (totals.count, totals.credits, totals.debits, totals.net) == (2, 9850, 2000, 7850)
    assert entry.closed.evidence is Evidence.UNPROVED


def test_each_row_has_its_gross_fee_and_net():
    charge, refund = lines(SAMPLE)
    assert charge == SettlementLine(
        position=1, identifier="txn_1", kind=SettlementKind.PAYMENT, amount=Money(10000), fee=Money(150),
        net=Money(9850), place="row 1, line 2", provider_reference="ch_1", occurred_on=date(2026, 10, 5),
    )  # fmt: skip
    assert (refund.kind, refund.amount, refund.net) == (SettlementKind.REFUND, Money(-2000), Money(-2000))


def test_columns_stand_in_any_order_and_further_ones_are_ignored():
    rows = [line.split(",") for line in SAMPLE.decode().splitlines()]
    turned = "\n".join(",".join([*reversed(row), "more"]) for row in rows)
    assert lines(turned.encode()) == lines(SAMPLE)


def test_the_column_names_of_either_time_zone_are_known_and_utc_is_preferred():
    plain = SAMPLE.replace(b"_utc", b"")
    assert lines(plain) == lines(SAMPLE)
    both = SAMPLE.replace(b"description", b"created").replace(
        b"Council tax 770000011", b"2026-10-06 00:30:00"
    )
    assert [line.occurred_on for line in lines(both)] == [date(2026, 10, 5)] * 2


@pytest.mark.parametrize("column", ["automatic_payout_id", "fee", "net", "created_utc", "source_id"])
def test_a_missing_column_is_refused(column):
    assert issues(SAMPLE.replace(column.encode(), b"other", 1)) == [("layout-mismatch", "line 1", "header")]


def test_a_row_whose_gross_less_fee_is_not_net_is_refused():
    assert issues(SAMPLE.replace(b"98.50", b"98.51")) == [("total-mismatch", "row 1, line 2", "net")]


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        (b"charge", b"payout", "unknown-code", "reporting_category"),
        (b"100.00", b"1e2", "bad-amount", "gross"),
        (b"100.00", b"100.005", "bad-amount", "gross"),
        (b"txn_1", b"", "missing-field", "balance_transaction_id"),
        (b"po_1,", b",", "missing-field", "automatic_payout_id"),
        (b"gbp", b"jpy", "bad-field", "currency"),
        (b"2026-10-05 09:00:00", b"05/10/2026", "bad-date", "created_utc"),
    ],
)
def test_a_faulty_cell_is_an_issue_at_its_row_and_column(old, new, code, field):
    assert issues(SAMPLE.replace(old, new, 1)) == [(code, "row 1, line 2", field)]


def test_a_payout_in_two_currencies_is_refused():
    assert issues(SAMPLE.replace(b"gbp,-", b"eur,-")) == [("currency-mismatch", "row 2, line 3", "currency")]


def test_a_payout_paid_on_two_days_is_refused():
    changed = SAMPLE.replace(b"po_1,2026-10-07", b"po_1,2026-10-08", 1)
    assert issues(changed) == [("bad-field", "row 2, line 3", "automatic_payout_effective_at_utc")]


def test_every_payout_of_a_file_is_a_settlement_of_its_own():
    header, first, second = SAMPLE.splitlines(keepends=True)
    other = first.replace(b"po_1", b"po_2").replace(b"txn_1", b"txn_3")
    file = read([READER], io.BytesIO(header + first + second + other))
    assert [(entry.opened.key, entry.closed.computed.net) for entry in file.entries] == [
        ("po_1", 7850),
        ("po_2", 9850),
    ]


def test_a_payout_that_comes_back_after_another_is_refused():
    header, first, second = SAMPLE.splitlines(keepends=True)
    other = first.replace(b"po_1", b"po_2").replace(b"txn_1", b"txn_3")
    assert issues(header + first + other + second) == [
        ("layout-mismatch", "row 3, line 4", "automatic_payout_id")
    ]


def test_an_identifier_that_stands_twice_is_found():
    assert [code for code, _, _ in issues(SAMPLE.replace(b"txn_2", b"txn_1"))] == ["duplicate-id"]


def test_a_header_without_rows_is_truncated():
    assert issues(SAMPLE.splitlines(keepends=True)[0]) == [("truncated", "line 1", "")]


@pytest.mark.parametrize("length", range(len(SAMPLE)))
def test_a_file_cut_anywhere_gives_whole_rows_or_none(length):
    """The format has no totals: a cut between rows, or in the last column (not read), leaves no trace."""
    file = read([READER], io.BytesIO(SAMPLE[:length]), "stripe-payout")
    header, first, _ = SAMPLE.splitlines(keepends=True)
    column = SAMPLE[:length].rpartition(b"\n")[2].count(b",")
    after_a_row = length >= len(header + first) and SAMPLE[:length].endswith(b"\n")
    assert file.accepted == (length > len(header) and (column == 11 or after_a_row))
    assert lines(SAMPLE[:length]) == lines(SAMPLE)[: len(lines(SAMPLE[:length]))]
