"""Profiles that yield lists: what payables and payroll really write, which way their money goes, what is wrong with a row."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import Workbook
from tests.files.income_files import events, issues, reader

from localgov_ims.domain.money import Money
from localgov_ims.domain.stated import ListedRow
from localgov_ims.domain.statements import Evidence
from localgov_ims.errors import ConfigurationError
from localgov_ims.files.events import Closed
from localgov_ims.files.reading import read

PAYABLES = {
    "kind": "fixed", "yields": "list", "encoding": "ascii", "positive": "out",
    "columns": {
        "kind": {"start": 1, "length": 1},
        "run": {"start": 2, "length": 8},
        "day": {"start": 10, "length": 8},
        "amount": {"start": 18, "length": 11, "justify": "right"},
        "payee": {"start": 29, "length": 12},
    },
    "data": {"literal": "D"},
    "day": {"column": "day", "format": "DDMMYYYY"},
    "reference": {"column": "run", "drop_prefix": "RUN"},
    "amount": {"column": "amount", "sign": "as-printed", "unit": "pence"},
    "note": {"column": "payee"},
    "trailers": [
        {"literal": "T", "count": {"start": 2, "length": 4}, "sum": {"start": 6, "length": 12}, "unit": "pence", "required": True}
    ],
}  # fmt: skip
RUN = "DRUN77   11052026      41250A SUPPLIER  \nDRUN78   12052026       -900ANOTHER     \n"
TRAILER = "T   2       40350\n"
PAYROLL = {
    "kind": "delimited", "yields": "list", "encoding": "utf-8", "header": ["Period", "Paid", "Paid back", "On"],
    "day": {"column": "On", "format": "DD/MM/YYYY"},
    "reference": {"column": "Period", "map": {"M01": "APRIL"}},
    "amount": {"credit": "Paid back", "debit": "Paid"},
}  # fmt: skip
HEADER = "Period,Paid,Paid back,On\n"


def test_what_payables_prints_without_a_sign_is_money_out_and_its_trailer_is_proved():
    _, first, second, last = events(RUN + TRAILER, base=PAYABLES)
    assert first == ListedRow(
        place="row 1, line 1", day=date(2026, 5, 11), reference="77", amount=Money(-41250), note="A SUPPLIER"
    )
    assert (second.reference, second.amount) == ("78", Money(900))
    assert isinstance(last, Closed)
    assert (last.computed.debits, last.computed.credits, last.evidence) == (41250, 900, Evidence.COUNTED)
    assert (last.first_on, last.last_on) == (date(2026, 5, 11), date(2026, 5, 12))


@pytest.mark.parametrize(
    ("trailer", "code"),
    [
        ("T   2       40351\n", "total-mismatch"),
        ("T   3       40350\n", "count-mismatch"),
        ("", "control-missing"),
    ],
)
def test_a_list_that_does_not_come_to_its_trailer_is_refused(trailer, code):
    found = read([reader(PAYABLES)], io.BytesIO((RUN + trailer).encode()))
    assert not found.accepted
    assert [issue.code for entry in found.entries for issue in entry.issues] == [code]


def test_an_amount_may_stand_in_a_column_for_each_way():
    _, *rows, _ = events(f"{HEADER}M01,5.00,,30/04/2026\nM01,,1.00,30/04/2026\n", base=PAYROLL)
    assert [(row.reference, row.amount, row.note) for row in rows] == [
        ("APRIL", Money(-500), ""),
        ("APRIL", Money(100), ""),
    ]


def test_a_sheet_is_read_by_its_headings():
    book = Workbook()
    for row in (("Run", "Date", "Value"), ("77", date(2026, 5, 11), 412.5)):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    sheet = {
        "kind": "sheet", "yields": "list", "positive": "out", "header_row": 1,
        "columns": {"run": "Run", "day": "Date", "value": "Value"},
        "day": {"column": "day", "format": "YYYY-MM-DD"}, "reference": "run",
        "amount": {"column": "value", "sign": "as-printed"},
    }  # fmt: skip
    row = events(stream.getvalue(), base=sheet)[1]
    assert (row.reference, row.day, row.amount) == ("77", date(2026, 5, 11), Money(-41250))


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("M01,5.00,1.00,30/04/2026", ("bad-amount", "Paid back/Paid", "")),
        ("M01,,,30/04/2026", ("missing-field", "Paid back/Paid", "")),
        ("M01,5.00,,2026-04-30", ("bad-date", "On", "2026-04-30")),
        ("M02,5.00,,30/04/2026", ("unknown-code", "Period", "M02")),
        (",5.00,,30/04/2026", ("missing-field", "Period", "")),
    ],
)
def test_a_row_that_cannot_be_read_refuses_the_file_and_says_where(row, fault):
    assert issues(f"{HEADER}{row}\n", base=PAYROLL) == [(fault[0], "row 1, line 2", *fault[1:])]


def test_a_list_without_rows_is_whole_only_where_its_profile_says_that_such_are_sent():
    assert [code for code, *_ in issues(HEADER, base=PAYROLL)] == ["truncated"]
    last = events(HEADER, base=PAYROLL, nil_returns=True)[-1]
    assert (last.computed.count, last.evidence) == (0, Evidence.UNPROVED)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"positive": "up"}, "positive must be 'in' or 'out'"),
        ({"reference": {"column": "Run"}}, "the column 'Run' is not in header"),
        ({"day": None}, "day"),
    ],
)
def test_a_profile_of_lists_that_cannot_be_used_says_why(changes, said):
    with pytest.raises(ConfigurationError) as caught:
        reader(PAYROLL, **changes)
    assert said in caught.value.message
