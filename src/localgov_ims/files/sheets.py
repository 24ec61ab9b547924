"""Sheets of a workbook (XLSX): cells to the texts that the profile says are printed there.

A workbook keeps numbers as binary fractions and days as numbers. A cell becomes the very text that a file of text would
have: a day by the stated format, an amount as stated, if it lies within a millionth of a penny of whole pence; so every
content reads sheets without knowing of them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, BinaryIO, Final

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import LIMIT, Money
from localgov_ims.files.containers import unpacked
from localgov_ims.files.contents import Content
from localgov_ims.files.layouts import Sheet
from localgov_ims.files.limits import Limits, Refused, refuse
from localgov_ims.files.moments import printed_by
from localgov_ims.files.places import SheetColumn
from localgov_ims.files.shapes import row_fits
from localgov_ims.files.tables import Columns, Record, Table, place_of
from localgov_ims.files.text import AmountFormat
from localgov_ims.files.trailers import Trailers

_MILLIONTH: Final = 1_000_000
_EXACT: Final = 10**15
"""Whole numbers below this are kept to the last digit; of longer ones a spreadsheet keeps a rounded one."""

_Print = Callable[[Any], str]


def table(stream: BinaryIO, layout: Sheet, content: Content, limits: Limits) -> Table:
    """Return the rows of the sheet from its first data row on; a row of blanks is no row.

    Raises:
        Refused: It is no workbook, it exceeds a limit, or the sheet or a column is not there.
    """
    sheet = _rows(stream, layout, limits)
    header = sheet[layout.header_row - 1] if layout.header_row and len(sheet) >= layout.header_row else []
    names = [_plain(cell).strip() for cell in header]
    places = [_place(column, names, layout) for column in layout.columns.values()]
    shown = [
        (names[at] if at < len(names) else "") or name for name, at in zip(layout.names, places, strict=True)
    ]
    columns = Columns(shown, {name: at for at, name in enumerate(layout.names)})
    found = Table(columns, iter(()), place=f"row {layout.first_row} of the sheet")
    take = list(zip(places, (_print(name, layout, content) for name in layout.names), strict=True))
    data = enumerate(sheet[layout.first_row - 1 :], layout.first_row)
    found.records = _records(data, found, take, layout, limits)
    return found


def fits(stream: BinaryIO, layout: Sheet, content: Content, limits: Limits) -> bool:
    """Tell whether a workbook has the sheet, the columns, and a first row of the profile's shape."""
    try:
        found = table(stream, layout, content, limits)
        first = next(iter(found.records), None)
    except Refused:
        return False
    if layout.header_row is not None and first is None:
        return True
    return isinstance(first, tuple) and row_fits(first[2], found.columns, layout, content)


def _rows(stream: BinaryIO, layout: Sheet, limits: Limits) -> list[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - only who reads a sheet needs it

    workbook = unpacked(stream, limits)
    try:
        book = CalamineWorkbook.from_filelike(workbook)
        found = book.get_sheet_by_name(_name(book.sheet_names, layout.sheet))
        return list(found.to_python(skip_empty_area=False))
    except CalamineError as error:
        raise _damaged() from error
    except BaseException as error:
        # what the library could not foresee comes as a panic, which is no Exception
        if type(error).__name__ == "PanicException":
            raise _damaged() from error
        raise


def _name(names: Sequence[str], sheet: int | str) -> str:
    name = sheet if isinstance(sheet, str) else names[sheet - 1] if 1 <= sheet <= len(names) else ""
    if name not in names:
        message = f"There is no sheet {sheet!r} in the workbook. There are: {', '.join(names)}."
        raise refuse("layout-mismatch", "the workbook", message, value=str(sheet))
    return name


def _damaged() -> Exception:
    message = "The workbook cannot be read: it is damaged, or no XLSX. Fetch it again, unedited."
    return refuse("not-well-formed", "the workbook", message)


def _place(column: SheetColumn, names: Sequence[str], layout: Sheet) -> int:
    if column.header is None:
        return column.known - 1
    if names.count(column.header) == 1:
        return names.index(column.header)
    why = "twice" if column.header in names else "nowhere"
    place = f"row {layout.header_row} of the sheet"
    message = f"The column {column.header!r} stands {why} in {place}."
    raise refuse("layout-mismatch", place, message, field="header", value=", ".join(names))


def _records(
    data: Iterable[tuple[int, list[Any]]], found: Table, take: Sequence[tuple[int, _Print]], layout: Sheet,
    limits: Limits,
) -> Iterator[Record | Issue]:  # fmt: skip
    number = 0
    trailers = Trailers(layout, found) if layout.trailers else None
    keeps = layout.keeps(found.columns)
    for line, values in data:
        if values.count("") == len(values):
            continue
        plain = [_plain(value) for value in values]
        if not any(text.strip() for text in plain):
            continue
        if trailers is not None and (said := trailers.take(plain, line)) is not None:
            yield from said
            continue
        number += 1
        if number > limits.lines:
            message = f"The sheet has more than {limits.lines} rows; ask the sender for smaller ones."
            raise refuse("limit-exceeded", place_of(number, line), message)
        cells = [printed(values[at]) if at < len(values) else "" for at, printed in take]
        if keeps is None or keeps(cells):
            yield number, line, cells
        else:
            found.skipped += 1
    if trailers is not None:
        yield from trailers.end()


def _print(name: str, layout: Sheet, content: Content) -> _Print:
    """Return what makes a cell of the column the text that the profile says is printed there."""
    if name in content.days:
        return functools.partial(_printed_day, content.days[name])
    if name in content.amounts:
        return functools.partial(_printed_amount, layout.amounts(*content.amounts[name]))
    return _plain


def _printed_day(format_: str, value: object) -> str:
    return printed_by(format_, value) if isinstance(value, date) else _plain(value)


def _printed_amount(format_: AmountFormat, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _plain(value)
    pence = _whole(value, 1 if format_.pence_only else 100)
    return _plain(value) if pence is None else format_.printed(pence)


def _plain(value: object) -> str:
    """Return a cell as text, where the profile does not say how it is printed."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        whole, pence = _whole(value, 1, within=0), _whole(value, 100)
        if whole is not None and abs(whole) < _EXACT:
            return str(whole)
        return str(value).upper() if pence is None or whole is not None else str(Money(pence))
    return str(value)


def _whole(value: float, parts: int, *, within: int = 1) -> int | None:
    """Return how many *parts* of one a number is, if that is a whole number to within so many millionths."""
    try:
        exact = Fraction(value) * parts
    except (ValueError, OverflowError):
        return None
    whole = round(exact)
    return whole if abs(exact - whole) * _MILLIONTH <= within and abs(whole) < LIMIT else None
