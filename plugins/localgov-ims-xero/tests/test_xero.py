"""Xero's manual journals: every fact in its column, and the contract of every exporter."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from attrs import evolve

from localgov_ims.domain.journals import LedgerAccount, Source
from localgov_ims.testing.exporters import LedgerExporterContract
from localgov_ims.testing.journals import card_receipt
from localgov_ims_xero import XeroSettings, ims_ledger_exporters

GOLDEN = Path(__file__).parent / "samples" / "xero_card_receipt.csv"
(SPEC,) = ims_ledger_exporters()
SETTINGS = XeroSettings(
    tax_code_none="No VAT", tax_codes={"S": "20% (VAT on Income)", "Z": "Zero Rated Income"},
    tracking_name_1="Department", tracking_name_2="Project",
)  # fmt: skip
EXPORTER = SPEC.factory(SETTINGS)


class TestXero(LedgerExporterContract):
    dimensions = 2
    spec = SPEC
    golden = {GOLDEN: card_receipt()}

    def make(self):
        return EXPORTER


def written(journal, exporter=EXPORTER):
    return list(csv.reader(io.StringIO(exporter.export(journal).data.decode(), newline="")))


def test_each_fact_stands_in_its_column():
    header, clearing, fund, _ = written(card_receipt())
    assert header == (
        "*Narration,*Date,Description,*AccountCode,*TaxRate,*Amount,TrackingName1,TrackingOption1,TrackingName2,TrackingOption2"
    ).split(",")
    assert clearing == [
        "MAIN-20260514-001",
        "14/05/2026",
        "Receipt R7",
        "9101",
        "No VAT",
        "120.00",
        "",
        "",
        "",
        "",
    ]
    assert fund == [
        "MAIN-20260514-001", "14/05/2026", "Receipt R7", "5400", "20% (VAT on Income)", "-100.00", "Department", "ENV1", "", "",
    ]  # fmt: skip


def test_a_journal_of_more_than_300_rows_is_several_and_each_balances():
    one = card_receipt()
    lines = [
        evolve(line, number=3 * n + line.number, source=Source("line", str(n)))
        for n in range(101)
        for line in one.lines
    ]
    _, *rows = written(evolve(one, lines=tuple(lines)))
    parts = {}
    for row in rows:
        parts.setdefault(row[0], []).append(row[5])
    assert {name: len(amounts) for name, amounts in parts.items()} == {
        "MAIN-20260514-001 1/2": 300, "MAIN-20260514-001 2/2": 3,
    }  # fmt: skip
    assert all(sum(int(amount.replace(".", "")) for amount in amounts) == 0 for amounts in parts.values())


def test_a_dimension_without_a_tracking_category_is_a_problem():
    exporter = SPEC.factory(evolve(SETTINGS, tracking_name_1=None))
    assert [p.code for p in exporter.validate(card_receipt())] == ["missing_setting"]
    journal = card_receipt()
    plain = tuple(evolve(line, account=LedgerAccount(line.account.code)) for line in journal.lines)
    assert not exporter.validate(evolve(journal, lines=plain))


def test_a_vat_code_without_a_rate_of_xeros_is_a_problem():
    exporter = SPEC.factory(evolve(SETTINGS, tax_codes={}))
    assert "unmapped_vat_code" in {p.code for p in exporter.validate(card_receipt())}
