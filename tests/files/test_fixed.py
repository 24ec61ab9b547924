"""Fixed records: places, padding, what marks a record, and what to do with short ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.files.income_files import events, issues, reader, rows

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.errors import ConfigurationError
from localgov_ims.files.limits import Limits
from localgov_ims.files.places import Span

FIXED = {
    "kind": "fixed", "yields": "income", "encoding": ["ascii", "cp1252"],
    "columns": {
        "mark": {"start": 1, "length": 1},
        "reference": {"start": 2, "length": 9, "pad": "0", "justify": "right"},
        "amount": {"start": 11, "length": 8, "justify": "right"},
        "date": {"start": 19, "length": 8},
        "text": {"start": 27, "length": 5},
    },
    "amount": {"column": "amount", "sign": "either"},
    "taken_on": {"column": "date", "format": "YYYYMMDD"},
    "account_reference": "reference",
    "narrative": "text",
}  # fmt: skip
ROW = "D000077001   1.00-20261005RENT "


def test_each_field_is_cut_out_of_its_place_and_what_fills_it_up_is_taken_off():
    (row,) = rows(f"{ROW}\r\n", base=FIXED)
    assert (row.account_reference, row.amount, row.narrative) == ("77001", Money(-100), "RENT")


def test_of_nothing_but_zeros_the_last_one_stays():
    assert Span(start=1, length=4, pad="0", justify="right").text("0000") == "0"
    assert Span(start=1, length=4).text("    ") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ROW[:-1], "bad-field"),
        (ROW + "x", "bad-field"),
        (ROW.replace("   1.00-", "1.00-   "), "bad-amount"),
        (ROW.replace("20261005", "20260931"), "bad-date"),
    ],
)
def test_a_record_that_is_not_as_laid_out_refuses_the_file(text, expected):
    assert [i[:2] for i in issues(f"{ROW}\n{text}\n", base=FIXED)] == [(expected, "row 2, line 2")]


def test_blanks_lost_at_the_end_are_put_back_where_the_profile_says_so():
    (row,) = rows(ROW.rstrip(), base=FIXED, pad_short_records=True)
    assert row.narrative == "RENT"


def test_a_record_may_be_longer_than_its_columns_and_blanks_beyond_it_are_nothing():
    assert len(rows(f"{ROW}xxx", base=FIXED, length=34)) == 1
    assert len(rows(f"{ROW}   \r\n\x1a", base=FIXED)) == 1
    assert issues(f"{ROW}xx", base=FIXED, length=34)[0][0] == "bad-field"


def test_records_are_told_apart_by_what_marks_them():
    kinds = {"data": {"literal": "D"}, "ignore": [{"literal": "H"}]}
    assert rows(f"HEADING\n{ROW}\n", base=FIXED, **kinds)[0].place == "row 1, line 2"
    assert issues(f"{ROW}\n{ROW.replace('D', 'X')}\n", base=FIXED, **kinds)[0][:2] == (
        "layout-mismatch",
        "row 2, line 2",
    )


@pytest.mark.parametrize(
    ("trailer", "codes"),
    [
        ("T0000001    1.00-", []),
        ("T0000002    1.00-", ["count-mismatch"]),
        ("T0000001", ["missing-field"]),
        ("T0000001    1.00-x", ["bad-field"]),
    ],
)
def test_a_trailer_states_its_totals_at_their_places(trailer, codes):
    stated = {
        "literal": "T", "count": {"start": 2, "length": 7}, "sum": {"start": 9, "length": 9}, "sign": "either",
        "required": True,
    }  # fmt: skip
    assert [i[0] for i in issues(f"{ROW}\n{trailer}\n", base=FIXED, trailers=[stated])] == codes


def test_the_shape_of_the_first_record_tells_whose_file_it_is():
    known = reader(FIXED, ignore=[{"literal": "H"}], data={"literal": "D"})
    assert known.recognise(f"HEADING\n{ROW}\n".encode())
    assert not known.recognise(ROW.replace("20261005", "2026-10-").encode())
    assert not known.recognise(ROW[:-1].encode() + b"\n")
    assert not known.recognise(f"X{ROW[1:]}\n".encode())
    assert not known.recognise(b"")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"columns": {}}, "columns must say where each field stands"),
        ({"columns": FIXED["columns"] | {"date": {"start": 0, "length": 8}}}, "start is counted from 1, not 0"),
        ({"columns": FIXED["columns"] | {"date": {"start": 19, "length": 8, "pad": ""}}}, "pad must be one"),
        ({"length": 20}, "a column ends at 31"),
        ({"data": {"literal": ""}}, "literal must not be empty"),
        ({"narrative": "words"}, "the column 'words' is not in columns"),
        ({"encoding": "ebcdic"}, "encoding must be"),
        ({"header": ["a"]}, "unknown keys header"),
    ],
)  # fmt: skip
def test_a_layout_that_cannot_be_used_says_why(changes, said):
    with pytest.raises(ConfigurationError) as caught:
        reader(FIXED, **changes)
    assert said in caught.value.message


def test_too_many_and_too_long_records_are_refused():
    assert issues(f"{ROW}\n{ROW}\n", base=FIXED, limits=Limits(lines=1))[0][0] == "limit-exceeded"
    assert issues(ROW + " " * 60, base=FIXED, limits=Limits(line_bytes=80))[0][0] == "limit-exceeded"


def test_a_statement_may_be_laid_out_in_fixed_records_too():
    statement = {
        "kind": "fixed", "yields": "statement", "encoding": "ascii",
        "columns": {"account": {"start": 1, "length": 14}, "day": {"start": 15, "length": 8},
                    "amount": {"start": 23, "length": 8, "justify": "right"}},
        "date": {"column": "day", "format": "YYYYMMDD"}, "amount": {"column": "amount", "sign": "trailing", "unit": "pence"},
        "account": {"column": "account", "pattern": r"(?P<account>\d{14})"},
    }  # fmt: skip
    found = events("2000001234567820261005   1234-\n", base=statement)
    assert [event.amount for event in found if hasattr(event, "booked_on")] == [Money(-1234)]


@given(st.binary(max_size=200), st.integers(0, 40))
def test_no_bytes_make_it_raise(data, at):
    text = ROW.encode()[:at] + data
    assert reader(FIXED).recognise(text) in (True, False)
    assert all(event is not None for event in events(text, base=FIXED))
    assert not isinstance(events(ROW, base=FIXED)[-1], Issue)
