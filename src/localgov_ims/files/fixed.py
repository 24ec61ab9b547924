"""Fixed records: bytes to rows, each field cut out of its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from localgov_ims.domain.issues import Issue
from localgov_ims.files.layouts import Fixed
from localgov_ims.files.limits import Limits, refuse
from localgov_ims.files.lines import Lines, decoded_head, lines_of
from localgov_ims.files.tables import Columns, Record, Table, place_of
from localgov_ims.files.trailers import Trailers

_ENDS = "\r\n\x1a"  # Ctrl-Z closed a file on the systems that some of these come from


def table(stream: BinaryIO, layout: Fixed, limits: Limits) -> Table:
    """Return the data records; one that is too short or too long is an Issue, a blank line is no record.

    Raises:
        Refused: No encoding fits, or a limit is exceeded; also while the records are read.
    """
    lines = lines_of(stream, layout.encoding, limits)
    found = Table(columns_of(layout), iter(()))
    found.records = _records(lines, found, layout, limits)
    return found


def columns_of(layout: Fixed) -> Columns:
    """Return the layout's columns, in their order."""
    names = layout.names
    return Columns(names, {name: place for place, name in enumerate(names)})


def cells_of(record: str, layout: Fixed) -> list[str] | str:
    """Return the fields of a data record, or why it is none."""
    size = layout.size
    if len(record) < size:
        if not layout.pad_short_records:
            return f"The record has {len(record)} characters, not {size}. Blanks at its end may have been lost on the way."
        record = record.ljust(size)
    elif record[size:].strip():
        return f"The record has {len(record.rstrip())} characters; {size} are laid out."
    return [span.text(record) for span in layout.columns.values()]


def head_records(head: bytes, layout: Fixed) -> Iterator[str]:
    """Yield the whole records of a file that begins with *head*, without those that are passed over."""
    for text in decoded_head(head, layout.encoding):
        lines = text.splitlines()
        whole = lines if text.endswith(("\r", "\n")) or len(lines) == 1 else lines[:-1]
        yield from (line for line in whole if line.strip(_ENDS + " ") and not _ignored(line, layout))
        return


def _records(lines: Lines, found: Table, layout: Fixed, limits: Limits) -> Iterator[Record | Issue]:
    number = 0
    trailers = Trailers(layout, found) if layout.trailers else None
    keeps = layout.keeps(found.columns)
    for line, text in enumerate(lines, 1):
        lines.begin_record(line + 1)
        record = text.rstrip(_ENDS)
        if not record.strip() or _ignored(record, layout):
            continue
        if trailers is not None and (said := trailers.take(record, line)) is not None:
            yield from said
            continue
        number += 1
        if number > limits.lines:
            message = f"The file has more than {limits.lines} records; ask the sender for smaller ones."
            raise refuse("limit-exceeded", place_of(number, line), message)
        cells = cells_of(record, layout)
        if layout.data is not None and not layout.data.on(record):
            message = f"The record is none that the profile knows: it does not bear {layout.data.literal!r}."
            yield Issue(code="layout-mismatch", place=place_of(number, line), value=record, message=message)
        elif isinstance(cells, str):
            yield Issue(code="bad-field", place=place_of(number, line), value=record, message=cells)
        elif keeps is None or keeps(cells):
            yield number, line, cells
        else:
            found.skipped += 1
    if trailers is not None:
        yield from trailers.end()


def _ignored(record: str, layout: Fixed) -> bool:
    return any(spot.on(record) for spot in layout.ignore)
