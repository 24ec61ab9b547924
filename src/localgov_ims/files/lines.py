"""Lines of a text file: strictly decoded, counted, and none longer than the limit."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from attrs import define

from localgov_ims.files.limits import Limits, chunks, refuse

CODECS: Mapping[str, str] = {
    "ascii": "ascii",
    "cp1252": "cp1252",
    "iso-8859-1": "iso-8859-1",
    "utf-8": "utf-8-sig",  # a byte-order mark is dropped under either name
    "utf-8-sig": "utf-8-sig",
}
"""The encodings a profile may name, and the codec that reads each."""


_BLOCK = 16 * 1024


def decoded_head(head: bytes, encoding: Sequence[str]) -> Iterator[str]:
    """Yield *head*, which may end anywhere, in each of the encodings that fit it."""
    for name in encoding:
        decoder = codecs.getincrementaldecoder(CODECS[name])("strict")
        try:
            yield decoder.decode(head)
        except UnicodeError:
            continue


@define
class Lines:
    """Physical lines with their ends (CRLF, LF or CR); a record may span some, if they come to no more than the limit.

    Whoever takes a record says so by `begin_record`. Lines are watched one by one only where there are quotes or
    letters beyond ASCII: elsewhere a line is a record, and none is longer than the block it was read in.
    """

    text: io.TextIOWrapper
    limit: int
    begin: int = 1
    size: int = 0

    def begin_record(self, line: int) -> None:
        """Take note that a record begins on *line*."""
        self.begin, self.size = line, 0

    def __iter__(self) -> Iterator[str]:
        """Yield the lines."""
        tail, inside = "", False
        while block := self.text.read(min(_BLOCK, self.limit)):
            whole, tail = _divided(tail + block)
            quotes = whole.count('"')
            plain = not inside and not quotes and whole.isascii()
            inside ^= quotes % 2 == 1
            lines = io.StringIO(whole, newline="")
            # the first line may have begun in the block before
            yield from self._watched([lines.readline()]) if whole else ()
            yield from lines if plain else self._watched(lines)
            if len(tail) > self.limit:
                raise self._too_long()
        if tail:
            yield from self._watched(io.StringIO(tail, newline=""))

    def _watched(self, lines: Iterator[str] | Sequence[str]) -> Iterator[str]:
        for line in lines:
            self.size += len(line) if line.isascii() else len(line.encode())
            if self.size > self.limit:
                raise self._too_long()
            yield line

    def _too_long(self) -> Exception:
        message = f"A row is longer than {self.limit} bytes; a quote may be missing."
        return refuse("limit-exceeded", f"line {self.begin}", message)


def _divided(text: str) -> tuple[str, str]:
    """Return the whole lines of *text*, and what follows them; a CR at the end may be half of a CRLF."""
    end = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
    return text[:end], text[end:]


def lines_of(stream: BinaryIO, encoding: Sequence[str], limits: Limits) -> Lines:
    """Return the lines of *stream* in the first of the encodings that fits every byte.

    Raises:
        Refused: No encoding fits, or the file is larger than the limit.
    """
    codec = CODECS[_fitting(stream, encoding, limits)]
    text = io.TextIOWrapper(io.BufferedReader(_Borrowed(stream)), codec, "strict", newline="")
    return Lines(text, limits.line_bytes)


def plain_text(stream: BinaryIO, encoding: Sequence[str], limits: Limits) -> tuple[str, Iterator[str]]:
    """Return the first of the encodings that fits every byte, and the text by blocks, every line end a line feed.

    Raises:
        Refused: No encoding fits, or the file is larger than the limit.
    """
    fitting = _fitting(stream, encoding, limits)
    raw = io.BufferedReader(_Borrowed(stream))
    text = io.TextIOWrapper(raw, CODECS[fitting], "strict", newline=None)
    return fitting, iter(lambda: text.read(_BLOCK), "")


def plain_lines(stream: BinaryIO, encoding: Sequence[str], limits: Limits) -> Iterator[str]:
    """Yield the lines of *stream*, without their ends (CRLF, LF or CR), for formats in which a quote means nothing.

    Raises:
        Refused: No encoding fits every byte, the file is larger than the limit, or a line is longer.
    """
    tail, done = "", 0
    for block in plain_text(stream, encoding, limits)[1]:
        *whole, tail = (tail + block).split("\n")
        if max(map(len, (*whole, tail))) > limits.line_bytes:
            number = next(
                n for n, line in enumerate((*whole, tail), done + 1) if len(line) > limits.line_bytes
            )
            message = f"The line is longer than {limits.line_bytes} characters; line ends may have been lost."
            raise refuse("limit-exceeded", f"line {number}", message)
        done += len(whole)
        yield from whole
    if tail:
        yield tail


def _fitting(stream: BinaryIO, encoding: Sequence[str], limits: Limits) -> str:
    """Return the first of the encodings that fits every byte; the stream is left at its start."""
    fault = None
    for name in encoding:
        stream.seek(0)
        fault = _misfit(stream, CODECS[name], limits)
        if fault is None:
            stream.seek(0)
            return name
    at, why = fault or (0, "")
    named = " or ".join(name.upper() for name in encoding)
    message = f"The bytes are not {named} ({why}). Fetch the file again, unedited."
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
