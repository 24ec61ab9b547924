"""Tables for people and programs: rows as CSV, JSON or a spreadsheet, written one by one.

Rows are taken from an iterable and never held, so that a million of them need no more memory than ten. A row has
a value for each column: what its `Kind` says, or None for nothing.
"""

from __future__ import annotations

import csv
import enum
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Final, TextIO, cast

from attrs import frozen

from localgov_ims.domain.calendar import LONDON, utc
from localgov_ims.domain.money import Money
from localgov_ims.errors import ConfigurationError, InvalidValue, RuleViolation

MOST_SHEET_ROWS: Final = 1_048_576
"""Rows of a sheet, its header among them: the limit of the format (ECMA-376) in Excel."""

_LONGEST_TITLE: Final = 200  # the header of a printed page holds 255 characters

LONGEST_CELL: Final = 32_767
"""Characters of a cell of a spreadsheet."""

# What a spreadsheet takes for a formula. Some cut white space or a byte order mark off first, and Excel in Japanese
# and Chinese takes the wide signs as well (OWASP, "CSV Injection").
_FORMULA: Final = re.compile(r"[\s\x00-\x1f\ufeff\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")
_NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MOST_DIGITS: Final = 15  # of a figure in a spreadsheet; more would be rounded
_MADE: Final = datetime(1980, 1, 1)  # noqa: DTZ001 - no clock is looked at: the same rows give the same file


class Kind(enum.Enum):
    """What the values of a column are."""

    TEXT = "text"
    MONEY = "money"
    DAY = "day"
    MOMENT = "moment"
    NUMBER = "number"


@frozen
class Column:
    """A column: its name in the header, and what its values are (`str`, `Money`, `date`, aware `datetime`, `int`)."""

    name: str
    kind: Kind = Kind.TEXT


Row = Sequence[object]


def write_csv(columns: Sequence[Column], rows: Iterable[Row], stream: TextIO | BinaryIO) -> int:
    r"""Write a header and the rows as RFC 4180 has it, in UTF-8, and return how many rows there were.

    Lines end in CR LF; money is pounds (`-12.34`), days and moments are ISO 8601, moments with London's offset
    (`2026-05-12T10:30:00+01:00`). Text that a spreadsheet would take for a formula gets a `'` in front: what
    begins with `= + - @`, tab or CR, also behind white space. Figures never do. A text stream is to be opened
    with `newline=""`.

    Raises:
        InvalidValue: A row has another number of values, or one that its column cannot hold.
    """
    shown = [_CSV[column.kind] for column in columns]
    with _as_text(stream) as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([_safe(column.name) for column in columns])
        count = 0
        for count, row in enumerate(rows, 1):
            writer.writerow(_values(columns, row, shown, count))
    return count


def write_json(columns: Sequence[Column], rows: Iterable[Row], stream: TextIO | BinaryIO) -> int:
    """Write the rows as a list of objects, a line each, in UTF-8; return how many there were.

    Money is a whole number of pence under the column's name and `_pence`; what is not there is null; text
    is as it is. Days and moments are as in CSV.

    Raises:
        InvalidValue: As for `write_csv`.
    """
    shown = [_JSON[column.kind] for column in columns]
    names = [column.name + "_pence" * (column.kind is Kind.MONEY) for column in columns]
    with _as_text(stream) as out:
        count = 0
        for count, row in enumerate(rows, 1):
            values = dict(zip(names, _values(columns, row, shown, count), strict=True))
            out.write(("[\n" if count == 1 else ",\n") + json.dumps(values, ensure_ascii=False))
        out.write("\n]\n" if count else "[]\n")
    return count


def write_xlsx(columns: Sequence[Column], rows: Iterable[Row], stream: BinaryIO, *, title: str = "") -> int:
    """Write a workbook of one sheet to a seekable stream, and return how many rows there were.

    The header stays in sight and filters; money, days and moments (in London's time) are figures that a
    spreadsheet reckons with; text is always text, so that none becomes a formula or a link. Printed, each page begins
    with *title* and the header, and is as wide as the table.

    Raises:
        ConfigurationError: XlsxWriter is not installed.
        InvalidValue: As for `write_csv`.
        RuleViolation: There are more rows than a sheet holds; nothing is left out in silence.
    """
    shown = [_XLSX[column.kind] for column in columns]
    with spreadsheets(stream, constant_memory=True) as book:
        sheet = book.add_worksheet()
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_header(f"&L{title[:_LONGEST_TITLE].replace('&', '&&')}&RPage &P of &N")
        write = dict.fromkeys((Kind.MONEY, Kind.NUMBER), sheet.write_number)
        write |= dict.fromkeys((Kind.DAY, Kind.MOMENT), sheet.write_datetime) | {
            Kind.TEXT: sheet.write_string
        }
        formats = [book.add_format({"num_format": _FORMATS[column.kind]}) for column in columns]
        bold = book.add_format({"bold": True})
        for place, column in enumerate(columns):
            sheet.set_column(place, place, max(_WIDTHS[column.kind], len(column.name) + 4))
            sheet.write_string(0, place, as_cell(column.name), bold)
        sheet.freeze_panes(1, 0)
        count = 0
        for count, row in enumerate(rows, 1):
            if count >= MOST_SHEET_ROWS:
                message = f"A sheet holds {MOST_SHEET_ROWS - 1:,} rows and there are more. Write a CSV, or ask for less."
                raise RuleViolation("too_many_rows", message)
            for place, value in enumerate(_values(columns, row, shown, count)):
                if value is not None:
                    write[columns[place].kind](count, place, value, formats[place])
        sheet.autofilter(0, 0, count, len(columns) - 1)
    return count


@contextmanager
def spreadsheets(stream: BinaryIO, *, constant_memory: bool = False) -> Iterator[Any]:
    """Give a workbook of XlsxWriter that is written to *stream* at the end; the same sheets give the same bytes.

    Raises:
        ConfigurationError: XlsxWriter is not installed.
    """
    try:
        import xlsxwriter  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        message = "Writing spreadsheets needs XlsxWriter: pip install localgov-ims[reference]"
        raise ConfigurationError("no_reference_extra", message) from error
    with xlsxwriter.Workbook(stream, {"constant_memory": constant_memory}) as book:
        book.set_properties({"created": _MADE})
        yield book


def _values(
    columns: Sequence[Column], row: Row, shown: Sequence[Callable[[Any], Any]], number: int
) -> list[Any]:
    """Return a row's values as its format has them.

    Raises:
        InvalidValue: There are too few or too many, or one is of another kind.
    """
    if len(row) != len(columns):
        message = f"Row {number} has {len(row)} values for {len(columns)} columns."
        raise InvalidValue("bad_row", message, row=number)
    values = []
    for column, show, value in zip(columns, shown, row, strict=True):
        if value is not None and type(value) is not _TYPES[column.kind]:
            message = (
                f"Row {number}: column {column.name} holds {column.kind.value}, not {type(value).__name__}."
            )
            raise InvalidValue("bad_cell", message, row=number, column=column.name)
        values.append(None if value is None else show(value))
    return values


@contextmanager
def _as_text(stream: TextIO | BinaryIO) -> Iterator[TextIO]:
    """Give a text stream to write to; a binary one is left open, and written to its last byte."""
    if isinstance(stream, io.TextIOBase):
        yield stream
        return
    wrapped = io.TextIOWrapper(cast("BinaryIO", stream), encoding="utf-8", newline="")
    try:
        yield wrapped
    finally:
        wrapped.flush()
        wrapped.detach()


def _safe(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def as_cell(text: str) -> str:
    """Return a text as a cell of a spreadsheet can hold it.

    Raises:
        InvalidValue: It is too long.
    """
    if len(text) > LONGEST_CELL:
        message = f"A cell of a spreadsheet holds {LONGEST_CELL:,} characters, and a text has {len(text):,}. Write a CSV."
        raise InvalidValue("cell_too_long", message)
    return _NOT_IN_XML.sub("\ufffd", text)


def _moment(value: datetime) -> str:
    return utc(value).astimezone(LONDON).isoformat(timespec="seconds")


def _wall_clock(value: datetime) -> datetime:
    return utc(value).astimezone(LONDON).replace(tzinfo=None, microsecond=0)


def as_figure(value: Money | int) -> Decimal:
    """Return an amount as a figure of a spreadsheet, in pounds.

    Raises:
        InvalidValue: A spreadsheet would round it.
    """
    whole = value.pence if isinstance(value, Money) else value
    if len(str(abs(whole))) > _MOST_DIGITS:
        message = f"A spreadsheet would round {value}: it keeps {_MOST_DIGITS} digits. Write a CSV."
        raise InvalidValue("figure_too_long", message, value=value)
    return Decimal(whole).scaleb(-2) if isinstance(value, Money) else Decimal(whole)


def _same(value: Any) -> Any:  # noqa: ANN401 - whatever the kind says
    return value


_TYPES: Final = {Kind.TEXT: str, Kind.MONEY: Money, Kind.DAY: date, Kind.MOMENT: datetime, Kind.NUMBER: int}
_CSV: Final[dict[Kind, Callable[[Any], Any]]] = {
    Kind.TEXT: _safe, Kind.MONEY: str, Kind.DAY: date.isoformat, Kind.MOMENT: _moment, Kind.NUMBER: _same,
}  # fmt: skip
_JSON: Final[dict[Kind, Callable[[Any], Any]]] = {
    Kind.TEXT: _same, Kind.MONEY: lambda money: money.pence, Kind.DAY: date.isoformat, Kind.MOMENT: _moment,
    Kind.NUMBER: _same,
}  # fmt: skip
_XLSX: Final[dict[Kind, Callable[[Any], Any]]] = {
    Kind.TEXT: as_cell, Kind.MONEY: as_figure, Kind.DAY: _same, Kind.MOMENT: _wall_clock, Kind.NUMBER: as_figure,
}  # fmt: skip
_FORMATS: Final = {
    Kind.TEXT: "@", Kind.MONEY: "#,##0.00", Kind.DAY: "d mmm yyyy", Kind.MOMENT: "d mmm yyyy hh:mm:ss",
    Kind.NUMBER: "0",
}  # fmt: skip
_WIDTHS: Final = {Kind.TEXT: 20, Kind.MONEY: 14, Kind.DAY: 13, Kind.MOMENT: 21, Kind.NUMBER: 10}
