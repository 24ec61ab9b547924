"""The shipped profiles of income and of account holders keep the contract of every reader, on their samples."""

from __future__ import annotations

import io
import re
import tomllib
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

import pytest

from localgov_ims.builtin import ims_file_formats
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import Evidence
from localgov_ims.domain.vat import VatRate
from localgov_ims.files.events import Yields
from localgov_ims.files.holder_csv import ACCOUNT_HOLDERS
from localgov_ims.files.holder_fields import HolderRow
from localgov_ims.files.profiles import ProfileReader, profile_from
from localgov_ims.files.readers import Reader
from localgov_ims.files.reading import events, read
from localgov_ims.testing import ReaderContract

SAMPLES = Path(__file__).parent / "samples"
READERS = {reader.name: reader for reader in ims_file_formats()}


def rows_of(name: str, *path: str) -> list[IncomeRow]:
    """The rows that a profile reads from a sample, or from what is given as bytes."""
    data = SAMPLES.joinpath(*path).read_bytes()
    return [event for event in events(READERS[name], io.BytesIO(data)) if isinstance(event, IncomeRow)]


class TestAllpay(ReaderContract):
    """Fixed records with both trailers."""

    samples = SAMPLES / "allpay"
    figures = re.compile(rb"(?:^.{23} *|Total \w+ +)-?([0-9.]+)", re.MULTILINE)

    def make(self) -> Reader:
        """Return the reader under test."""
        return READERS["allpay"]

    def write(self, rows: int) -> bytes:
        """Return a file of so many payments of a pound."""
        body = "9826001770000011            1.00P05/10/2026\r\n" * rows
        return (
            f"{body}\r\nTotal Amount {rows}.00".encode().replace(
                f"Amount {rows}".encode(), f"Amount{rows:>36}".encode()
            )
            + f"\r\nTotal Transactions{rows:>39}\r\n".encode()
        )


class TestStandardIncome(ReaderContract):
    """The standard CSV, with and without its header."""

    samples = SAMPLES / "standard"
    figures = re.compile(rb"11,(6\.66),")
    bad_amounts = ("NaN", "Infinity", "1E3", "1_000", "١٢٣", "1.005", "12..34", " ", "", "-5-", "1,00", "£5")

    def make(self) -> Reader:
        """Return the reader under test."""
        return READERS["standard-income"]

    def write(self, rows: int) -> bytes:
        """Return a file of so many rows."""
        row = "a,b,c,99,2026-10-05 09:00:00,2026-10-05 09:00:00,770000011,1,23,15,1.00,N0,0,0.00,RENT\r\n"
        return (row * rows).encode()


class TestDwpAsCsv(ReaderContract):
    """The schedule of deductions as CSV."""

    samples = SAMPLES / "dwp"
    figures = re.compile(rb"2026,(455),")
    bad_amounts = ("NaN", "1E3", "1_000", "4.55", "-5", " ", "455-")

    def make(self) -> Reader:
        """Return the reader under test."""
        return READERS["dwp-council-tax-csv"]


class TestDwpAsSheet(ReaderContract):
    """The schedule of deductions as a workbook."""

    samples = SAMPLES / "dwp_sheet"

    def make(self) -> Reader:
        """Return the reader under test."""
        return READERS["dwp-council-tax"]


class TestAccountHolders(ReaderContract):
    """The register of account holders."""

    samples = SAMPLES / "account_holders"
    figures = re.compile(rb",(120\.00),")
    bad_amounts = ("NaN", "Infinity", "1E3", "1_000", "١٢٣", "1.005", "12..34", "5.00-")

    def make(self) -> Reader:
        """Return the reader under test."""
        return READERS["account-holders"]

    def write(self, rows: int) -> bytes:
        """Return a register of so many accounts."""
        body = "".join(f"23,{number:09d},1.00\r\n" for number in range(rows))
        return f"fund,account_reference,balance\r\n{body}".encode()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("allpay/allpay_ok.txt", "allpay"),
        ("standard/standard_one.csv", "standard-income"),
        ("standard/standard_header.csv", "standard-income"),
        ("dwp/dwp_ctax_ok.csv", "dwp-council-tax-csv"),
        ("dwp_sheet/dwp_ctax_ok.xlsx", "dwp-council-tax"),
        ("account_holders/account_holders.csv", "account-holders"),
    ],
)
def test_each_sample_is_known_by_its_content_among_all_formats(path, name):
    (entry,) = read(ims_file_formats(), io.BytesIO((SAMPLES / path).read_bytes())).entries
    assert (entry.format, entry.issues) == (name, ())


def test_an_agency_file_is_counted_and_says_where_each_receipt_belongs():
    file = read([READERS["allpay"]], io.BytesIO((SAMPLES / "allpay/allpay_ok.txt").read_bytes()))
    (entry,) = file.entries
    assert (entry.kind, entry.closed.evidence) == (Yields.INCOME.value, Evidence.COUNTED)
    assert (entry.closed.declared.net, entry.closed.declared.count) == (16525, 3)
    first, _, returned = rows_of("allpay", "allpay", "allpay_ok.txt")
    assert first == IncomeRow(
        position=1, line=1, amount=Money(10000), taken_on=date(2026, 10, 5), account_reference="770000011",
        mop="15", narrative="9826001",
    )  # fmt: skip
    assert (returned.amount, returned.mop) == (Money(-2000), "17")


def test_one_councils_prefix_is_dropped():
    (row,) = rows_of("allpay", "allpay", "allpay_bern_prefix.txt")
    assert (row.account_reference, row.mop) == ("12345678", "19")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"Total Amount  ", b"Totals       ", {"bad-field", "control-missing"}),
        (b"165.25", b"      ", {"missing-field"}),
        (b"      3\r\n", b"      4\r\n", {"count-mismatch"}),
        (b"      3\r\n", b"      x\r\n", {"bad-field"}),
        (b"165.25\r\n", b"165.25\r\n982600160000000001         85.25T05/10/2026\r\n", {"layout-mismatch"}),
    ],
)
def test_an_agency_file_without_its_trailers_or_with_others_is_refused(old, new, expected):
    data = (SAMPLES / "allpay/allpay_ok.txt").read_bytes().replace(old, new)
    (entry,) = read([READERS["allpay"]], io.BytesIO(data)).entries
    assert {issue.code for issue in entry.issues} == expected


def test_a_file_cut_before_its_trailers_is_not_proved():
    data = (SAMPLES / "allpay/allpay_ok.txt").read_bytes().split(b"Total")[0]
    (entry,) = read([READERS["allpay"]], io.BytesIO(data)).entries
    assert [(issue.code, issue.field) for issue in entry.issues] == [
        ("control-missing", "Total Amount"),
        ("control-missing", "Total Transactions"),
    ]


def test_the_standard_row_of_the_specification_is_read_to_the_letter():
    (row,) = rows_of("standard-income", "standard", "standard_one.csv")
    at = datetime(2021, 11, 22, 11, 30, 41, 894179, tzinfo=UTC)
    assert row == IncomeRow(
        position=1, line=1, amount=Money(666), taken_on=date(2021, 11, 22), taken_at=at, entered_at=at,
        account_reference="12345678901IM", fund="13", mop="11", office="SP", vat_code="W0", vat_rate=VatRate(200),
        vat_amount=Money(444), narrative="Transfer", source_reference="OvqPtXJ89", provider_reference="OvqPtXJ89",
        source_internal_reference="OvqPtXJ89", extra={"reference": "gaR4jfj2G", "user": "1"},
    )  # fmt: skip


def test_the_standard_csv_has_a_header_or_none_and_quotes_signs_and_thousands():
    first, second, third = rows_of("standard-income", "standard", "standard_header.csv")
    assert (first.place, second.place) == ("row 1, line 2", "row 2, line 3")
    assert (second.amount, second.narrative, second.taken_at) == (Money(123450), 'Smith, "Jo"', None)
    assert (third.amount, third.vat_amount, third.entered_at) == (Money(-500), None, None)


def test_a_schedule_of_deductions_is_the_same_as_a_workbook_and_as_csv():
    in_sheet, in_text = (
        rows_of("dwp-council-tax", "dwp_sheet", "dwp_ctax_ok.xlsx"),
        rows_of("dwp-council-tax-csv", "dwp", "dwp_ctax_ok.csv"),
    )
    assert in_sheet == in_text
    assert in_sheet[0] == IncomeRow(
        position=1, line=2, amount=Money(455), taken_on=date(2026, 10, 5), account_reference="770000011", mop="27",
        office="99", narrative="DWP",
    )  # fmt: skip
    assert in_sheet[1].amount == Money(-455)


def test_the_shipped_profile_of_account_holders_is_the_one_that_files_are_written_for():
    text = (resources.files("localgov_ims.builtin") / "profiles" / "account-holders.toml").read_text("utf-8")
    table = tomllib.loads(text)["profiles"]["account-holders"]
    assert profile_from("account-holders", table) == ACCOUNT_HOLDERS


def test_a_file_of_account_holders_counts_balances():
    data = (SAMPLES / "account_holders/account_holders.csv").read_bytes()
    (entry,) = read([READERS["account-holders"]], io.BytesIO(data)).entries
    assert entry.kind == Yields.ACCOUNTS.value
    rows = [e for e in events(READERS["account-holders"], io.BytesIO(data)) if isinstance(e, HolderRow)]
    assert rows[1].key == ("05", "12345678902")
    assert rows[1].fields["balance_as_at"] == date(2026, 5, 4)
    assert (rows[1].position, rows[1].line, rows[1].place) == (2, 3, "line 3")


def test_the_other_names_of_a_column_are_known():
    data = b"fund,reference,address_line_1\r\n23,612345674,1 High Street\r\n"
    reader = ProfileReader(ACCOUNT_HOLDERS)
    (row,) = [event for event in events(reader, io.BytesIO(data)) if isinstance(event, HolderRow)]
    assert dict(row.fields) == {
        "fund": "23",
        "account_reference": "612345674",
        "address_1": "1 High Street",
    }
