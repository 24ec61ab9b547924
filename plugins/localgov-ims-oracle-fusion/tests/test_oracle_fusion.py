"""FBDI: every fact in its column of GlInterface.csv, and the contract of every exporter."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from attrs import evolve

from localgov_ims.errors import ConfigurationError, RuleViolation
from localgov_ims.testing.exporters import LedgerExporterContract, WrittenRow
from localgov_ims.testing.journals import card_receipt
from localgov_ims_oracle_fusion import FusionExporter, FusionSettings
from localgov_ims_oracle_fusion.layout import columns

GOLDEN = Path(__file__).parent / "samples" / "GlInterface_card_receipt.csv"
SETTINGS = FusionSettings(
    ledger_id="300000001", source="IMS", category="Income",
    segments=("=01", "account", "dim1", "dim2", "dim3", "=0000"),
)  # fmt: skip

EXPORTER = FusionExporter(SETTINGS)


def rows_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = archive.read("GlInterface.csv").decode()
    return list(csv.reader(io.StringIO(text, newline="")))


class TestFusion(LedgerExporterContract):
    def make(self):
        return EXPORTER

    def rows(self, data):
        return [WrittenRow(row[38], row[39], row[47]) for row in rows_of(data)]


def written(settings=SETTINGS, journal=None):
    return rows_of(FusionExporter(settings).export(journal or card_receipt()).data)


def test_the_file_in_the_zip_comes_out_to_the_byte():
    """The zip itself may differ between versions of the compression library; what is in it may not."""
    with zipfile.ZipFile(io.BytesIO(FusionExporter(SETTINGS).export(card_receipt()).data)) as archive:
        (entry,) = archive.infolist()
        assert (entry.filename, entry.date_time) == ("GlInterface.csv", (1980, 1, 1, 0, 0, 0))
        assert archive.read(entry) == GOLDEN.read_bytes()


def test_there_are_149_columns_in_the_order_of_the_template():
    assert len(columns()) == 149
    assert {len(row) for row in written()} == {149}
    assert {row[149] for row in written(evolve(SETTINGS, end_marker=True))} == {"END"}
    assert (columns()[38], columns()[66], columns()[91]) == (
        "Entered Debit Amount", "Interface Group Identifier", "Ledger Name",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("column", "clearing", "fund"),
    [
        (1, "NEW", "NEW"),
        (2, "300000001", "300000001"),
        (3, "2026/05/14", "2026/05/14"),
        (4, "IMS", "IMS"),
        (5, "Income", "Income"),
        (6, "GBP", "GBP"),
        (7, "2026/05/14", "2026/05/14"),
        (8, "A", "A"),
        (9, "01", "01"),
        (10, "9101", "5400"),
        (11, "", "ENV1"),
        (14, "0000", "0000"),
        (39, "120.00", ""),
        (40, "", "100.00"),
        (43, "MAIN-20260514-001", "MAIN-20260514-001"),
        (44, "IMS MAIN 2026-05-14", "IMS MAIN 2026-05-14"),
        (46, "MAIN-20260514-001", "MAIN-20260514-001"),
        (47, "IMS MAIN 2026-05-14", "IMS MAIN 2026-05-14"),
        (48, "R7", "R7"),
        (52, "Receipt R7", "Receipt R7"),
        (67, "20260514001", "20260514001"),
        (92, "", ""),
        (95, "", ""),
    ],
)
def test_each_fact_stands_in_its_column(column, clearing, fund):
    assert [row[column - 1] for row in written()[:2]] == [clearing, fund]


def test_all_other_columns_are_blank():
    filled = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 39, 40, 43, 44, 46, 47, 48, 52, 67}
    assert {text for row in written() for n, text in enumerate(row, 1) if n not in filled} == {""}


def test_a_ledger_without_identifier_goes_by_its_name_and_a_period_can_be_named():
    (row, *_) = written(evolve(SETTINGS, ledger_id=None, ledger_name="Council", period_name="%b-%y"))
    assert (row[1], row[91], row[94]) == ("", "Council", "May-26")


@pytest.mark.parametrize(
    ("length", "found"), [(100, []), (101, ["line 1, 48 REFERENCE6 (Journal Entry Reference)"])]
)
def test_texts_have_the_lengths_of_the_interface(length, found):
    assert [p.where for p in FusionExporter(SETTINGS).validate(card_receipt("R" * length))][:1] == found


def test_settings_that_name_no_ledger_or_no_account_are_refused():
    with pytest.raises(ConfigurationError, match="ledger_id"):
        evolve(SETTINGS, ledger_id=None)
    with pytest.raises(ConfigurationError, match="segments"):
        evolve(SETTINGS, segments=("dim1",))
    with pytest.raises(ConfigurationError, match="colour"):
        evolve(SETTINGS, segments=("account", "colour"))


def test_a_zip_with_anything_else_in_it_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Other.csv", "")
    with pytest.raises(RuleViolation, match=r"GlInterface\.csv alone"):
        FusionExporter(SETTINGS).reparse(packed.getvalue())
