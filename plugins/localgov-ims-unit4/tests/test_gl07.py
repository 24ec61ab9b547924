"""GL07 of format 5.5: every fact at its position, and the contract of every exporter."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from attrs import evolve

from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.testing.exporters import LedgerExporterContract
from localgov_ims.testing.journals import card_receipt
from localgov_ims_unit4 import Gl07Settings, gl07
from localgov_ims_unit4.gl07 import positions

SAMPLES = Path(__file__).parent / "samples"
SETTINGS = Gl07Settings(
    interface="BI", voucher_type="IN", client="C1", tax_code_none="0", period_style="calendar",
    tax_codes={"S": "SR", "Z": "ZR"}, vat_trans_type="TX",
)  # fmt: skip

EXPORTER = gl07(SETTINGS)


class TestGl07(LedgerExporterContract):
    golden = {
        SAMPLES / "gl07_card_receipt.dat": card_receipt(),
        SAMPLES / "gl07_refund.dat": card_receipt(refund=True),
    }

    def make(self):
        return EXPORTER


def records(settings=SETTINGS, journal=None):
    data = gl07(settings).export(journal or card_receipt()).data
    lines = data.split(b"\r\n")
    assert lines.pop() == b""
    return lines


def at(record, first, last):
    return record[first - 1 : last].decode("cp1252")


def test_the_format_has_66_fields_that_follow_each_other_in_2060_bytes():
    fields = positions()
    assert len(fields) == 66
    assert fields[-1].last == 2060
    assert all(one.last + 1 == other.first for one, other in itertools.pairwise(fields))
    assert {len(record) for record in records()} == {2060}


@pytest.mark.parametrize(
    ("first", "last", "clearing", "fund", "vat"),
    [
        (1, 25, "MAIN-20260514-001", "MAIN-20260514-001", "MAIN-20260514-001"),
        (26, 50, "BI", "BI", "BI"),
        (51, 75, "IN", "IN", "IN"),
        (76, 77, "GL", "GL", "TX"),
        (78, 102, "C1", "C1", "C1"),
        (103, 127, "9101", "5400", "9301"),
        (128, 152, "", "ENV1", ""),
        (153, 302, "", "", ""),
        (303, 327, "0", "SR", "SR"),
        (328, 352, "", "", ""),
        (353, 377, "GBP", "GBP", "GBP"),
        (378, 379, "", "", ""),
        (380, 399, "12000", "-10000", "-2000"),
        (400, 419, "12000", "-10000", "-2000"),
        (420, 490, "", "", ""),
        (491, 745, "Receipt R7", "Receipt R7", "Receipt R7"),
        (746, 753, "20260514", "20260514", "20260514"),
        (754, 761, "20260514", "20260514", "20260514"),
        (762, 776, "1", "1", "1"),
        (777, 782, "202605", "202605", "202605"),
        (783, 883, "", "", ""),
        (884, 1138, "R7", "R7", "R7"),
        (1139, 2060, "", "", ""),
    ],
)
def test_each_fact_stands_at_its_position_text_to_the_left(first, last, clearing, fund, vat):
    width = last - first + 1
    assert [at(r, first, last) for r in records()] == [text.ljust(width) for text in (clearing, fund, vat)]


def test_numbers_can_stand_to_the_right_filled_with_zeros_their_sign_first():
    settings = evolve(SETTINGS, number_align="right", number_fill="0", dc_flag=True)
    assert [at(r, 380, 399) for r in records(settings)] == [
        "00000000000000012000", "-0000000000000010000", "-0000000000000002000"
    ]  # fmt: skip
    assert [at(r, 378, 379) for r in records(settings)] == ["01", "-1", "-1"]
    assert at(records(settings)[0], 762, 776) == "000000000000001"
    made = gl07(settings)
    assert made.reparse(made.export(card_receipt()).data) == made.export(card_receipt()).totals


def test_the_voucher_number_can_be_left_to_unit4():
    assert at(records(evolve(SETTINGS, voucher_no="blank"))[0], 762, 776).strip() == ""


@pytest.mark.parametrize(("style", "printed"), [("start_year", "202602"), ("end_year", "202702")])
def test_the_period_is_printed_as_the_site_calls_it(style, printed):
    assert at(records(evolve(SETTINGS, period_style=style))[0], 777, 782) == printed


def test_what_unit4_must_have_is_demanded():
    problems = gl07(evolve(SETTINGS, client="", tax_codes={})).validate(card_receipt())
    assert {(p.code, p.where) for p in problems} >= {
        ("missing_setting", "client"), ("unmapped_vat_code", "line 2"), ("unmapped_vat_code", "line 3"),
    }  # fmt: skip
    late = evolve(card_receipt(), period=PeriodNumber(2026, 13))
    assert [p.code for p in gl07(SETTINGS).validate(late)] == ["missing_setting"]


def test_a_pound_sign_is_one_byte_and_what_cp1252_lacks_is_refused():
    assert b"Receipt \xa35 " in records(journal=card_receipt("£5"))[0]
    assert {p.code for p in gl07(SETTINGS).validate(card_receipt("Ŵ"))} == {"not_encodable"}


def test_zeros_behind_a_number_are_refused():
    with pytest.raises(ValueError, match="another number"):
        evolve(SETTINGS, number_fill="0")
