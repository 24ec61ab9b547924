"""Account holders as CSV: a header of field names in any order, then a row for each account."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final, TextIO

from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.issues import Issue
from localgov_ims.files.holder_fields import FIELDS, KEY, HolderRow, fields_of
from localgov_ims.files.limits import DEFAULT_LIMITS, Limits, Refused, refuse

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r]")
_AMOUNTS: Final = frozenset({"balance", "period_debit", "period_credit"})


def read_rows(stream: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Iterator[HolderRow | Issue]:
    """Yield each row as the file says it, or the Issue about it; the stream is left open.

    UTF-8, with or without a byte-order mark; RFC 4180. A cell that is blank clears its field; a column that is not
    there leaves it. The `'` that `write_rows` puts before what a spreadsheet would take for a formula is taken off.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        yield from _rows(text, limits)
    except Refused as refused:
        yield refused.issue
    finally:
        text.detach()


def write_rows(holders: Iterable[AccountHolder], out: TextIO) -> int:
    """Write *holders* with every field, and return how many there were; `read_rows` gives back the same."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(FIELDS)
    count = 0
    for holder in holders:
        known = fields_of(holder)
        writer.writerow([_guarded(name, str(known.get(name, ""))) for name in FIELDS])
        count += 1
    return count


def _rows(text: TextIO, limits: Limits) -> Iterator[HolderRow | Issue]:
    reader = csv.reader(text, strict=True)
    header, place = None, "line 1"
    try:
        for count, cells in enumerate(reader):
            if header is None:
                header = _header(cells)
            elif count > limits.lines:
                message = f"The file has more than {limits.lines:,} rows; ask the sender for smaller ones."
                raise refuse("limit-exceeded", place, message)
            elif cells and len(cells) != len(header):
                message = f"The row has {len(cells)} fields, the header {len(header)}. Take the file as it was made."
                yield Issue(code="layout-mismatch", place=place, message=message)
            elif cells:
                yield HolderRow(place=place, fields=dict(zip(header, map(_cell, cells), strict=True)))
            place = f"line {reader.line_num + 1}"
    except csv.Error as error:
        message = f"This is not CSV as RFC 4180 has it: {error}."
        raise refuse("layout-mismatch", place, message) from error
    except UnicodeDecodeError as error:
        message = "The file is not UTF-8 from here on. Save it as `CSV UTF-8`."
        raise refuse("encoding", place, message) from error
    if header is None:
        raise refuse("truncated", "line 1", "The file is empty. Its first line must name the fields.")


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    missing = [name for name in KEY if name not in names]
    unknown = sorted(set(names) - set(FIELDS))
    twice = sorted({name for name in names if names.count(name) > 1})
    for what, found in (("lacks", missing), ("has unknown", unknown), ("names twice", twice)):
        if found:
            message = f"The header {what}: {', '.join(found)}. There are: {', '.join(FIELDS)}."
            raise refuse("layout-mismatch", "line 1", message, field="header", value=", ".join(found))
    return names


def _cell(cell: str) -> str | None:
    text = cell.strip()
    return (text[1:] if _GUARDED.match(text) else text) or None


def _guarded(name: str, text: str) -> str:
    return f"'{text}" if name not in _AMOUNTS and _FORMULA.match(text) else text
