"""Reading back: the records of a file that a layout wrote, as cells; what is not such a file is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from attrs import frozen

from localgov_ims.errors import RuleViolation
from localgov_ims.files.text import AmountFormat
from localgov_ims.files.writing.fitting import RUN_BY_SPREADSHEETS
from localgov_ims.files.writing.layout import Field, Layout, Record

Cells = Sequence[str]


@frozen(kw_only=True)
class ReadFile:
    """A file taken apart: its rows, and its trailer where the layout has one."""

    rows: Sequence[Cells]
    trailer: Cells | None


def read_back(layout: Layout, data: bytes) -> ReadFile:
    """Take a file apart.

    Raises:
        RuleViolation: The bytes are not a file of this layout.
    """
    try:
        text = data.decode(layout.encoding)
        if text and not text.endswith(layout.end):
            raise not_this(layout, "the last line is not ended")
        records = list(_fixed(layout, text) if layout.is_fixed else _delimited(layout, text))
    except (UnicodeDecodeError, csv.Error) as error:
        raise not_this(layout, str(error)) from error
    if layout.names and (not records or list(records.pop(0)) != [each.name for each in layout.fields]):
        raise not_this(layout, "line 1: the header is another")
    if layout.header is not None:
        _checked(layout, layout.header, records.pop(0) if records else (), "the header")
    trailer = None
    if layout.trailer is not None:
        trailer = _checked(layout, layout.trailer, records.pop() if records else (), "the trailer")
    for number, row in enumerate(records, 1):
        if len(row) != len(layout.fields):
            raise not_this(layout, f"row {number} has {len(row)} fields, not {len(layout.fields)}")
    return ReadFile(rows=records, trailer=trailer)


def _checked(layout: Layout, record: Record, cells: Cells, what: str) -> Cells:
    if len(cells) != len(record.fields):
        raise not_this(layout, f"{what} has {len(cells)} fields, not {len(record.fields)}")
    for each, cell in zip(record.fields, cells, strict=True):
        if each.literal is not None and plain(layout, each, cell) != each.literal.strip():
            raise not_this(layout, f"{what}, {each.name}: {cell!r} is not {each.literal!r}")
    return cells


def plain(layout: Layout, each: Field, cell: str) -> str:
    """Return what a cell says: without its filling, and without what guards it from spreadsheets."""
    text = unpadded(each, cell)
    if layout.spreadsheet and text.startswith("'") and RUN_BY_SPREADSHEETS.match(text[1:]):
        return text[1:]
    return text


def unpadded(each: Field, cell: str) -> str:
    """Return a cell without what filled it up to its width."""
    if each.width is None:
        return cell
    return cell.rstrip(each.pad) if each.align == "left" else cell.lstrip(each.pad)


def place_of(fields: Sequence[Field], source: str) -> int:
    """Return where the field stands that prints one source and nothing else.

    Raises:
        StopIteration: There is none.
    """
    return next(n for n, each in enumerate(fields) if each.from_ == (source,))


def pence_of(layout: Layout, each: Field, cell: str) -> int:
    """Return the amount in a cell, in pence; a blank or the text of a zero is nothing.

    Raises:
        RuleViolation: It is no amount.
    """
    text = unpadded(each, cell).strip(" ")
    if each.pad == "0" and text.startswith("-"):
        text = "-" + text[1:].lstrip("0")
    if text in {"", each.zero, each.default}:
        return 0
    pence = _PENCE.pence(text) if layout.amount == "pence" else _POUNDS.pence(text)
    if pence is None:
        raise not_this(layout, f"{each.name}: {cell!r} is no amount")
    return pence


_PENCE = AmountFormat(signed=True, pence_only=True)
_POUNDS = AmountFormat(signed=True)


def not_this(layout: Layout, why: str) -> RuleViolation:
    """Return the refusal of bytes that this layout did not write."""
    return RuleViolation("not_this_format", f"This is not a {layout.name} file: {why}.", why=why)


def _delimited(layout: Layout, text: str) -> Iterator[Cells]:
    stream = io.StringIO(text, newline="")
    if layout.quote == "none":
        return csv.reader(stream, delimiter=layout.delimiter, quoting=csv.QUOTE_NONE, strict=True)
    return csv.reader(stream, delimiter=layout.delimiter, strict=True)


def _fixed(layout: Layout, text: str) -> Iterator[Cells]:
    lines = text.split(layout.end)[:-1]
    for number, line in enumerate(lines, 1):
        fields = layout.fields
        if layout.header is not None and number == 1:
            fields = layout.header.fields
        elif layout.trailer is not None and number == len(lines):
            fields = layout.trailer.fields
        yield _cut(layout, fields, line, number)


def _cut(layout: Layout, fields: Sequence[Field], line: str, number: int) -> Cells:
    data = line.encode(layout.encoding)
    cells, start = [], 0
    for each in fields:
        end = start + (each.width or 0)
        cells.append(data[start:end].decode(layout.encoding))
        start = end
    if len(data) != start:
        raise not_this(layout, f"line {number} has {len(data)} bytes, not {start}")
    return cells
