"""Totals that others state, as CSV: a header of names in any order, then a row for each."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, BinaryIO, Final

from attrs import frozen

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.errors import InvalidValue

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of a file of totals: some hundred thousand rows."""

COLUMNS: Final = ("fund", "what", "from", "to", "amount")


@frozen(kw_only=True)
class TotalRow:
    """A row: its values by column, as they were read (`date`, `Money`, text), and the line it stands on."""

    line: int
    values: dict[str, Any]


def read_totals(stream: BinaryIO) -> Iterator[TotalRow | Issue]:
    """Yield each row, or the Issue about it: UTF-8, RFC 4180, pounds (`-412.50`), days as `YYYY-MM-DD`.

    Columns that are not asked for, and those that are missing, stop the file: a misspelt heading must not lose a column.
    """
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        yield Issue(
            code="limit-exceeded", place="file", message=f"It has more than {MOST_BYTES:,} bytes. Split it."
        )
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield Issue(
            code="encoding", place=f"byte {error.start}", message="It is not UTF-8. Save it as CSV UTF-8."
        )
        return
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        faults = _header(list(reader.fieldnames or ()))
        yield from faults or _rows(reader)
    except csv.Error as error:
        yield Issue(
            code="layout-mismatch", place=f"line {reader.line_num}", message=f"It is no CSV: {error}."
        )


def _header(found: Sequence[str]) -> list[Issue]:
    faults = [name for name in found if name not in COLUMNS]
    faults += [name for name in COLUMNS if found.count(name) != 1]
    message = f"The header must name each of these columns once, and no others: {', '.join(COLUMNS)}."
    return [Issue(code="layout-mismatch", place="line 1", field=name, message=message) for name in faults]


def _rows(reader: csv.DictReader[str]) -> Iterator[TotalRow | Issue]:
    for row in reader:
        place = f"line {reader.line_num}"
        if None in row or None in row.values():
            yield Issue(
                code="layout-mismatch",
                place=place,
                message="It has another number of fields than the header.",
            )
            continue
        values: dict[str, Any] = {}
        for name in COLUMNS:
            written = (row.get(name) or "").strip()
            read = _READ.get(name)
            try:
                values[name] = read(written) if read is not None else written
            except (InvalidValue, ValueError):
                code, what = (
                    ("bad-amount", "pounds as 12.34")
                    if name == "amount"
                    else ("bad-date", "a day as YYYY-MM-DD")
                )
                yield Issue(code=code, place=place, field=name, value=written, message=f"It must be {what}.")
        if len(values) == len(COLUMNS):
            yield TotalRow(line=reader.line_num, values=values)


_READ: Final[dict[str, Callable[[str], object]]] = {
    "amount": Money.parse, "from": date.fromisoformat, "to": date.fromisoformat,
}  # fmt: skip
