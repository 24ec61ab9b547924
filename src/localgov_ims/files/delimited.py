"""Delimited text: bytes to rows, strictly decoded, with the place of each."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, TextIO

from attrs import define, frozen

from localgov_ims.domain.issues import Issue
from localgov_ims.files.layouts import CODECS, Delimited
from localgov_ims.files.limits import Limits, chunks, refuse

HEADER_PLACE = "line 1"


@frozen
class Columns:
    """Where a profile's columns stand in one file, and what the file calls them."""

    header: Sequence[str]
    index: Mapping[str, int]

    def printed(self, column: str) -> str:
        """Return the file's own name of a profile's column."""
        return self.header[self.index[column]]


@frozen
class Row:
    """A row of the file below its header: counted from 1, with the line it begins on."""

    cells: Sequence[str]
    columns: Columns
    number: int
    line: int

    @property
    def place(self) -> str:
        """Where it stands, for Issues and records."""
        return f"row {self.number}, line {self.line}"


def begins_with_header(head: bytes, profile: Delimited) -> bool:
    """Tell whether *head*, which may end anywhere, begins with the header row of *profile*."""
    for encoding in profile.encoding:
        decoder = codecs.getincrementaldecoder(CODECS[encoding])("strict")
        try:
            header = next(_csv(io.StringIO(decoder.decode(head), newline=""), profile))
        except (UnicodeError, csv.Error, StopIteration):
            continue
        if not isinstance(_columns(header, profile), str):
            return True
    return False


def rows(stream: BinaryIO, profile: Delimited, limits: Limits) -> Iterator[Row | Issue]:
    """Yield the rows below the header; a wrong number of fields is an Issue, an empty line is no row.

    Raises:
        Refused: No encoding fits, the header does not, a limit is exceeded, or a quote goes wrong.
    """
    codec = _codec(stream, profile, limits)
    text = io.TextIOWrapper(io.BufferedReader(_Borrowed(stream)), codec, "strict", newline="")
    lines = _Lines(text, limits.line_bytes)
    records = _csv(lines, profile)
    columns = _header(records, lines, profile)
    number = 0
    while (cells := _next(records, lines)) is not None:
        if not cells:
            continue
        number += 1
        if number > limits.lines:
            message = f"The file has more than {limits.lines} rows; ask the sender for smaller ones."
            raise refuse("limit-exceeded", f"row {number}, line {lines.begin}", message)
        row = Row(cells, columns, number, lines.begin)
        yield _whole(row, profile)


def _codec(stream: BinaryIO, profile: Delimited, limits: Limits) -> str:
    """Return the first of the profile's encodings that fits every byte; the stream is left at its start."""
    fault = None
    for encoding in profile.encoding:
        stream.seek(0)
        fault = _misfit(stream, CODECS[encoding], limits)
        if fault is None:
            stream.seek(0)
            return CODECS[encoding]
    at, why = fault or (0, "")
    message = f"The bytes are not {' or '.join(profile.encoding)} ({why}). Fetch the file again, unedited."
    raise refuse("encoding", f"byte {at}", message)


def _misfit(stream: BinaryIO, codec: str, limits: Limits) -> tuple[int, str] | None:
    """Return the first byte that *codec* does not know, and why; no text holds a zero byte."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    done, chunk = 0, b""
    try:
        for chunk in chunks(stream, limits):
            decoder.decode(chunk)
            if 0 in chunk:
                return done + chunk.index(0), "a zero byte"
            done += len(chunk)
        chunk = b""
        decoder.decode(chunk, final=True)
    except UnicodeDecodeError as error:
        # the decoder's own object may begin with bytes held back from the chunk before
        return done + len(chunk) - len(error.object) + error.start, error.reason
    return None


class _Borrowed(io.RawIOBase):
    """The stream as `TextIOWrapper` wants it: closing the wrapper leaves the stream open."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:  # noqa: ANN401 - any writable buffer
        part = self._stream.read(len(into))
        into[: len(part)] = part
        return len(part)


@define
class _Lines:
    """Physical lines with their ends (CRLF, LF or CR), watched: a record may span some, within the limit."""

    text: TextIO
    limit: int
    begin: int = 1
    read: int = 0
    size: int = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.text.readline(self.limit + 1)
        if not line:
            raise StopIteration
        self.read += 1
        self.size += len(line) if line.isascii() else len(line.encode())
        if self.size > self.limit:
            message = f"A row is longer than {self.limit} bytes; a quote may be missing."
            raise refuse("limit-exceeded", f"line {self.begin}", message)
        return line

    def start_record(self) -> None:
        self.begin, self.size = self.read + 1, 0


def _csv(lines: Iterator[str], profile: Delimited) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=profile.delimiter, quotechar='"', doublequote=True, strict=True)


def _next(records: Iterator[list[str]], lines: _Lines) -> list[str] | None:
    lines.start_record()
    try:
        return next(records, None)
    except csv.Error as error:
        code = "limit-exceeded" if "field larger" in str(error) else "layout-mismatch"
        message = f"The row cannot be divided into fields ({error}). Is a quote missing?"
        raise refuse(code, f"line {lines.begin}", message) from error


def _header(records: Iterator[list[str]], lines: _Lines, profile: Delimited) -> Columns:
    header = _next(records, lines)
    if header is None:
        raise refuse("truncated", "byte 0", "The file is empty. Ask the sender for it again.")
    columns = _columns(header, profile)
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        columns = f"the name {twice[0]!r} stands twice"
    if isinstance(columns, str):
        message = f"The header row is not that of {profile.name}: {columns}."
        raise refuse(
            "layout-mismatch", HEADER_PLACE, message, field="header", value=profile.delimiter.join(header)
        )
    return columns


def _columns(header: list[str], profile: Delimited) -> Columns | str:
    """Return where the profile's columns stand, or why the header is not the profile's."""
    if profile.last_comma:
        if not header or header[-1]:
            return f"it must end in {profile.delimiter!r}"
        header = header[:-1]
    if profile.header is not None:
        if tuple(header) != profile.header:
            return f"expected {profile.delimiter.join(profile.header)}"
        return Columns(header, {name: place for place, name in enumerate(header)})
    index = {}
    for column in profile.columns or ():
        places = [header.index(name) for name in profile.aliases.get(column, (column,)) if name in header]
        if not places:
            return f"there is no column {' or '.join(profile.aliases.get(column, (column,)))}"
        index[column] = places[0]
    return Columns(header, index)


def _whole(row: Row, profile: Delimited) -> Row | Issue:
    expected = len(row.columns.header) + profile.last_comma
    if len(row.cells) != expected or (profile.last_comma and row.cells[-1]):
        message = (
            f"The row has {len(row.cells)} fields; the header has {expected}. Was the file cut off or edited?"
        )
        return Issue(code="layout-mismatch", place=row.place, message=message)
    return row
