"""The generic-fixed exporter: every fact of its layout by position, and by the contract."""

from pathlib import Path

import pytest
from tests.builtin.test_generic_csv import card_receipt

from localgov_ims.builtin.journal_layouts import shipped
from localgov_ims.errors import RuleViolation
from localgov_ims.files.writing.exporter import LayoutExporter, journal_layout
from localgov_ims.testing.exporters import LedgerExporterContract

EXPORTER = LayoutExporter(journal_layout(shipped("generic-fixed")))
GOLDEN = Path(__file__).parent / "samples" / "generic_fixed_card_receipt.txt"


class TestGenericFixed(LedgerExporterContract):
    golden = {GOLDEN: card_receipt()}

    def make(self) -> LayoutExporter:
        return EXPORTER


def test_a_row_has_each_fact_at_its_place():
    first, second, _, trailer = EXPORTER.export(card_receipt()).data.decode("ascii").splitlines()
    assert {len(first), len(second), len(trailer)} == {130}
    facts = (
        first[0:6],
        first[6:14],
        first[14:34],
        first[34],
        first[35:50],
        first[50:54],
        first[54:94],
        first[94:130],
    )
    assert [fact.strip() for fact in facts] == [
        "000001", "20260514", "9101", "D", "000000000012000", "", "Receipt R7", "R7"
    ]  # fmt: skip
    assert (second[34], second[35:50], second[50:54]) == ("C", "000000000010000", "S   ")
    assert trailer == "T" + "000003" + "000000000012000" * 2 + " " * 93


@pytest.mark.parametrize("place", [3 * 131 + 5, 3 * 131 + 20, 3 * 131 + 36, 3 * 131])
def test_a_trailer_that_says_otherwise_is_refused(place):
    data = bytearray(EXPORTER.export(card_receipt()).data)
    data[place] = ord("9")
    with pytest.raises(RuleViolation, match="trailer"):
        EXPORTER.reparse(bytes(data))


def test_widths_count_bytes_and_a_text_too_long_is_a_problem():
    journal = card_receipt(reference="é" * 15)
    assert len(EXPORTER.export(journal).data.split(b"\n")[1]) == 130  # é is two bytes in UTF-8
    problems = EXPORTER.validate(card_receipt(reference="é" * 19))
    assert [(each.code, each.where) for each in problems] == [
        ("too_long", "line 2, narrative"), ("too_long", "line 2, reference"),
    ]  # fmt: skip
