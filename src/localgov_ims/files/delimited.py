"""Delimited text: bytes to rows, strictly decoded, with the place of each."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO

from localgov_ims.domain.issues import Issue
from localgov_ims.files.layouts import Delimited
from localgov_ims.files.limits import Limits, refuse
from localgov_ims.files.lines import Lines, decoded_head, lines_of
from localgov_ims.files.tables import Columns, Record, Table, place_of
from localgov_ims.files.trailers import Trailers


def head_rows(head: bytes, layout: Delimited) -> Iterator[tuple[Columns, Sequence[Sequence[str]], bool]]:
    """Yield columns, first whole rows, and whether there is a header, of a file that begins with *head*.

    Where the layout need not have a header, every file has its columns; the rows must tell.
    """
    for text in decoded_head(head, layout.encoding):
        records = _csv(iter(io.StringIO(text, newline="")), layout)
        found: list[Sequence[str]] = []
        with suppress(csv.Error):  # a head may end within quotes
            title = [next(records, []) for _ in range(layout.preamble)][-1:]
            found.extend(record for record in records if record)
        if found and (columns := _columns(found[0], layout)) is not None and not isinstance(columns, str):
            # the last row of a head may be half of one
            whole = found if text.endswith(("\n", "\r")) else found[:-1] or found
            headed = _is_header(whole[0], layout)
            told = _told(layout, title[0]) if title else []
            below = [[*row, *(told or [])] for row in (whole[1:] if headed else whole)]
            yield _titled(columns, layout), below, headed


def table(
    stream: BinaryIO, layout: Delimited, limits: Limits, is_data: Callable[[Sequence[str], Columns], bool]
) -> Table:
    """Return the rows below the header; a wrong number of fields is an Issue, an empty line is no row.

    *is_data* tells by its shape whether a row is data, for a header whose names are not known.

    Raises:
        Refused: No encoding fits, the header does not, a limit is exceeded, or a quote goes wrong; also while the
            records are read.
    """
    lines = lines_of(stream, layout.encoding, limits)
    reader = _Reader(lines, layout)
    title: list[str] | None = []
    for _ in range(layout.preamble):
        title = reader.next()
    first = reader.next()
    if first is None:
        raise refuse("truncated", "byte 0", "The file is empty. Ask the sender for it again.")
    told = _told(layout, title or [])
    if told is None:
        message = f"The title has {len(title or [])} fields, and the profile takes one beyond. Was it edited?"
        raise refuse("layout-mismatch", f"line {layout.preamble}", message, field="title")
    columns = _header(first, layout)
    if layout.header_row == "any" and layout.header is not None:
        if len(first) != len(layout.header) + layout.last_comma:
            raise _no_header(first, layout, f"it has {len(first)} fields, not {len(layout.header)}")
        if is_data([*first, *told], _titled(columns, layout)):
            raise _no_header(first, layout, "it is a row of data, and would be lost")
    waiting = None if _is_header(first, layout) else first
    found = Table(_titled(columns, layout), iter(()), place=_header_place(layout))
    records = _records(reader, waiting, found, layout, limits)
    found.records = records if not told else _with(told, records)
    return found


def _told(layout: Delimited, title: Sequence[str]) -> list[str] | None:
    """Return what the title tells of every row; none where it has not as many fields."""
    places = [place - 1 for place in layout.title.values()]
    return [title[place] for place in places] if all(place < len(title) for place in places) else None


def _titled(columns: Columns, layout: Delimited) -> Columns:
    """Return the columns with those that the title tells behind them."""
    if not layout.title:
        return columns
    header = [*columns.header, *[""] * layout.last_comma]  # the empty field behind a last comma
    told = {name: len(header) + place for place, name in enumerate(layout.title)}
    return Columns([*header, *layout.title], {**columns.index, **told})


def _with(told: Sequence[str], records: Iterator[Record | Issue]) -> Iterator[Record | Issue]:
    for record in records:
        yield record if isinstance(record, Issue) else (record[0], record[1], [*record[2], *told])


class _Reader:
    """The records of a file, each with the line that it begins on."""

    def __init__(self, lines: Lines, layout: Delimited) -> None:
        self.lines = lines
        self.records = csv.reader(
            lines, delimiter=layout.delimiter, quotechar='"', doublequote=True, strict=True
        )

    def next(self) -> list[str] | None:
        self.lines.begin_record(self.records.line_num + 1)
        try:
            return next(self.records, None)
        except csv.Error as error:
            raise _undivided(error, self.lines.begin) from error

    def rest(self) -> Iterator[tuple[int, list[str]]]:
        lines, records = self.lines, self.records
        lines.begin, lines.size = records.line_num + 1, 0
        try:
            for cells in records:
                yield lines.begin, cells
                lines.begin, lines.size = records.line_num + 1, 0
        except csv.Error as error:
            raise _undivided(error, lines.begin) from error


def _undivided(error: csv.Error, line: int) -> Exception:
    code = "limit-exceeded" if "field larger" in str(error) else "layout-mismatch"
    message = f"The row cannot be divided into fields as RFC 4180 has it ({error}). Is a quote missing?"
    return refuse(code, f"line {line}", message)


def _records(
    reader: _Reader, waiting: list[str] | None, found: Table, layout: Delimited, limits: Limits
) -> Iterator[Record | Issue]:
    number, most = 0, limits.lines
    expected = len(found.columns.header) - len(layout.title)
    expected += layout.last_comma and not layout.title
    trailers = Trailers(layout, found) if layout.trailers else None
    keeps = layout.keeps(found.columns)
    rest = reader.rest()
    if waiting is not None:
        rest = _before(reader.lines.begin, waiting, rest)
    for line, cells in rest:
        if not cells:
            continue
        if trailers is not None and (said := trailers.take(cells, line)) is not None:
            yield from said
            continue
        number += 1
        if number > most:
            message = f"The file has more than {most} rows; ask the sender for smaller ones."
            raise refuse("limit-exceeded", place_of(number, line), message)
        if len(cells) != expected or (layout.last_comma and cells[-1]):
            yield _misshapen(cells, expected, place_of(number, line), layout)
        elif keeps is None or keeps(cells):
            yield number, line, cells
        else:
            found.skipped += 1
    if trailers is not None:
        yield from trailers.end()


def _before(
    line: int, cells: list[str], rest: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    yield line, cells
    yield from rest


def _misshapen(cells: Sequence[str], expected: int, place: str, layout: Delimited) -> Issue:
    whose = "the profile" if layout.header_row in {"none", "optional"} else "the header"
    message = f"The row has {len(cells)} fields; {whose} has {expected}. Was the file cut off or edited?"
    return Issue(code="layout-mismatch", place=place, message=message)


def _csv(lines: Iterator[str], layout: Delimited) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=layout.delimiter, quotechar='"', doublequote=True, strict=True)


def _header(header: list[str], layout: Delimited) -> Columns:
    columns = _columns(header, layout)
    if layout.header_row == "required":
        twice = sorted({name for name in header if name and header.count(name) > 1})
        if twice:
            columns = f"it names twice: {', '.join(twice)}"
    if isinstance(columns, str):
        raise _no_header(header, layout, columns)
    return columns


def _no_header(header: Sequence[str], layout: Delimited, why: str) -> Exception:
    message = f"The header row is not that of {layout.name}: {why}."
    return refuse(
        "layout-mismatch", _header_place(layout), message, field="header", value=layout.delimiter.join(header)
    )


def _header_place(layout: Delimited) -> str:
    return f"line {layout.preamble + 1}"


def _is_header(first: Sequence[str], layout: Delimited) -> bool:
    """Tell whether the first row is a header rather than data."""
    if layout.header_row in {"required", "any"}:
        return True
    return layout.header_row == "optional" and _named_alike(first, layout)


def _named_alike(first: Sequence[str], layout: Delimited) -> bool:
    names = layout.header or ()
    known = [(name, *layout.aliases.get(name, ())) for name in names]
    return len(first) == len(names) and all(cell in also for cell, also in zip(first, known, strict=True))


def _columns(header: Sequence[str], layout: Delimited) -> Columns | str:
    """Return where the profile's columns stand, or why the header is not the profile's."""
    if layout.header_row != "required":
        names = layout.header or ()
        return Columns(names, {name: place for place, name in enumerate(names)})
    if layout.last_comma:
        if not header or header[-1]:
            return f"it must end in {layout.delimiter!r}"
        header = header[:-1]
    if layout.header is not None:
        if tuple(header) != layout.header:
            return f"expected {layout.delimiter.join(layout.header)}"
        return Columns(header, {name: place for place, name in enumerate(header)})
    return _required_columns([name.strip() for name in header], layout)


def _required_columns(header: Sequence[str], layout: Delimited) -> Columns | str:
    index = {}
    for column in (*(layout.columns or ()), *layout.optional):
        names = layout.aliases.get(column, (column,))
        places = [header.index(name) for name in names if name in header]
        if places:
            index[column] = places[0]
        elif column not in layout.optional:
            return f"it lacks: {' or '.join(names)}"
    unknown = [name for place, name in enumerate(header) if place not in index.values()]
    if unknown and layout.others == "refuse":
        return f"it has unknown: {', '.join(sorted(set(unknown)))}. There may be: {', '.join(layout.names)}"
    return Columns(header, index)
