"""The generic-csv exporter: to the byte, and by the contract."""

import csv
import functools
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import attrs
import pytest
from tests.builders import a_journal, journal_line

from localgov_ims.builtin.journal_layouts import shipped
from localgov_ims.domain.journals import Journal, LedgerAccount, Role, Side
from localgov_ims.domain.money import Money
from localgov_ims.errors import RuleViolation
from localgov_ims.files.writing.exporter import LayoutExporter, journal_layout
from localgov_ims.testing.exporters import LedgerExporterContract, WrittenRow

GOLDEN = Path(__file__).parent / "samples" / "generic_csv_card_receipt.csv"
ON = date(2026, 5, 14)
EXPORTER = LayoutExporter(journal_layout(shipped("generic-csv")))


def card_receipt(**changes: object) -> Journal:
    """A card receipt of 120.00 for garden waste, VAT 20.00; *changes* are to its fund line."""
    garden = LedgerAccount("5400", ("ENV1",))
    credit = functools.partial(journal_line, side=Side.CREDIT, vat_code="S")
    changes |= {"narrative": f"Receipt {changes['reference']}"} if "reference" in changes else {}
    return a_journal(
        [
            journal_line(),
            attrs.evolve(credit(role=Role.FUND, account=garden, amount=Money(10000)), **changes),
            credit(role=Role.VAT, account=LedgerAccount("9301"), amount=Money(2000)),
        ],
        number="MAIN-20260514-001",
        accounting_on=ON,
    )


class TestGenericCsv(LedgerExporterContract):
    golden = {GOLDEN: card_receipt()}

    def make(self) -> LayoutExporter:
        return EXPORTER

    def rows(self, data: bytes) -> Sequence[WrittenRow]:
        read = csv.DictReader(io.StringIO(data.decode(), newline=""))
        return [WrittenRow(row["debit"], row["credit"], row["reference"]) for row in read]


def test_a_card_receipt_is_written_as_in_the_golden_file():
    artefact = EXPORTER.export(card_receipt())
    assert artefact.data == GOLDEN.read_bytes()
    assert (artefact.name, artefact.media_type) == ("MAIN-20260514-001.csv", "text/csv")


def test_the_golden_file_counts_to_its_journal():
    totals = EXPORTER.reparse(GOLDEN.read_bytes())
    assert (totals.rows, totals.debit, totals.credit) == (3, Money(12000), Money(12000))
    # SHA-256 of "5400|-10000\n9101|12000\n9301|-2000\n", by sha256sum
    assert totals.digest == "f123680eec67def01e4e52e8e56a875bd1349c1a50f039371fab55169b55ccb9"


@pytest.mark.parametrize("reference", ["=SUM(A1)", "+44", "-1", "@home"])
def test_text_that_a_spreadsheet_would_run_is_left_alone(reference):
    """The layout does not say spreadsheet: an apostrophe in front would be another reference."""
    data = EXPORTER.export(card_receipt(reference=reference)).data
    assert data.decode().splitlines()[2].endswith(f",Receipt {reference},{reference}")


def test_only_what_needs_quotes_has_them():
    row = EXPORTER.export(card_receipt(reference='a "b", c')).data.decode().splitlines()[2]
    assert row.endswith(',S,"Receipt a ""b"", c","a ""b"", c"')


def test_a_line_end_in_a_text_stays_inside_its_field():
    data = EXPORTER.export(card_receipt(reference="one\r\ntwo")).data
    assert b',"one\r\ntwo"\r\n' in data
    assert EXPORTER.reparse(data).rows == 3


@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"account": LedgerAccount("5400", ("a", "b", "c", "d"))}, "too_long", "line 2"),
        ({"account": LedgerAccount("5400", ("\x7f",))}, "control_character", "line 2, dim1"),
        ({"vat_code": "\x85"}, "control_character", "line 2, vat_code"),
        ({"narrative": "\udcff"}, "not_encodable", "line 2, narrative"),
    ],
)
def test_what_would_be_lost_or_unreadable_is_a_problem_with_its_place(changes, code, where):
    problems = EXPORTER.validate(card_receipt(**changes))
    assert [(problem.code, problem.where) for problem in problems] == [(code, where)]


def test_every_problem_is_found_and_the_refusal_names_the_first():
    journal = card_receipt(account=LedgerAccount("5400", ("a", "b", "c", "d")), reference="\x00")
    assert len(EXPORTER.validate(journal)) == 3
    with pytest.raises(RuleViolation, match=r"line 2: .*have no column\. And 2 more\.") as caught:
        EXPORTER.export(journal)
    assert caught.value.code == "journal_problems"


def test_an_empty_fourth_dimension_is_no_loss():
    account = LedgerAccount("5400", ("a", "b", "c", ""))
    assert not EXPORTER.validate(card_receipt(account=account))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"journal,line", b"journal,row"),  # another header
        (b"120.00,,", b"120.00,1.00,"),  # both sides
        (b"120.00,,", b",,"),  # no side
        (b"120.00", b"1.2E2"),  # not an amount
        (b",R7\r\n", b"\r\n"),  # a field missing
        (b",R7\r\n", b',"R7\r\n'),  # a quote not closed
        (b"R7", b"\xff"),  # not UTF-8
    ],
)
def test_bytes_that_are_not_the_format_are_refused(old, new):
    with pytest.raises(RuleViolation) as caught:
        EXPORTER.reparse(GOLDEN.read_bytes().replace(old, new))
    assert caught.value.code == "not_this_format"


@pytest.mark.parametrize(
    "place", [n for n, byte in enumerate(GOLDEN.read_bytes()[90:], 90) if chr(byte).isdigit()]
)
def test_a_changed_digit_of_an_account_or_amount_changes_the_totals(place):
    data = bytearray(GOLDEN.read_bytes())
    column = data[: place + 1].split(b"\r\n")[-1].count(b",")
    data[place] = ord("8") if data[place] != ord("8") else ord("3")
    same = EXPORTER.reparse(bytes(data)) == EXPORTER.reparse(GOLDEN.read_bytes())
    assert same == (column not in {3, 7, 8})
