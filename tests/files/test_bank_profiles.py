"""What downloads of banks and acquirers ask of the profile engine beyond rows below a header."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.settlements import SettlementKind, SettlementLine
from localgov_ims.domain.statements import BankLine, Evidence
from localgov_ims.errors import ConfigurationError
from localgov_ims.files.events import Closed, Opened
from localgov_ims.files.profiles import ProfileReader, profile_from
from localgov_ims.files.reading import events, read
from localgov_ims.files.text import printed_day

BANK = {
    "kind": "delimited", "yields": "statement", "encoding": "utf-8",
    "header": ["day", "sort", "account", "amount", "currency", "text", "balance"],
    "date": {"column": "day", "format": "DD/MM/YYYY"},
    "account": {"column": "account", "pattern": r"(?P<account>\d{8})", "sort": "sort"},
    "amount": "amount", "currency_column": "currency", "narrative": "text",
}  # fmt: skip
HEADER = "day,sort,account,amount,currency,text,balance\n"
ROW = "05/10/2026,30-00-00,12345678,12.34,GBP,RENT,\n"
NEWEST_FIRST = {"order": "newest-first", "balance": {"column": "balance", "running": True}}
BATCH = {
    "kind": "delimited", "yields": "settlement", "encoding": "ascii",
    "header": ["batch", "id", "type", "day", "credit", "debit", "fee1", "fee2", "in", "out"],
    "payout": "batch", "identifier": "id", "occurred_on": {"column": "day", "format": "YYYY-MM-DD"},
    "gross": {"credit": "credit", "debit": "debit"}, "fee": ["fee1", "fee2"], "net": {"credit": "in", "debit": "out"},
    "category": {"column": "type", "codes": {"sale": "payment", "cost": "fee", "payout": "payout"}},
}  # fmt: skip
BATCH_HEADER = "batch,id,type,day,credit,debit,fee1,fee2,in,out\n"


def reader(base: dict, **changes: object) -> ProfileReader:
    mapping = {key: value for key, value in (base | changes).items() if value is not None}
    return ProfileReader(profile_from("test", mapping))


def given_by(text: str, base: dict = BANK, **changes: object) -> list:
    return list(events(reader(base, **changes), io.BytesIO(text.encode())))


def of_type(kind: type, found: list) -> list:
    return [event for event in found if isinstance(event, kind)]


def faults(text: str, base: dict = BANK, **changes: object) -> list[tuple[str, str, str]]:
    found = of_type(Issue, given_by(text, base, **changes))
    return [(issue.code, issue.place, issue.field) for issue in found]


def test_a_sort_code_that_stands_apart_belongs_to_the_account():
    (opened,) = of_type(Opened, given_by(HEADER + ROW))
    assert (opened.account, opened.currency) == ("30000012345678", "GBP")


@pytest.mark.parametrize("sort", ["3.0E+05", "30-00", "", "3000000"])
def test_a_sort_code_that_is_none_is_refused(sort):
    assert faults(HEADER + ROW.replace("30-00-00", sort)) == [("bad-field", "row 1, line 2", "sort")]


def test_a_download_that_names_no_account_has_the_profiles():
    (opened,) = of_type(Opened, given_by(HEADER + ROW, account={"value": "20000087654321"}))
    assert opened.account == "20000087654321"


@pytest.mark.parametrize(
    "account",
    [{}, {"column": "account", "value": "1"}, {"value": "1", "sort": "sort"}],
)
def test_the_account_is_known_in_one_way(account):
    with pytest.raises(ConfigurationError, match="give either column"):
        reader(BANK, account=account)


def test_a_line_in_another_currency_than_its_accounts_is_refused():
    text = HEADER + ROW + ROW.replace("GBP", "EUR")
    assert faults(text) == [("currency-mismatch", "row 2, line 3", "currency")]
    assert faults(HEADER + ROW.replace("GBP", "")) == [
        ("missing-field", "row 1, line 2", "currency"),
    ]


def test_lines_above_the_header_are_passed_over_and_counted():
    found = given_by("Exported at 09:00, by nobody\n" + HEADER + ROW, preamble=1)
    assert [line.place for line in of_type(BankLine, found)] == ["row 1, line 3"]
    assert faults("title\n" + ROW, preamble=1)[0][:2] == ("layout-mismatch", "line 2")
    assert faults("title\n", preamble=1) == [("truncated", "byte 0", "")]


def test_a_title_may_tell_the_day_of_every_row():
    title = {"preamble": 1, "title": {"on": 2}, "date": {"column": "on", "format": "YYYYMMDD"}}
    (line,) = of_type(BankLine, given_by("H,20261006\n" + HEADER + ROW, **title))
    assert line.booked_on == date(2026, 10, 6)
    assert faults("H,20261306\n" + HEADER + ROW, **title) == [("bad-date", "row 1, line 3", "on")]
    assert faults("H\n" + HEADER + ROW, **title) == [("layout-mismatch", "line 1", "title")]
    assert faults("H,20261006\n" + HEADER + ROW.replace("RENT", "A,B"), **title) == [
        ("layout-mismatch", "row 1, line 3", "")
    ]


def test_a_file_is_recognised_below_its_title():
    of = reader(
        BANK, preamble=1, header_row="none", title={"on": 1}, date={"column": "on", "format": "YYYYMMDD"}
    )
    assert of.recognise(("20261006\n" + ROW).encode())
    assert not of.recognise(("title\n" + ROW).encode())


def test_a_title_needs_lines_above_the_header():
    with pytest.raises(ConfigurationError, match="give preamble"):
        reader(BANK, title={"on": 1})


def test_without_a_header_a_row_is_known_by_its_account_too():
    of = reader(BANK, header_row="none")
    assert of.recognise(ROW.encode())
    assert not of.recognise(ROW.replace("12345678", "1234567").encode())


def newest_first(*pence: int, opening: int = 100_00) -> str:
    """A file of these amounts, which are given oldest first."""
    rows, balance = [], opening
    for amount in pence:
        balance += amount
        row = ROW.replace("12.34", str(Money(amount))).removesuffix("\n")
        rows.append(f"{row}{Money(balance)}\n")
    return HEADER + "".join(reversed(rows))


@given(st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=8), st.data())
def test_newest_first_the_balance_runs_up_the_page(amounts, data):
    text = newest_first(*amounts)
    (closed,) = of_type(Closed, given_by(text, **NEWEST_FIRST))
    assert (closed.evidence, closed.computed.net) == (Evidence.PROVED, sum(amounts))
    rows = text.splitlines(keepends=True)
    lost = data.draw(st.integers(2, len(rows) - 1))
    if amounts[len(rows) - lost - 1] and lost < len(rows) - 1:
        assert faults("".join(rows[:lost] + rows[lost + 1 :]), **NEWEST_FIRST)[0][0] == "balance-mismatch"


def test_newest_first_a_later_day_below_is_refused():
    text = HEADER + ROW + ROW.replace("05/10", "06/10")
    assert faults(text, order="newest-first") == [("layout-mismatch", "row 2, line 3", "day")]
    assert not faults(HEADER + ROW.replace("05/10", "06/10") + ROW, order="newest-first")


def test_rows_of_balances_are_not_read_newest_first():
    row = {"where": "text", "equals": "O", "take": "amount"}
    with pytest.raises(ConfigurationError, match="oldest-first only"):
        reader(BANK, order="newest-first", opening=row, closing=row)


@pytest.mark.parametrize(
    ("text", "day"),
    [("04 Oct 2026", date(2026, 10, 4)), ("31 Feb 2026", None), ("04 Okt 2026", None), ("04 oct 2026", None)],
)
def test_months_may_be_named(text, day):
    assert printed_day(text, "DD Mon YYYY") == day


BATCH_ROWS = """7,a1,sale,2026-10-05,100.00,,0.20,0.40,99.40,
7,,cost,2026-10-05,,,,,,20.00
7,,payout,2026-10-07,,,,,,79.40
"""


def test_a_payout_that_stands_as_a_row_proves_the_others():
    found = given_by(BATCH_HEADER + BATCH_ROWS, BATCH)
    assert [(line.identifier, line.kind, line.amount, line.fee, line.net) for line in of_type(SettlementLine, found)] == [
        ("a1", SettlementKind.PAYMENT, Money(10000), Money(60), Money(9940)),
        ("7/2", SettlementKind.FEE, Money(-2000), Money(0), Money(-2000)),
        ("7/3", SettlementKind.PAYOUT, Money(-7940), Money(0), Money(-7940)),
    ]  # fmt: skip
    (closed,) = of_type(Closed, found)
    assert (closed.evidence, closed.paid_on) == (Evidence.COUNTED, date(2026, 10, 7))


@pytest.mark.parametrize("row", range(3))
def test_a_row_that_is_missing_beside_its_payout_is_seen(row):
    rows = BATCH_ROWS.splitlines(keepends=True)
    found = faults(BATCH_HEADER + "".join(rows[:row] + rows[row + 1 :]), BATCH)
    assert [code for code, _, _ in found] == ["total-mismatch"]


def test_only_a_payment_must_have_an_identifier():
    assert faults(BATCH_HEADER + BATCH_ROWS.replace("a1", ""), BATCH)[0] == (
        "missing-field", "row 1, line 2", "id",
    )  # fmt: skip


def test_a_type_says_which_amounts_are_money_out_where_none_has_a_sign():
    base = {
        "kind": "delimited", "yields": "settlement", "encoding": "ascii", "header": ["day", "id", "type", "sum"],
        "payout": "day", "paid_on": {"column": "day", "format": "DD Mon YYYY"}, "identifier": "id", "gross": "sum",
        "category": {"column": "type", "codes": {"Sale": "payment", "Refund": "refund"}, "negative": ["Refund"]},
    }  # fmt: skip
    text = "day,id,type,sum\n05 Oct 2026,1,Sale,100.00\n05 Oct 2026,2,Refund,20.00\n"
    (closed,) = of_type(Closed, given_by(text, base))
    assert (closed.computed.credits, closed.computed.debits) == (10000, 2000)
    assert faults(text.replace("Refund", "Cashback"), base) == [("unknown-code", "row 2, line 3", "type")]
    with pytest.raises(ConfigurationError, match="negative: Cashback is not in codes"):
        reader(base, category=base["category"] | {"negative": ["Cashback"]})


def test_a_statement_may_stand_in_fixed_records():
    fixed = {
        "kind": "fixed", "yields": "statement", "encoding": "ascii",
        "columns": {
            "account": {"start": 1, "length": 14}, "day": {"start": 15, "length": 6},
            "sum": {"start": 21, "length": 11, "pad": "0", "justify": "right"}, "way": {"start": 32, "length": 2},
            "text": {"start": 34, "length": 18},
        },
        "date": {"column": "day", "format": "DDMMYY"}, "account": {"column": "account", "pattern": r"(?P<account>\d{14})"},
        "amount": {"column": "sum", "unit": "pence", "direction_column": "way", "direction": {"CR": 1, "DR": -1}},
        "narrative": "text",
    }  # fmt: skip
    text = f"30000012345678051026{1234:011d}CR{'J SMITH 770000011':18}\n30000012345678051026{500:011d}DR{'CHARGES':18}\n"
    result = read([reader(fixed)], io.BytesIO(text.encode()))
    (entry,) = result.entries
    assert result.accepted
    assert (entry.closed.computed.credits, entry.closed.computed.debits) == (1234, 500)


def test_a_statement_may_stand_in_a_workbook():
    book = openpyxl.Workbook()
    for row in (
        ["Date", "Sort", "Account", "In", "Out", "Text"],
        [date(2026, 10, 5), "30-00-00", 12345678, 12.34, None, "RENT"],
        [date(2026, 10, 6), "30-00-00", 12345678, None, 5, "CHARGES"],
    ):
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    sheet = {
        "kind": "sheet", "yields": "statement", "header_row": 1,
        "columns": {"day": "Date", "sort": "Sort", "account": "Account", "in": "In", "out": "Out", "text": "Text"},
        "date": {"column": "day", "format": "DD/MM/YYYY"},
        "account": {"column": "account", "pattern": r"(?P<account>\d{8})", "sort": "sort"},
        "amount": {"credit": "in", "debit": "out"}, "narrative": "text",
    }  # fmt: skip
    out.seek(0)
    result = read([reader(sheet)], out)
    (entry,) = result.entries
    assert result.accepted
    assert (entry.opened.account, entry.closed.computed.net) == ("30000012345678", 734)
