"""Dynamics 365 Finance and Business Central: every fact in its column, and the contract of every exporter."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from attrs import evolve

from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.ledger_files import Acknowledgement, RejectedLine
from localgov_ims.hooks import AcknowledgingExporter
from localgov_ims.testing.exporters import LedgerExporterContract
from localgov_ims.testing.journals import card_receipt
from localgov_ims_dynamics import BusinessCentralSettings, FinanceSettings, ims_ledger_exporters

SAMPLES = Path(__file__).parent / "samples"
FINANCE_SPEC, CENTRAL_SPEC = ims_ledger_exporters()
FINANCE = FINANCE_SPEC.factory(FinanceSettings(journal_name="GenJrn"))
ANSWER = {
    "kind": "delimited", "encoding": "utf-8", "columns": ["Batch", "Line", "Result", "Message"], "file": "Batch",
    "line": "Line", "reason": "Message",
    "status": {"column": "Result", "accepted": ["Posted"], "rejected": ["Error"]},
}  # fmt: skip
"""A site's own list: an example, and no format of the product."""
ANSWERED = FINANCE_SPEC.factory(FinanceSettings(journal_name="GenJrn", answer=ANSWER))
CENTRAL = CENTRAL_SPEC.factory(BusinessCentralSettings(journal_template="GENERAL", journal_batch="IMS"))


def read(data):
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


class TestFinance(LedgerExporterContract):
    spec = FINANCE_SPEC
    golden = {SAMPLES / "d365_card_receipt.csv": card_receipt()}
    answers = {
        SAMPLES / "d365_answer.csv": Acknowledgement(
            journal="MAIN-20260514-001", accepted=True, named=frozenset({1, 2, 3}),
            rejected=(RejectedLine(number=2, reason="Account 5400 is suspended"),),
        )
    }  # fmt: skip

    def make(self):
        return ANSWERED


class TestBusinessCentral(LedgerExporterContract):
    dimensions = 2
    spec = CENTRAL_SPEC
    golden = {SAMPLES / "business_central_card_receipt.csv": card_receipt()}

    def make(self):
        return CENTRAL


def test_finance_reads_answers_only_where_the_settings_say_how():
    assert isinstance(ANSWERED, AcknowledgingExporter)
    assert not isinstance(FINANCE, AcknowledgingExporter)
    assert ANSWERED.export(card_receipt()) == FINANCE.export(card_receipt())


def test_each_fact_of_finance_stands_in_its_column():
    clearing, fund, _ = read(FINANCE.export(card_receipt()).data)
    assert list(fund.items()) == [
        ("JOURNALBATCHNUMBER", "MAIN-20260514-001"), ("LINENUMBER", "2"), ("JOURNALNAME", "GenJrn"),
        ("DESCRIPTION", "IMS MAIN 2026-05-14"), ("POSTINGLAYER", "Current"), ("ACCOUNTTYPE", "Ledger"),
        ("ACCOUNTDISPLAYVALUE", "5400-ENV1--"), ("CURRENCYCODE", "GBP"), ("DEBITAMOUNT", ""), ("CREDITAMOUNT", "100.00"),
        ("TRANSDATE", "2026-05-14"), ("VOUCHER", "MAIN-20260514-001"), ("TEXT", "Receipt R7"), ("SALESTAXGROUP", ""),
        ("ITEMSALESTAXGROUP", ""),
    ]  # fmt: skip
    assert (clearing["ACCOUNTDISPLAYVALUE"], clearing["DEBITAMOUNT"], clearing["CREDITAMOUNT"]) == (
        "9101---",
        "120.00",
        "",
    )


def test_a_separator_inside_a_code_is_a_problem():
    journal = card_receipt()
    dashed = evolve(journal.lines[1], account=LedgerAccount("54-00"))
    problems = FINANCE.validate(evolve(journal, lines=(journal.lines[0], dashed, journal.lines[2])))
    assert [(p.code, p.where) for p in problems] == [("not_encodable", "line 2, ACCOUNTDISPLAYVALUE")]


def test_each_fact_of_business_central_stands_in_its_column():
    rows = read(CENTRAL.export(card_receipt()).data)
    assert list(rows[1].items()) == [
        ("JournalTemplateName", "GENERAL"), ("JournalBatchName", "IMS"), ("LineNo", "20000"), ("PostingDate", "2026-05-14"),
        ("DocumentNo", "MAIN-20260514-001"), ("ExternalDocumentNo", "R7"), ("AccountType", "G/L Account"),
        ("AccountNo", "5400"), ("Description", "Receipt R7"), ("Amount", "-100.00"), ("Dimension1Code", "ENV1"),
        ("Dimension2Code", ""),
    ]  # fmt: skip
    assert [row["LineNo"] for row in rows] == ["10000", "20000", "30000"]


def test_what_has_no_room_in_business_central_is_a_problem():
    long = evolve(card_receipt(), number="COUNCIL-20260514-0001")
    assert [(p.code, p.where) for p in CENTRAL.validate(long)] == [("too_long", "every line, DocumentNo")]
