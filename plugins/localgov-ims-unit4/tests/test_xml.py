"""ABWTransaction XML: every element in its place, and the contract of every exporter."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from attrs import evolve

from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.errors import RuleViolation
from localgov_ims.testing.exporters import LedgerExporterContract
from localgov_ims.testing.journals import card_receipt
from localgov_ims_unit4 import AbwTransaction, XmlSettings

SAMPLES = Path(__file__).parent / "samples"
SETTINGS = XmlSettings(
    interface="BI", voucher_type="IN", client="C1", tax_code_none="0", period_style="calendar",
    tax_codes={"S": "SR", "Z": "ZR"},
)  # fmt: skip
EXPORTER = AbwTransaction(SETTINGS)
AGR = "{http://services.agresso.com/schema/ABWTransaction/2011/11/14}"
LIB = "{http://services.agresso.com/schema/ABWSchemaLib/2011/11/14}"


class TestAbwTransaction(LedgerExporterContract):
    golden = {SAMPLES / "xml_card_receipt.xml": card_receipt()}

    def make(self):
        return EXPORTER


def told(element):
    """An element as (name, text or its elements)."""
    return (element.tag, [told(e) for e in element] if len(element) else element.text)


def test_the_document_has_its_elements_in_order_and_leaves_blank_ones_out():
    tag, parts = told(ET.fromstring(EXPORTER.export(card_receipt()).data))
    assert tag == f"{AGR}ABWTransaction"
    assert parts[:3] == [
        (f"{AGR}Interface", "BI"), (f"{LIB}BatchId", "MAIN-20260514-001"), (f"{LIB}ReportClient", "C1"),
    ]  # fmt: skip
    name, voucher = parts[3]
    assert name == f"{AGR}Voucher"
    assert voucher[:5] == [
        (f"{AGR}VoucherNo", "1"), (f"{LIB}VoucherType", "IN"), (f"{LIB}CompanyCode", "C1"), (f"{LIB}Period", "202605"),
        (f"{AGR}VoucherDate", "2026-05-14"),
    ]  # fmt: skip
    assert voucher[6] == (f"{AGR}Transaction", [
        (f"{LIB}TransType", "GL"), (f"{LIB}Description", "Receipt R7"), (f"{AGR}TransDate", "2026-05-14"),
        (f"{AGR}ExternalRef", "R7"),
        (f"{AGR}Amounts", [(f"{AGR}DcFlag", "-1"), (f"{LIB}Amount", "-100.00"), (f"{LIB}CurrAmount", "-100.00")]),
        (f"{AGR}GLAnalysis", [
            (f"{LIB}Account", "5400"), (f"{AGR}Dim1", "ENV1"), (f"{LIB}Currency", "GBP"), (f"{LIB}TaxCode", "SR"),
        ]),
    ])  # fmt: skip
    assert len(voucher) == 8


def test_markup_in_a_text_stays_text():
    data = EXPORTER.export(card_receipt("<R&7>")).data
    assert b"&lt;R&amp;7&gt;" in data
    assert EXPORTER.reparse(data).rows == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<agrlib:Amount>120.00", b"<agrlib:Amount>120.01"),
        (b"<agr:DcFlag>1<", b"<agr:DcFlag>-1<"),
        (b"120.00", b"1.2E2"),
        (b"ABWTransaction/2011/11/14", b"ABWTransaction/2016/11/14"),
        (b"<agrlib:Account>9101</agrlib:Account>", b""),
        (b"<agr:ABWTransaction", b"<!DOCTYPE x><agr:ABWTransaction"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(old, new):
    with pytest.raises(RuleViolation) as caught:
        EXPORTER.reparse(EXPORTER.export(card_receipt()).data.replace(old, new))
    assert caught.value.code == "not_this_format"


def test_a_style_of_periods_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="period_style"):
        evolve(SETTINGS, period_style="quarterly")


def test_what_has_no_room_or_no_code_is_a_problem():
    journal = card_receipt("R" * 256)
    wide = LedgerAccount("5400", tuple("12345678"))
    lines = (journal.lines[0], evolve(journal.lines[1], account=wide, vat_code="X"), journal.lines[2])
    problems = EXPORTER.validate(evolve(journal, lines=lines))
    assert {p.code for p in problems} == {"too_long", "unmapped_vat_code"}
    assert ("line 2", "unmapped_vat_code") in {(p.where, p.code) for p in problems}
