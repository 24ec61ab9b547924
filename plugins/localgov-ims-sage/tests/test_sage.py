"""Sage 50's audit trail: every fact in its column, and the contract of every exporter."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from localgov_ims.testing.exporters import LedgerExporterContract
from localgov_ims.testing.journals import card_receipt
from localgov_ims_sage import SageSettings, ims_ledger_exporters

GOLDEN = Path(__file__).parent / "samples" / "sage_card_receipt.csv"
(SPEC,) = ims_ledger_exporters()
EXPORTER = SPEC.factory(SageSettings())


class TestSage(LedgerExporterContract):
    dimensions = 1
    spec = SPEC
    golden = {GOLDEN: card_receipt()}

    def make(self):
        return EXPORTER


def written(journal):
    return list(csv.reader(io.StringIO(EXPORTER.export(journal).data.decode("cp1252"), newline="")))


def test_each_fact_stands_in_its_column_and_there_is_no_header():
    assert written(card_receipt()) == [
        ["JD", "", "9101", "0", "14/05/2026", "R7", "Receipt R7", "120.00", "T9", "0.00", "", "MAIN-20260514-001", "IMS"],
        ["JC", "", "5400", "ENV1", "14/05/2026", "R7", "Receipt R7", "100.00", "T9", "0.00", "", "MAIN-20260514-001", "IMS"],
        ["JC", "", "9301", "0", "14/05/2026", "R7", "Receipt R7", "20.00", "T9", "0.00", "", "MAIN-20260514-001", "IMS"],
    ]  # fmt: skip


def test_a_refund_swaps_the_types_and_no_amount_is_negative():
    rows = written(card_receipt(refund=True))
    assert [(row[0], row[2], row[7]) for row in rows] == [
        ("JD", "5400", "100.00"), ("JD", "9301", "20.00"), ("JC", "9101", "120.00"),
    ]  # fmt: skip


def test_what_has_no_room_is_a_problem():
    assert {p.where for p in EXPORTER.validate(card_receipt("R" * 31))} == {
        f"line {n}, reference" for n in (1, 2, 3)
    }
