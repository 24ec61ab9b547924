"""SAP: every fact in its column, and the contract of every exporter."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from attrs import evolve

from localgov_ims.domain.journals import Source
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.testing.exporters import LedgerExporterContract
from localgov_ims.testing.journals import card_receipt
from localgov_ims_sap import SapSettings, ims_ledger_exporters

GOLDEN = Path(__file__).parent / "samples" / "sap_card_receipt.csv"
(SPEC,) = ims_ledger_exporters()
SETTINGS = SapSettings(company_code="1000", document_type="SA", tax_codes={"S": "A1", "Z": "A0"})
EXPORTER = SPEC.factory(SETTINGS)


class TestSap(LedgerExporterContract):
    dimensions = 2
    longest_reference = 18
    spec = SPEC
    golden = {GOLDEN: card_receipt()}

    def make(self):
        return EXPORTER


def written(journal):
    return list(csv.DictReader(io.StringIO(EXPORTER.export(journal).data.decode(), newline="")))


def test_each_fact_stands_in_its_column():
    _, fund, _ = written(card_receipt())
    assert list(fund.items()) == [
        ("ID_ACCDOC", "1"), ("BUKRS", "1000"), ("BLART", "SA"), ("BLDAT", "20260514"), ("BUDAT", "20260514"),
        ("MONAT", "02"), ("WAERS", "GBP"), ("XBLNR", "20260514001001"), ("BKTXT", "MAIN-20260514-001"),
        ("HKONT", "0000005400"), ("WRBTR", "-100.00"), ("SGTXT", "Receipt R7"), ("ZUONR", "R7"), ("MWSKZ", "A1"),
        ("KOSTL", "ENV1"), ("POSID", ""), ("XREF1", ""), ("XREF2", ""), ("XREF3", ""),
    ]  # fmt: skip


def test_a_document_has_at_most_999_rows_and_balances():
    one = card_receipt()
    lines = [
        evolve(line, number=3 * n + line.number, source=Source("line", str(n)))
        for n in range(334)
        for line in one.lines
    ]
    documents = {}
    for row in written(evolve(one, lines=tuple(lines))):
        documents.setdefault((row["ID_ACCDOC"], row["XBLNR"]), []).append(int(row["WRBTR"].replace(".", "")))
    assert {key: (len(rows), sum(rows)) for key, rows in documents.items()} == {
        ("1", "20260514001001"): (999, 0), ("2", "20260514001002"): (3, 0),
    }  # fmt: skip


def test_a_reference_too_long_can_be_left_to_the_narrative():
    exporter = SPEC.factory(evolve(SETTINGS, assignment="blank"))
    (row, *_) = csv.DictReader(io.StringIO(exporter.export(card_receipt("R" * 42)).data.decode(), newline=""))
    assert (row["ZUONR"], row["SGTXT"]) == ("", "Receipt " + "R" * 42)


def test_period_13_is_month_13():
    assert written(evolve(card_receipt(), period=PeriodNumber(2025, 13)))[0]["MONAT"] == "13"


@pytest.mark.parametrize(("reference", "where"), [("R" * 19, "ZUONR"), ("R" * 43, "SGTXT")])
def test_what_has_no_room_is_a_problem(reference, where):
    assert f"line 1, {where}" in {p.where for p in EXPORTER.validate(card_receipt(reference))}
