"""The shipped profile `lloyds-cbo`."""

import io
from datetime import date
from pathlib import Path

import pytest

from localgov_ims.builtin import ims_file_formats
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import BankLine, Evidence, References
from localgov_ims.files.events import Opened, Yields
from localgov_ims.files.reading import FileRead, events, read

SAMPLES = Path(__file__).parent / "samples" / "bank_csv"
SAMPLE = (SAMPLES / "uk_lloyds_cbo.csv").read_bytes()
READER = next(reader for reader in ims_file_formats() if reader.name == "lloyds-cbo")


def reading(data: bytes) -> FileRead:
    return read(ims_file_formats(), io.BytesIO(data), "lloyds-cbo")


def issues(data: bytes) -> list[tuple[str, str, str]]:
    """Code, place and field of every Issue of a file that is refused."""
    file = reading(data)
    assert not file.accepted
    return [(issue.code, issue.place, issue.field) for entry in file.entries for issue in entry.issues]


def lines(data: bytes) -> list[BankLine]:
    return [event for event in events(READER, io.BytesIO(data)) if isinstance(event, BankLine)]


def test_the_sample_is_a_proved_statement():
    file = read(ims_file_formats(), io.BytesIO(SAMPLE))
    (entry,) = file.entries
    assert file.accepted
    assert (entry.format, entry.kind) == ("lloyds-cbo", Yields.STATEMENT.value)
    assert entry.opened == Opened(
        account="30000012345678",
        currency="GBP",
        opening=Money(100000),
        message="lloyds-cbo",
        place="row 1, line 2",
    )
    closed, totals = entry.closed, entry.closed.computed
    assert (totals.count, totals.credits, totals.debits) == (2, 10000, 1234)
    assert (closed.opening, closed.closing, closed.evidence) == (
        Money(100000),
        Money(108766),
        Evidence.PROVED,
    )
    assert (closed.first_on, closed.last_on) == (date(2026, 10, 5), date(2026, 10, 5))


def test_a_line_says_all_that_the_bank_said():
    assert lines(SAMPLE)[0] == BankLine(
        position=1,
        amount=Money(10000),
        booked_on=date(2026, 10, 5),
        code="Faster Payment",
        references=References(customer="770000011"),
        narrative=("J SMITH        300000000253124371770000011    051026     10     1",),
        balance=Money(110000),
        place="row 2, line 3",
    )


def test_every_trace_of_a_spreadsheet_is_named():
    assert sorted(issues((SAMPLES / "nasty_excel_mangled.csv").read_bytes())) == [
        ("bad-amount", "row 1, line 2", "Amount"),
        ("bad-date", "row 1, line 2", "Post Date"),
        ("bad-field", "row 1, line 2", "Account Number"),
        ("bad-field", "row 1, line 2", "Customer Reference"),
    ]


@pytest.mark.parametrize("length", range(len(SAMPLE)))
def test_a_file_cut_anywhere_is_refused(length):
    """Unless only the last line end is gone."""
    assert reading(SAMPLE[:length]).accepted == (length >= len(SAMPLE.rstrip()))


def digits_of_money() -> list[int]:
    """Where in the sample the digits of amounts and balances stand."""
    places = []
    for place, byte in enumerate(SAMPLE):
        row = SAMPLE[:place].rpartition(b"\n")[2]
        if chr(byte).isdigit() and row.count(b",") in {4, 7}:
            places.append(place)
    return places


@pytest.mark.parametrize("place", digits_of_money())
def test_a_changed_digit_of_money_is_refused(place):
    for digit in b"0123456789":
        if digit != SAMPLE[place]:
            codes = {code for code, _, _ in issues(SAMPLE[:place] + bytes([digit]) + SAMPLE[place + 1 :])}
            assert codes == {"balance-mismatch"}


def test_a_break_of_the_running_balance_names_its_row():
    """The closing balance still ties; only the row's own balance is wrong."""
    assert issues(SAMPLE.replace(b"1,1100.00", b"1,1100.01")) == [
        ("balance-mismatch", "row 2, line 3", "Balance"),
        ("balance-mismatch", "row 3, line 4", "Balance"),
    ]


def test_a_missing_row_is_refused():
    rows = SAMPLE.splitlines(keepends=True)
    assert {code for code, _, _ in issues(b"".join(rows[:2] + rows[3:]))} == {"balance-mismatch"}


def test_an_opening_balance_without_a_closing_one_is_truncated():
    assert issues(b"".join(SAMPLE.splitlines(keepends=True)[:-1])) == [
        ("truncated", "row 3, line 4", "closing")
    ]


def test_a_closing_balance_without_an_opening_one_is_refused():
    rows = SAMPLE.splitlines(keepends=True)
    assert issues(b"".join(rows[:1] + rows[2:])) == [("control-missing", "row 3, line 4", "opening")]


def test_lines_without_balance_rows_are_proved_by_the_running_balance():
    rows = SAMPLE.splitlines(keepends=True)
    (entry,) = reading(b"".join(rows[:1] + rows[2:4])).entries
    assert (entry.closed.evidence, entry.closed.opening, entry.issues) == (Evidence.PROVED, None, ())


def test_one_balance_alone_proves_nothing():
    rows = SAMPLE.splitlines(keepends=True)
    (entry,) = reading(b"".join(rows[:1] + rows[2:3])).entries
    assert (entry.closed.evidence, entry.issues) == (Evidence.UNPROVED, ())


def other_account() -> list[bytes]:
    """The sample's rows as those of another account."""
    return [row.replace(b"12345678", b"87654321") for row in SAMPLE.splitlines(keepends=True)[1:]]


def test_each_account_of_a_file_is_a_statement_of_its_own():
    file = reading(SAMPLE + b"".join(other_account()))
    assert file.accepted
    assert [(e.opened.account, e.closed.computed.count, e.closed.evidence) for e in file.entries] == [
        ("30000012345678", 2, Evidence.PROVED),
        ("30000087654321", 2, Evidence.PROVED),
    ]


def test_interleaved_accounts_are_refused():
    mixed = SAMPLE.splitlines(keepends=True)
    mixed[3:3] = other_account()
    assert ("layout-mismatch", "row 7, line 8", "Account Number") in issues(b"".join(mixed))


def test_two_statements_of_one_account_may_follow_each_other():
    later = [row.replace(b"05/10/2026", b"06/10/2026") for row in SAMPLE.splitlines(keepends=True)[1:]]
    assert [entry.closed.evidence for entry in reading(SAMPLE + b"".join(later)).entries] == [
        Evidence.PROVED
    ] * 2


def test_a_second_opening_balance_is_refused():
    rows = SAMPLE.splitlines(keepends=True)
    assert issues(b"".join(rows[:2] + rows[1:])) == [("layout-mismatch", "row 2, line 3", "Account Number")]


def test_a_row_after_the_closing_balance_is_refused():
    rows = SAMPLE.splitlines(keepends=True)
    assert issues(b"".join([*rows, rows[2]])) == [("layout-mismatch", "row 5, line 6", "Account Number")]


def test_another_currency_is_read_and_named():
    (entry,) = reading(SAMPLE.replace(b" GBP", b" EUR")).entries
    assert (entry.opened.currency, entry.issues) == ("EUR", ())


def test_a_currency_without_pence_is_refused():
    assert {code for code, _, _ in issues(SAMPLE.replace(b" GBP", b" JPY"))} == {"bad-field"}


def test_a_byte_order_mark_is_dropped_and_windows_bytes_are_read():
    assert lines(b"\xef\xbb\xbf" + SAMPLE) == lines(SAMPLE)
    assert lines(SAMPLE.replace(b"CHARGES", b"\xa3 CHARGES"))[1].narrative == ("£ CHARGES",)


@pytest.mark.parametrize("end", [b"\n", b"\r"])
def test_every_kind_of_line_end_is_read(end):
    assert lines(SAMPLE.replace(b"\r\n", end)) == lines(SAMPLE)
