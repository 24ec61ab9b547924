"""Profiles that yield income: what each field may say, and what refuses a row or the file."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.files.income_files import AGENT, ROW, events, faults, issues, reader, rows

from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import Evidence
from localgov_ims.domain.vat import VatRate
from localgov_ims.errors import ConfigurationError
from localgov_ims.files.events import Closed, Opened
from localgov_ims.files.income_faults import explained
from localgov_ims.files.income_rows import converter
from localgov_ims.files.limits import Limits
from localgov_ims.files.reading import read
from localgov_ims.files.tables import Columns, Row

HEADER = AGENT["header"]
HEADED = {"header_row": "required"}


def test_a_row_becomes_a_row_of_income():
    assert rows(ROW) == [
        IncomeRow(
            position=1, line=1, amount=Money(1234), taken_on=date(2026, 10, 5), account_reference="770000011",
            narrative="RENT",
        )
    ]  # fmt: skip


def test_a_file_is_opened_and_closed_with_what_its_rows_come_to():
    first, *_, last = events(f"{ROW}\n{ROW.replace('12.34', '-2.34')}\n", source="Post Office")
    assert isinstance(first, Opened)
    assert isinstance(last, Closed)
    assert (first.account, first.message, first.place) == ("Post Office", "agent", "row 1, line 1")
    assert (last.computed.count, last.computed.credits, last.computed.debits, last.computed.net) == (
        2, 1234, 234, 1000,
    )  # fmt: skip
    assert (last.evidence, last.first_on, last.last_on) == (
        Evidence.UNPROVED,
        date(2026, 10, 5),
        date(2026, 10, 5),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ROW.replace("12.34", ""), ("bad-amount", "Amount", "")),
        (ROW.replace("12.34", "12.345"), ("bad-amount", "Amount", "12.345")),
        (ROW.replace("12.34", "5.00-"), ("bad-amount", "Amount", "5.00-")),
        (ROW.replace("12.34", '"1,234.50"'), ("bad-amount", "Amount", "1,234.50")),
        (ROW.replace("12.34", "NaN"), ("bad-amount", "Amount", "NaN")),
        (ROW.replace("05/10", "31/06"), ("bad-date", "Day", "31/06/2026")),
        (ROW.replace("05/10/2026", ""), ("missing-field", "Day", "")),
        (ROW + ",", ("layout-mismatch", "", "")),
        (ROW[:-1], ("layout-mismatch", "", "")),
    ],
)
def test_a_row_without_amount_day_or_all_its_fields_refuses_the_file_and_is_no_row(text, expected):
    found = events(f"{ROW}\n{text}\n")
    ((code, place, field, value),) = issues(f"{ROW}\n{text}\n")
    assert ((code, field, value), place) == (expected, "row 2, line 2")
    assert sum(isinstance(event, IncomeRow) for event in found) == 1


@pytest.mark.parametrize(
    ("amount", "text", "pence"),
    [
        ({"column": "Amount", "sign": "trailing"}, "5.00-", -500),
        ({"column": "Amount", "sign": "either"}, "-5.00", -500),
        ({"column": "Amount", "sign": "unsigned"}, "5.00", 500),
        ({"column": "Amount", "sign": "as-printed", "unit": "pence"}, "-12345", -12345),
        ({"column": "Amount", "direction_column": "Type", "direction": {"P": -1}}, "5.00", -500),
        ({"credit": "Amount", "debit": "Fee"}, "5", 500),
    ],
)
def test_an_amount_has_its_sign_and_unit_where_the_profile_says(amount, text, pence):
    (row,) = rows(ROW.replace("12.34", text), amount=amount)
    assert row.amount == Money(pence)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ({"column": "Amount", "sign": "trailing"}, "-5.00"),
        ({"column": "Amount", "sign": "either"}, "-5.00-"),
        ({"column": "Amount", "sign": "unsigned"}, "+5.00"),
        ({"column": "Amount", "sign": "as-printed", "unit": "pence"}, "123.00"),
        ({"column": "Amount", "sign": "as-printed", "unit": "pence"}, "123."),
    ],
)
def test_an_amount_that_is_printed_otherwise_is_no_amount(amount, text):
    assert [issue[0] for issue in issues(ROW.replace("12.34", text), amount=amount)] == ["bad-amount"]


def test_a_code_of_direction_that_the_profile_does_not_know_refuses_the_file():
    way = {"column": "Amount", "direction_column": "Type", "direction": {"CR": 1}}
    assert [issue[0] for issue in issues(ROW, amount=way)] == ["unknown-code"]


@pytest.mark.parametrize(
    ("field", "said", "meant"),
    [
        ("Type", " P ", "P"),
        ({"column": "Type", "trim": False}, " P ", " P "),
        ({"column": "Type", "strip_spaces": True}, "7 7 1", "771"),
        ({"column": "Type", "drop_prefix": "BERN"}, "BERN12", "12"),
        ({"column": "Type", "drop_prefix": "BERN"}, "12BERN", "12BERN"),
        ({"column": "Type", "map": {"P": "15"}}, "P", "15"),
        ({"column": "Type", "map": {"P": "15"}, "default": "99"}, "X", "99"),
        ({"column": "Type", "map": {"P": "15"}, "default": "99"}, "", ""),
        ({"column": "Type", "allowed": ["P"]}, "P", "P"),
        ({"value": "27"}, "X", "27"),
        ({"column": ["Type", "Text"]}, "P", "P RENT"),
        ({"column": ["Type", "Text"]}, "", "RENT"),
    ],
)
def test_a_text_is_cleaned_and_meant_as_the_profile_says(field, said, meant):
    (row,) = rows(ROW.replace(",P,", f",{said},"), source_reference=field)
    assert row.source_reference == meant


@pytest.mark.parametrize("field", [{"map": {"P": "15"}}, {"allowed": ["P"]}])
def test_a_code_that_the_profile_does_not_know_refuses_the_file(field):
    assert issues(ROW.replace(",P,", ",X,"), mop={"column": "Type", **field}) == [
        ("unknown-code", "row 1, line 1", "Type", "X")
    ]


def test_a_blank_where_something_is_required_is_the_rows_fault():
    assert faults(ROW.replace(",P,", ",,"), mop={"column": "Type", "required": True}) == [
        ("missing-field", "Type", "")
    ]


@pytest.mark.parametrize(
    ("name", "longest"),
    [("account_reference", 50), ("fund", 5), ("mop", 5), ("office", 2), ("vat_code", 2), ("narrative", 100),
     ("source_reference", 36), ("source_internal_reference", 36), ("provider_reference", 36)],
)  # fmt: skip
def test_a_text_longer_than_its_column_is_the_rows_fault_and_never_cut(name, longest):
    fits, too_long = (ROW.replace(",P,", f",{'x' * size},") for size in (longest, longest + 1))
    (row,) = rows(fits, **{name: "Type"})
    assert getattr(row, name) == "x" * longest
    (row,) = rows(too_long, **{name: "Type"})
    assert [issue.code for issue in row.issues] == ["text-too-long"]
    assert (getattr(row, name), row.amount) == ("", Money(1234))


def test_a_reference_that_a_spreadsheet_rounded_is_the_rows_fault():
    assert faults(ROW.replace("770000011", "7.70000E+8")) == [("bad-field", "Reference", "7.70000E+8")]


def test_further_columns_are_kept_by_their_names():
    (row,) = rows(ROW, extra={"kind": "Type"})
    assert row.extra == {"kind": "P"}
    assert faults(ROW.replace(",P,", f",{'x' * 256},"), extra={"kind": "Type"})[0][0] == "text-too-long"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-01 09:30:05", datetime(2026, 7, 1, 8, 30, 5, tzinfo=UTC)),
        ("2026-12-01T09:30", datetime(2026, 12, 1, 9, 30, tzinfo=UTC)),
        ("2026-07-01T09:30:05Z", datetime(2026, 7, 1, 9, 30, 5, tzinfo=UTC)),
        ("2026-07-01T09:30:05.5+02:00", datetime(2026, 7, 1, 7, 30, 5, 500000, tzinfo=UTC)),
        ("2026-10-25 01:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25 01:30:00+00:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-07-01", None),
        ("", None),
    ],
)
def test_a_time_is_londons_unless_it_says_how_far_it_is_from_utc(text, moment):
    (row,) = rows(ROW.replace("RENT", text), taken_at={"column": "Text", "format": "iso"}, narrative=None)
    assert row.taken_at == moment


def test_a_time_that_says_how_far_it_is_from_utc_lies_on_the_london_day():
    at = {"column": "Day", "format": "iso"}
    (row,) = rows(ROW.replace("05/10/2026", "2026-03-31T23:30:00Z"), taken_on=at, taken_at=at)
    assert row.taken_on == date(2026, 4, 1)


@pytest.mark.parametrize(
    "text", ["20260701", "2026-W27-3", "2026-07-01 09", "2026-07-01 24:30", "2026-07-01x09:30", "١"]
)
def test_what_is_no_moment_of_iso_8601_is_refused(text):
    at = {"column": "Text", "format": "iso"}
    assert faults(ROW.replace("RENT", text), entered_at=at, narrative=None) == [("bad-date", "Text", text)]
    assert [i[0] for i in issues(ROW.replace("RENT", text), taken_on=at, taken_at=at)] == ["bad-date"]


def test_a_moment_may_have_a_format_of_its_own():
    at = {"column": "Text", "format": "DD/MM/YYYY hh:mm"}
    (row,) = rows(ROW.replace("RENT", "01/07/2026 09:30"), taken_at=at, taken_on=at)
    assert (row.taken_on, row.taken_at) == (date(2026, 7, 1), datetime(2026, 7, 1, 8, 30, tzinfo=UTC))
    assert faults(ROW.replace("RENT", "01/07/2026 25:30"), entered_at=at)[0][0] == "bad-date"


@pytest.mark.parametrize(
    ("unit", "text", "rate"),
    [("fraction", "0.2", 200), ("percent", "20", 200), ("percent", "17.5%", 175), ("percent", "0", 0)],
)
def test_a_rate_is_a_fraction_or_a_percentage_as_the_profile_says(unit, text, rate):
    (row,) = rows(ROW.replace("RENT", text), vat_rate={"column": "Text", "unit": unit})
    assert row.vat_rate == VatRate(rate)


@pytest.mark.parametrize(
    ("unit", "text"), [("fraction", "20"), ("percent", "17.55"), ("percent", "x"), ("percent", "101")]
)
def test_what_is_no_rate_is_the_rows_fault(unit, text):
    assert faults(ROW.replace("RENT", text), vat_rate={"column": "Text", "unit": unit}) == [
        ("bad-field", "Text", text)
    ]


def test_an_unreadable_amount_of_vat_is_the_rows_fault():
    assert faults(ROW.replace("RENT", "x"), vat_amount={"column": "Text", "sign": "as-printed"}) == [
        ("bad-amount", "Text", "x")
    ]


FEES = {
    name: {"column": column, "sign": "as-printed"}
    for name, column in (("fee_amount", "Fee"), ("fee_vat", "Tax"), ("net_amount", "Net"))
}


@pytest.mark.parametrize("kept", ["0.50,0.10,24.40", "0.60,,24.40", ",,25.00"])
def test_an_agents_amount_is_its_fee_the_vat_on_it_and_the_net(kept):
    (row,) = rows(f"05/10/2026,770000011,25.00,P,RENT,{kept}", **FEES)
    assert row.amount == Money(2500)


@pytest.mark.parametrize("kept", ["0.50,0.10,24.50", "0.50,,", ",,24.40"])
def test_a_gross_that_is_not_fee_and_net_is_a_fault_and_its_row_is_given(kept):
    row = f"05/10/2026,770000011,25.00,P,RENT,{kept}"
    assert [code for code, *_ in faults(row, **FEES)] == ["total-mismatch"]
    assert [each.amount for each in rows(row, **FEES)] == [Money(2500)]


def test_a_fee_that_is_no_amount_refuses_the_file():
    assert [i[0] for i in issues(f"{ROW[:-2]}x,,", **FEES)] == ["bad-amount"]


def test_rows_are_left_out_and_counted_as_the_profile_says():
    found = events(f"{ROW}\n{ROW.replace(',P,', ',H,')}\n", skip=[{"where": "Type", "one_of": ["H"]}])
    assert (found[-1].computed.count, found[-1].not_booked) == (1, 1)


TRAILER = {"literal": "TRL", "count": 2, "sum": 3, "required": True}


@pytest.mark.parametrize(
    ("trailer", "codes"),
    [
        ("TRL,1,12.34", []),
        ("TRL,2,12.34", ["count-mismatch"]),
        ("TRL,1,12.35", ["total-mismatch"]),
        ("TRL,1,", ["missing-field"]),
        ("TRL,1", ["missing-field"]),
        ("TRL,one,12.34", ["bad-field"]),
        ("TRL,1,12.3x", ["bad-amount"]),
        ("", ["control-missing"]),
        ("TRL,1,12.34\nTRL,1,12.34", ["layout-mismatch"]),
        (f"TRL,1,12.34\n{ROW}", ["layout-mismatch"]),
    ],
)
def test_what_a_trailer_states_is_proved(trailer, codes):
    assert [issue[0] for issue in issues(f"{ROW}\n{trailer}\n", trailers=[TRAILER])] == codes


def test_what_follows_from_a_faulty_row_is_not_reported_too():
    wrong = ROW.replace("12.34", "x")
    assert [i[0] for i in issues(f"{ROW}\n{wrong}\nTRL,2,12.34\n", trailers=[TRAILER])] == ["bad-amount"]


@pytest.mark.parametrize(
    ("data", "changes", "codes"),
    [
        ("", {}, ["truncated"]),
        ("\n\n", {"header_row": "none"}, ["truncated"]),
        (",".join(HEADER), HEADED, ["truncated"]),
        (",".join(HEADER), HEADED | {"nil_returns": True}, []),
        ("TRL,0,0.00", {"trailers": [TRAILER]}, []),
        ("TRL,1,0.00", {"trailers": [TRAILER]}, ["count-mismatch"]),
    ],
)
def test_a_file_without_a_row_is_truncated_unless_it_or_its_profile_says_so(data, changes, codes):
    found = events(data, **changes)
    assert [issue[0] for issue in issues(data, **changes)] == codes
    assert codes or isinstance(found[-1], Closed)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": None}, "amount: required field missing"),
        ({"taken_on": None}, "taken_on: required field missing"),
        ({"mop": {"column": "Kind"}}, "the column 'Kind' is not in header or columns"),
        ({"mop": {}}, "mop: give either column"),
        ({"mop": {"column": "Type", "value": "1"}}, "mop: give either column"),
        ({"mop": {"column": "Type", "default": "1"}}, "there is no map"),
        ({"mop": {"column": "Type", "colour": "red"}}, "unknown keys colour"),
        ({"mop": 3}, "mop"),
        ({"header_row": "maybe"}, "header_row must be"),
        ({"header": None, "columns": HEADER}, "so header must name every field"),
        ({"header": None, "columns": HEADER[1:], "optional": ["Day"], "header_row": None}, "cannot be optional"),
        ({"skip": [{"where": "Kind", "one_of": ["x"]}]}, "skip: the column 'Kind'"),
        ({"trailers": [{"literal": ""}]}, "literal must not be empty"),
        ({"trailers": [{"literal": "T", "count": "two"}]}, "must be the number of a field"),
        ({"amount": {"column": "Amount", "sign": "behind"}}, "sign must be"),
        ({"amount": {"column": "Amount", "sign": "trailing", "unit": "euros"}}, "unit must be"),
        ({"colour": "red"}, "unknown keys colour"),
    ],
)  # fmt: skip
def test_a_profile_of_income_that_cannot_be_used_says_why(changes, said):
    with pytest.raises(ConfigurationError) as caught:
        reader(**changes)
    assert said in caught.value.message


def test_a_statement_has_no_trailers():
    with pytest.raises(ConfigurationError, match="trailers: a statement has none"):
        reader(
            yields="statement", amount={"column": "Amount", "sign": "as-printed"}, taken_on=None, narrative=None,
            account_reference=None, date={"column": "Day", "format": "DD/MM/YYYY"},
            account={"column": "Reference", "pattern": r"(?P<account>\d+)"}, trailers=[TRAILER],
        )  # fmt: skip


def test_without_a_header_the_shape_of_the_first_row_tells():
    assert reader().recognise(ROW.encode())
    assert reader().recognise(ROW.encode() + b"\n05/")
    assert not reader().recognise(ROW.encode() + b",")
    assert not reader().recognise(ROW.replace("12.34", "Amount").encode())
    assert not reader().recognise(ROW.replace("05/10/2026", "2026-10-05").encode())


def test_where_names_of_a_header_vary_the_row_below_it_tells():
    any_header = reader(header_row="any")
    assert any_header.recognise(f"{',' * 7}\n{ROW}\n".encode())
    assert not any_header.recognise(f"{','.join(HEADER)}\n".encode())
    assert rows(f"{',' * 7}\n{ROW}\n", header_row="any")[0].place == "row 1, line 2"
    assert issues(f"a,b\n{ROW}\n", header_row="any")[0][0] == "layout-mismatch"


def test_a_header_that_varies_is_never_a_row_of_money():
    assert [i[0] for i in issues(f"{ROW}\n{ROW}\n", header_row="any")] == ["layout-mismatch"]


def test_a_header_that_need_not_be_there_is_known_by_its_names_alone():
    optional = {"header_row": "optional", "aliases": {"Day": ["Date"]}}
    for first in (HEADER, ["Date", *HEADER[1:]]):
        assert len(rows(f"{','.join(first)}\n{ROW}\n", **optional)) == 1
    assert issues(f"{','.join(HEADER).upper()}\n{ROW}\n", **optional)[0][0] == "bad-amount"


def test_columns_that_may_be_missing_leave_their_fields_blank():
    columns = {
        "header": None,
        "header_row": None,
        "columns": ["Day", "Amount"],
        "optional": ["Reference", "Text"],
    }
    (row,) = rows("Amount,Day\n1.00,05/10/2026\n", **columns)
    assert (row.account_reference, row.narrative) == ("", "")


def test_too_many_rows_and_too_long_ones_are_refused():
    assert issues(f"{ROW}\n{ROW}\n{ROW}\n", limits=Limits(lines=2))[0][:2] == (
        "limit-exceeded",
        "row 3, line 3",
    )
    assert issues(f"{ROW}\n{ROW}{'x' * 80}\n", limits=Limits(line_bytes=80))[0][:2] == (
        "limit-exceeded",
        "line 2",
    )


def test_a_rows_fault_refuses_the_file_where_there_is_no_policy():
    file = read(
        [reader(mop={"column": "Type", "required": True})], io.BytesIO(ROW.replace(",P,", ",,").encode())
    )
    assert not file.accepted
    assert [issue.code for entry in file.entries for issue in entry.issues] == ["missing-field"]


FULL = {
    "account_reference": {"column": "Reference", "drop_prefix": "B"},
    "mop": {"column": "Type", "map": {"P": "15", "X": "too long"}, "required": True},
    "fund": "Type",
    "vat_rate": {"column": "Tax"},
    "entered_at": {"column": "Net", "format": "iso"},
    "vat_amount": {"column": "Fee", "sign": "either"},
    "extra": {"net": "Net"},
}
CELLS = st.tuples(
    st.sampled_from(["05/10/2026", "31/06/2026", ""]),
    st.sampled_from(["770000011", "B77", " 77 ", "x" * 51, "7E+8"]),
    st.sampled_from(["1.00", "-5", "x", "", "1e3"]),
    st.sampled_from(["P", "X", "Q", ""]),
    st.sampled_from(["RENT", "", "x" * 101, "'=x"]),
    st.sampled_from(["", "1.00", "1.00-", "x"]),
    st.sampled_from(["", "0.2", "20"]),
    st.sampled_from(["", "2026-10-05 09:30:00", "2026-10-05", "x"]),
)


@given(st.lists(CELLS, min_size=1, max_size=5))
def test_the_short_way_and_the_long_way_make_the_same_rows(cells):
    """A row that the short way makes has no fault, and the long way makes the same one."""
    of = reader(**FULL).profile
    columns = Columns(HEADER, {name: at for at, name in enumerate(HEADER)})
    convert = converter(of.layout, of.content, columns)
    for number, each in enumerate(cells, 1):
        quick = convert(number, number, each)
        slow, stops = explained(of.layout, of.content, Row(each, columns, number, number))
        if quick is None:
            assert stops or slow.issues
        else:
            assert (slow, stops) == (quick, [])
            assert slow == IncomeRow(**vars(quick))


@given(st.binary(max_size=400))
def test_no_bytes_make_the_engine_raise(data):
    for changes in ({}, HEADED, {"header_row": "any"}, {"trailers": [TRAILER]}, FULL):
        assert reader(**changes).recognise(data) in (True, False)
        events(data, **changes)


def test_rows_across_blocks_of_the_file_are_read_whole():
    """However the file is divided while it is read: lines, quotes and ends of lines over the edges."""
    text = "".join(
        f'05/10/2026,{number},1.00,P,"{"é" if number % 7 == 0 else "e"} ""{number}""\r\nx",,,\r\n'
        if number % 5 == 0
        else f"05/10/2026,{number},1.00,P,{'y' * (number % 90)},,,\r\n"
        for number in range(3000)
    )
    found = rows(text)
    assert [row.account_reference for row in found] == [str(number) for number in range(3000)]
    assert found[5].narrative == 'e "5"\r\nx'
    assert found[-1].line == text.count("\r\n")
    for end in ("\r", "\n"):
        assert len(rows(text.replace("\r\n", end))) == 3000
