"""Tables: what is written is read back, by other readers than our writers, and no text becomes a formula."""

from __future__ import annotations

import csv
import io
import json
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.documents import tables
from localgov_ims.documents.tables import Column, Kind, write_csv, write_json, write_xlsx
from localgov_ims.domain.money import Money
from localgov_ims.errors import ConfigurationError, InvalidValue, RuleViolation

COLUMNS = (
    Column("narrative"), Column("amount", Kind.MONEY), Column("taken_on", Kind.DAY),
    Column("recorded_at", Kind.MOMENT), Column("number", Kind.NUMBER),
)  # fmt: skip
ROW = ("Garden waste", Money(-1234), date(2026, 5, 12), datetime(2026, 5, 12, 9, 30, tzinfo=UTC), 7)

SIGNS = st.sampled_from(
    ["=", "+", "-", "@", "\t", "\r", "\n", " ", '"', "'", "\ufeff", "\u200b", "\xa0", "＝", "a", "1"]
)
TEXTS = st.text() | st.lists(SIGNS, max_size=5).map("".join)
ROWS = st.lists(
    st.tuples(
        TEXTS | st.none(),
        st.integers(-(10**14), 10**14).map(Money) | st.none(),
        st.dates(date(1901, 1, 1), date(2200, 1, 1)) | st.none(),
        st.integers(852_076_800, 7_258_118_400).map(lambda second: datetime.fromtimestamp(second, UTC))
        | st.none(),
        st.integers(-(10**14), 10**14) | st.none(),
    ),
    max_size=5,
)


def _csv(rows) -> bytes:
    stream = io.BytesIO()
    assert write_csv(COLUMNS, rows, stream) == len(rows)
    return stream.getvalue()


def _xlsx(rows) -> bytes:
    stream = io.BytesIO()
    assert write_xlsx(COLUMNS, rows, stream) == len(rows)
    return stream.getvalue()


def _csv_read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))


def test_a_csv_is_as_rfc_4180_and_the_export_have_it():
    assert (
        _csv([ROW, ('Ä, "b"\nc', None, None, None, None)])
        == (
            "narrative,amount,taken_on,recorded_at,number\r\n"
            "Garden waste,-12.34,2026-05-12,2026-05-12T10:30:00+01:00,7\r\n"
            '"Ä, ""b""\nc",,,,\r\n'
        ).encode()
    )


def test_moments_have_the_offset_of_london_in_winter_and_summer():
    winter, summer = (datetime(2026, month, 12, 23, 30, tzinfo=UTC) for month in (1, 7))
    data = _csv([(None, None, None, winter, None), (None, None, None, summer, None)])
    assert [row[3] for row in _csv_read(data)[1:]] == [
        "2026-01-12T23:30:00+00:00",
        "2026-07-13T00:30:00+01:00",
    ]


@given(rows=ROWS)
def test_a_csv_read_back_gives_the_values(rows):
    header, *read = _csv_read(_csv(rows))
    assert header == [column.name for column in COLUMNS]
    for (text, *figures), (said, money, day, moment, number) in zip(read, rows, strict=True):
        assert text.removeprefix("'") == (said or "").removeprefix("'")
        assert len(text) - len(said or "") in {0, 1}
        assert figures == [
            "" if money is None else str(money),
            "" if day is None else day.isoformat(),
            figures[2],
            "" if number is None else str(number),
        ]
        if moment is not None:
            assert datetime.fromisoformat(figures[2]) == moment


@given(text=TEXTS)
def test_no_text_of_a_csv_begins_like_a_formula(text):
    read = _csv_read(_csv([(text, Money(-1), None, None, -1)]))[1]
    seen = read[0].strip().strip("\ufeff\u200b \t\r\n\xa0")
    assert not read[0].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert not seen.startswith(("=", "+", "-", "@", "＝"))
    assert read[0] in {text, f"'{text}"}
    assert (read[1], read[4]) == ("-0.01", "-1")  # figures are never touched


@pytest.mark.parametrize("text", ["plain", "a=b", "12 - 3", "'quoted'", "", "1+1", '"=1"'])
def test_text_that_is_no_formula_is_left_alone(text):
    assert _csv_read(_csv([(text, None, None, None, None)]))[1][0] == text


@given(rows=ROWS)
def test_json_read_back_gives_the_values(rows):
    stream = io.StringIO()
    write_json(COLUMNS, rows, stream)
    read = json.loads(stream.getvalue())
    assert [(row["narrative"], row["amount_pence"], row["number"]) for row in read] == [
        (text, None if money is None else money.pence, number) for text, money, _, _, number in rows
    ]
    assert [row["taken_on"] for row in read] == [day and day.isoformat() for _, _, day, _, _ in rows]


def test_json_is_a_list_of_objects_a_line_each():
    stream = io.BytesIO()
    write_json(COLUMNS[:2], [("é", Money(5)), (None, None)], stream)
    assert stream.getvalue().decode() == (
        '[\n{"narrative": "é", "amount_pence": 5},\n{"narrative": null, "amount_pence": null}\n]\n'
    )


@given(rows=ROWS)
def test_a_spreadsheet_read_back_by_another_library_gives_the_values(rows):
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(_xlsx(rows))).get_sheet_by_index(0)
    header, *read = sheet.to_python(skip_empty_area=False)
    assert header == [column.name for column in COLUMNS]
    for found, (text, money, day, moment, number) in zip(read, _padded(rows, len(read)), strict=True):
        assert _lines(found[0]) == _lines(tables._NOT_IN_XML.sub("\ufffd", text or ""))
        assert found[1] == ("" if money is None else pytest.approx(money.pence / 100, abs=0.001))
        assert found[2] == ("" if day is None else day)
        if moment is not None:
            wall = moment.astimezone(ZoneInfo("Europe/London")).replace(tzinfo=None)
            # the reader gives a midnight as a day
            read_at = found[3] if isinstance(found[3], datetime) else datetime.combine(found[3], time())
            assert abs(read_at - wall) <= timedelta(seconds=1)
        assert found[4] == ("" if number is None else number)


def _padded(rows, length):
    return rows[:length] if len(rows) >= length else rows + [(None,) * 5] * (length - len(rows))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@given(text=TEXTS)
def test_text_of_a_spreadsheet_is_never_a_formula_or_a_link(text):
    sheet = openpyxl.load_workbook(io.BytesIO(_xlsx([(text, None, None, None, None)]))).active
    cell = sheet["A2"]
    assert cell.data_type in {"s", "inlineStr", "n"}
    assert cell.data_type != "n" or cell.value is None
    assert cell.hyperlink is None


def test_a_spreadsheet_has_a_header_that_stays_and_filters_and_figures_that_add_up():
    sheet = openpyxl.load_workbook(io.BytesIO(_xlsx([ROW, ROW]))).active
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:E3"
    assert sheet["B2"].value == pytest.approx(-12.34)
    assert sheet["B2"].number_format == "#,##0.00"
    assert str(sheet["C2"].value) == "2026-05-12 00:00:00"
    assert str(sheet["D2"].value) == "2026-05-12 10:30:00"
    assert sheet["A1"].font.bold


def test_a_printed_spreadsheet_says_on_every_page_what_it_is_and_is_as_wide_as_the_page():
    stream = io.BytesIO()
    write_xlsx(COLUMNS, [ROW], stream, title="Bed & Breakfast Council: report")
    sheet = openpyxl.load_workbook(stream).active
    assert sheet.oddHeader.left.text == "Bed && Breakfast Council: report"
    assert (sheet.print_title_rows, sheet.page_setup.fitToHeight, sheet.page_setup.orientation) == (
        "$1:$1",
        0,
        "landscape",
    )


def test_the_same_rows_give_the_same_bytes():
    assert _xlsx([ROW]) == _xlsx([ROW])


def test_a_table_without_rows_has_its_header():
    assert _csv([]) == b"narrative,amount,taken_on,recorded_at,number\r\n"
    assert openpyxl.load_workbook(io.BytesIO(_xlsx([]))).active["A1"].value == "narrative"
    stream = io.StringIO()
    assert write_json(COLUMNS, [], stream) == 0
    assert stream.getvalue() == "[]\n"


@pytest.mark.parametrize("write", [write_csv, write_json, write_xlsx])
@pytest.mark.parametrize(
    ("row", "code"),
    [
        (ROW[:4], "bad_row"),
        (("a", 1234, None, None, 7), "bad_cell"),  # pounds or pence? money says
        (("a", Money(1), datetime(2026, 5, 12, tzinfo=UTC), None, 7), "bad_cell"),
        (("a", Money(1), None, datetime.fromisoformat("2026-05-12T09:00"), 7), "moment_without_zone"),
        (("a", Money(1), None, None, True), "bad_cell"),
        ((7, Money(1), None, None, 7), "bad_cell"),
    ],
)
def test_a_value_of_another_kind_is_refused_with_its_place(write, row, code):
    stream = io.BytesIO()
    with pytest.raises(InvalidValue) as caught:
        write(COLUMNS, [ROW, row], stream)
    assert caught.value.code == code
    assert code == "moment_without_zone" or "Row 2" in caught.value.message
    assert not stream.closed


def test_what_a_spreadsheet_would_cut_or_round_is_refused(monkeypatch):
    with pytest.raises(InvalidValue, match="32,767 characters"):
        _xlsx([("x" * 32_768, None, None, None, None)])
    with pytest.raises(InvalidValue, match=r"would round 10000000000000.00: it keeps 15 digits"):
        _xlsx([(None, Money(10**15), None, None, None)])
    monkeypatch.setattr(tables, "MOST_SHEET_ROWS", 2)
    with pytest.raises(RuleViolation, match="A sheet holds 1 rows and there are more"):
        _xlsx([ROW, ROW])


def test_without_the_extra_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(ConfigurationError, match=r"pip install localgov-ims\[reference\]"):
        _xlsx([])


@pytest.mark.parametrize("write", [write_csv, write_json, write_xlsx])
def test_ten_times_the_rows_need_no_more_memory(write, tmp_path: Path):
    def rows(count: int) -> Iterator[tuple[object, ...]]:
        return (ROW for _ in range(count))

    def peak(count: int) -> int:
        with (tmp_path / "table").open("wb") as stream:
            tracemalloc.start()
            write(COLUMNS, rows(count), stream)
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return most

    peak(10)
    assert peak(10_000) - peak(1_000) < 128 * 1024
