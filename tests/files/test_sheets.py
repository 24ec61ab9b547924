"""Sheets of workbooks: cells become what a file of text would say, within limits that are counted while unpacking."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.files.income_files import events, issues, reader, rows

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.errors import ConfigurationError
from localgov_ims.files.events import Closed
from localgov_ims.files.limits import Limits
from localgov_ims.files.places import column_number
from localgov_ims.files.reading import read

SHEET = {
    "kind": "sheet", "yields": "income", "header_row": 1,
    "columns": {"day": "Date", "amount": {"letter": "C"}, "reference": 1},
    "amount": {"column": "amount", "sign": "as-printed"},
    "taken_on": {"column": "day", "format": "DD/MM/YYYY"},
    "account_reference": "reference",
}  # fmt: skip
PENCE = {"amount": {"column": "amount", "sign": "as-printed", "unit": "pence"}}
HEADER = ("Reference", "Date", "Amount")


def workbook(*cells: object, header: object = HEADER, sheets: int = 1) -> bytes:
    """A workbook with a header and rows."""
    book = openpyxl.Workbook()
    for number in range(1, sheets):
        book.create_sheet(f"Other {number}")
    sheet = book.worksheets[-1]
    for row in (header, *cells):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(data: bytes, **members: bytes) -> bytes:
    """The workbook with some members (by the end of their names) replaced, or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            given = [text for name, text in members.items() if name in member.filename]
            new.writestr(member.filename, given[0] if given else old.read(member))
        for name, text in members.items():
            if name.startswith("new"):
                new.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("cell", "amount"),
    [(12.34, 1234), (0.1 + 0.2, 30), (5, 500), (-5.5, -550), ("12.34", 1234), (1.1 * 3, 330)],
)
def test_a_number_within_a_millionth_of_a_penny_is_money(cell, amount):
    (row,) = rows(workbook(("77", date(2026, 10, 5), cell)), base=SHEET)
    assert (row.amount, row.place) == (Money(amount), "row 1, line 2")


@pytest.mark.parametrize(
    "cell", [12.345, 12.340001, "12.345", True, "12,34", date(2026, 1, 1), 1e300, None, "=1+1"]
)
def test_any_other_cell_is_no_amount(cell):
    found = issues(workbook(("77", date(2026, 10, 5), cell)), base=SHEET)
    assert [(issue[0], issue[2]) for issue in found] == [("bad-amount", "Amount")]


@pytest.mark.parametrize(
    ("cell", "good"), [(12345, True), ("12345", True), (12345.5, False), ("123.45", False)]
)
def test_whole_pence_have_no_decimal_point(cell, good):
    found = events(workbook(("77", date(2026, 10, 5), cell)), base=SHEET | PENCE)
    assert isinstance(found[-1], Closed) is good
    if good:
        assert found[-1].computed.net == 12345


@pytest.mark.parametrize(
    ("cell", "day"),
    [(date(2026, 10, 5), True), (datetime.fromisoformat("2026-10-05T09:30"), True), ("05/10/2026", True), ("2026-10-05", False),
     (46300, False), ("31/06/2026", False)],
)  # fmt: skip
def test_a_day_is_a_day_cell_or_a_text_of_the_stated_format(cell, day):
    found = events(workbook(("77", cell, 1)), base=SHEET)
    assert isinstance(found[-1], Closed) is day
    if not day:
        assert [event.code for event in found if isinstance(event, Issue)] == ["bad-date"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [(770000011, "770000011"), ("0077", "0077"), (" 77 ", "77"), (None, ""), (True, "TRUE"), (12.5, "12.50")],
)
def test_a_text_is_what_the_cell_shows(cell, text):
    (row,) = rows(workbook((cell, date(2026, 10, 5), 1)), base=SHEET)
    assert row.account_reference == text


def test_a_reference_of_more_digits_than_a_spreadsheet_keeps_is_the_rows_fault():
    (row,) = rows(workbook((12345678901234567890, date(2026, 10, 5), 1)), base=SHEET)
    assert [issue.code for issue in row.issues] == ["bad-field"]


def test_empty_rows_are_none_and_empty_cells_keep_their_column():
    data = workbook((), ("77", date(2026, 10, 5), 1), (None, None, None), (None, "05/10/2026", 2))
    first, second = rows(data, base=SHEET)
    assert (first.place, second.place) == ("row 1, line 3", "row 2, line 5")
    assert second.account_reference == ""


def test_a_sheet_is_known_by_number_or_name_and_may_begin_anywhere():
    data = workbook(("77", date(2026, 10, 5), 1), sheets=2)
    for sheet in (2, "Other 1"):
        assert len(rows(data, base=SHEET, sheet=sheet)) == 1
    for sheet in (1, 3, 0, "None"):
        assert issues(data, base=SHEET, sheet=sheet)[0][0] in {"layout-mismatch", "truncated"}
    book = openpyxl.Workbook()
    book.active["C3"], book.active["D3"] = date(2026, 10, 5), 1
    out = io.BytesIO()
    book.save(out)
    places = {"columns": {"day": 3, "amount": {"number": 4}}, "header_row": None, "first_row": 3}
    (row,) = rows(out.getvalue(), base=SHEET, account_reference=None, **places)
    assert (row.amount, row.line) == (Money(100), 3)


@pytest.mark.parametrize("header", [("Reference", "Day", "Amount"), ("Date", "Date", "Amount")])
def test_a_column_that_its_header_does_not_name_once_refuses_the_file(header):
    assert issues(workbook(("77", "05/10/2026", 1), header=header), base=SHEET)[0][0] == "layout-mismatch"


def test_the_trailer_of_a_sheet_is_proved():
    trailer = {"literal": "Total", "count": 2, "sum": 3, "required": True}
    data = workbook(("77", date(2026, 10, 5), 0.1), ("77", date(2026, 10, 5), 0.2), ("Total", 2, 0.1 + 0.2))
    assert issues(data, base=SHEET, trailers=[trailer]) == []
    assert [i[0] for i in issues(data, base=SHEET, trailers=[trailer | {"count": 3}])] == ["bad-field"]


def test_of_two_profiles_for_workbooks_the_one_whose_columns_are_there_is_chosen():
    ours = reader(SHEET)
    other = reader(SHEET, columns=SHEET["columns"] | {"day": "Posted"})
    data = workbook(("77", date(2026, 10, 5), 1))
    file = read([other, ours], io.BytesIO(data))
    assert (file.accepted, len(file.entries)) == (True, 1)
    assert read([other], io.BytesIO(data)).entries[0].issues[0].code == "unknown-message"
    assert read([ours, reader(SHEET)], io.BytesIO(data)).entries[0].issues[0].code == "ambiguous-format"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(workbook_bytes=100), "larger than 100 bytes"),
        (Limits(unpacked_bytes=100), "Unpacked, the workbook is larger than 100 bytes"),
        (Limits(members=3), "more than 3 parts"),
        (Limits(ratio=1), "more than 1 times its size"),
        (Limits(cells=3), "reach over more than 3 places"),
        (Limits(lines=1), "more than 1 rows"),
    ],
)
def test_every_limit_is_kept(limits, said):
    data = workbook(*(("77", date(2026, 10, 5), 1) for _ in range(3)))
    (issue,) = (event for event in events(data, base=SHEET, limits=limits) if isinstance(event, Issue))
    assert issue.code == "limit-exceeded"
    assert said in issue.message


FAR = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1'><c r='A1'><v>1</v></c></row><row><c r = 'xfd1048576'><v>1</v></c></row>",
        b'<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>',
        b'<row r="1">' + b"<c><v>1</v></c>" * 1000 + b'</row><row r="1048576"><c><v>1</v></c></row>',
    ],
)
def test_a_cell_far_away_does_not_fill_the_memory(cells):
    found = issues(changed(workbook(), sheet1=FAR % cells), base=SHEET)
    assert [issue[0] for issue in found] == ["limit-exceeded"]


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="1"><c r="ZZZZZZZ1"><v>1</v></c></row>',
        b'<row r="1"><c r="ZZZZ1"><v>1</v></c></row>',
        b'<row r="1"><c r="XFE1"><v>1</v></c></row>',
        b'<row r="1"><c r="XFD0001048576"><v>1</v></c></row>',
        b'<row r="1"><c r="C4000000000"><v>1</v></c></row>',
        b'<row r="1"><c r="C99999999"><v>1</v></c></row>',
        b'<row r="1"><c r="C1048577"><v>1</v></c></row>',
        b'<row r="1"><c r=""><v>1</v></c></row>',
        b'<row r="1"><c r="&#90;ZZZZZZ1"><v>1</v></c></row>',
        b'<row r="1"><c' + b" " * 1000 + b'r="ZZZZZZZ1"><v>1</v></c></row>',
        b'<row r="1"><c s=">" r="ZZZZZZZ1"><v>1</v></c></row>',
        b'<x:row r="1"><x:c r="ZZZZZZZ1"><x:v>1</x:v></x:c></x:row>',
        b'<row r="99999999"><c><v>1</v></c></row>',
        b'<row r="1048576"><c><v>1</v></c></row><row/>',
        b'<row r="0"><c><v>1</v></c></row>',
        b"<row>" + b"<c><v>1</v></c>" * 16385 + b"</row>",
    ],
)
def test_a_place_that_no_sheet_has_refuses_the_workbook(cells):
    data = changed(workbook(), sheet1=FAR % cells)
    found = issues(data, base=SHEET, limits=Limits(ratio=1000))
    assert [issue[0] for issue in found] == ["layout-mismatch"]


def test_a_sheet_that_says_it_reaches_where_none_does_is_refused():
    sheet = FAR.replace(b"<sheetData>", b'<dimension ref="A1:ZZZZZZZ1"/><sheetData>') % b""
    assert [issue[0] for issue in issues(changed(workbook(), sheet1=sheet), base=SHEET)] == [
        "layout-mismatch"
    ]


@pytest.mark.parametrize("far", ["C1048576", "A500001", "XFD31"])
def test_a_few_cells_far_apart_do_not_make_a_large_sheet(far):
    book = openpyxl.load_workbook(io.BytesIO(workbook(("77", date(2026, 10, 5), 1))))
    book.active[far] = "."
    out = io.BytesIO()
    book.save(out)
    (issue,) = issues(out.getvalue(), base=SHEET)
    assert issue[0] == "limit-exceeded"


def test_a_sheet_with_many_empty_places_but_more_cells_is_read():
    cells = b"".join(b'<row r="%d"><c r="T%d"><v>1</v></c></row>' % (at, at) for at in (1, 2, 3, 50))
    data = changed(workbook(), sheet1=FAR % cells)
    assert (
        issues(data, base=SHEET, limits=Limits(empty_places=10, places_per_cell=249))[0][0]
        == "limit-exceeded"
    )
    far = issues(data, base=SHEET, limits=Limits(empty_places=10, places_per_cell=250))
    assert "limit-exceeded" not in [issue[0] for issue in far]


def sharing(text: str, cells: int, *, index: str = "0") -> bytes:
    """A workbook of which so many cells share one text."""
    rows = FAR % (f'<row><c t="s"><v>{index}</v></c></row>'.encode() * cells)
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    table = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{text}</t></si></sst>'
    )
    with zipfile.ZipFile(io.BytesIO(workbook())) as old:
        links = old.read("xl/_rels/workbook.xml.rels")
    end = b"</Relationships>"
    link = b'<Relationship Id="rId99" Type="%s/sharedStrings" Target="texts.xml"/>' % kind
    data = changed(workbook(), sheet1=rows, **{"workbook.xml.rels": links.replace(end, link + end)})
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as more:
        more.writestr("xl/texts.xml", table)
    return out.getvalue()


@pytest.mark.parametrize("index", ["0", " 0 ", "0<x>9</x>"])
def test_a_long_text_that_many_cells_share_does_not_fill_the_memory(index):
    data = sharing("x" * 30_000, 600, index=index)
    (issue,) = issues(data, base=SHEET, limits=Limits(ratio=10_000))
    assert issue[0] == "limit-exceeded"


def test_a_text_that_many_cells_share_is_read():
    data = sharing("Reference", 600)
    found = issues(data, base=SHEET, limits=Limits(ratio=10_000))
    assert "limit-exceeded" not in [issue[0] for issue in found]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"new.zip": b"PK\x03\x04 and more"}, "limit-exceeded"),
        ({"new.gz": b"\x1f\x8b and more"}, "limit-exceeded"),
        ({"new.bin": b"x" * 1_000_000}, "limit-exceeded"),
        ({"sheet1": b"<!DOCTYPE x><worksheet/>"}, "doctype"),
        ({"sheet1": b"<worksheet><sheetData><row>"}, "not-well-formed"),
        ({"xl/workbook.xml": b"no XML"}, "not-well-formed"),
    ],
)
def test_what_no_workbook_holds_is_refused(members, code):
    data = changed(workbook(("77", date(2026, 10, 5), 1)), **members)
    assert [issue[0] for issue in issues(data, base=SHEET)] == [code]


def test_an_encrypted_part_is_refused():
    data = bytearray(workbook(("77", date(2026, 10, 5), 1)))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert issues(bytes(data), base=SHEET)[0][0] == "limit-exceeded"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"columns": {}}, "columns must say where each stands"),
        (
            {"columns": SHEET["columns"] | {"day": {"number": 1, "letter": "A"}}},
            "one of number, letter and header",
        ),
        ({"columns": SHEET["columns"] | {"day": 0}}, "columns 1 (A) to 16384 (XFD)"),
        ({"columns": SHEET["columns"] | {"day": {"letter": "F6"}}}, "columns 1 (A) to 16384 (XFD)"),
        ({"header_row": None}, "so header_row must say where that is"),
        ({"header_row": 2, "first_row": 2}, "first_row must be 1 or more, and below header_row"),
        ({"sheet": [1]}, "must be a number or a name"),
    ],
)
def test_a_layout_that_cannot_be_used_says_why(changes, said):
    with pytest.raises(ConfigurationError) as caught:
        reader(SHEET, **changes)
    assert said in caught.value.message


def test_letters_of_columns_are_numbers():
    assert [column_number(text) for text in ("A", "f", "Z", "AA", "XFD", "A1", "")] == [
        1,
        6,
        26,
        27,
        16384,
        0,
        0,
    ]


GOOD = workbook(("77", date(2026, 10, 5), 1))


@settings(max_examples=60)
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=40), st.booleans())
def test_no_bytes_make_it_raise(at, rest, cut):
    data = GOOD[:at] + rest + (b"" if cut else GOOD[at + len(rest) :])
    assert reader(SHEET).recognise(data[:4096]) in (True, False)
    reader(SHEET).looks_inside(io.BytesIO(data), Limits())
    events(data, base=SHEET)
