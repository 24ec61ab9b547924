"""From lines to records: a record begins with its code, and `88` lines continue the one before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from localgov_ims.files.limits import refuse

CONTINUED: Final = "88"
_ENTRY: Final = "16,"
_MOST_CONTINUED: Final = 1024 * 1024
"""The continuations of a record hold no more characters than this."""


class Record(NamedTuple):
    """A record: the line it begins on, its code, its first line after the code, and what `88` lines add to it."""

    line: int
    code: str
    body: str
    more: Sequence[str]

    @property
    def place(self) -> str:
        """Where it begins."""
        return f"line {self.line}"

    @property
    def lines(self) -> int:
        """How many physical records it counts as in the trailers."""
        return 1 + len(self.more)

    def fields(self) -> list[str]:
        """Return the fields of a record without text; a slash ends each of its lines."""
        return [text for part in (self.body, *self.more) for text in ended(part, self.line).split(",")]


def records(lines: Iterable[str]) -> Iterator[tuple[int, str, str, Sequence[str]]]:
    """Yield the fields of each `Record` of a file's lines; blank lines count for nothing.

    They are bare, for a file has as many records as entries, and a plain tuple is made in a third of the time.

    Raises:
        Refused: A line is no record, or a continuation has nothing to continue.
    """
    at, code, body, held = 0, "", "", 0
    more: list[str] = []
    for number, line in enumerate(lines, 1):
        begin = line[:3]
        if begin == _ENTRY and at:  # what nearly every line is
            yield at, code, body, more
            at, code, body = number, "16", line[3:]
            if more:
                more, held = [], 0
        elif begin[2:] != "," or not begin[:2].isdigit():
            if line.strip(" \t\x1a"):
                message = "A line begins with the two digits of its record and a comma, such as 16, here."
                raise refuse("layout-mismatch", f"line {number}", message, field="record", value=line)
        elif begin[:2] == CONTINUED:
            held += len(line)
            more.append(line[3:])
            _check(number, at, held)
        else:
            if at:
                yield at, code, body, more
            at, code, body = number, begin[:2], line[3:]
            if more:
                more, held = [], 0
    if at:
        yield at, code, body, more


def _check(number: int, at: int, held: int) -> None:
    if not at:
        raise refuse("layout-mismatch", f"line {number}", "A record 88 has nothing to continue.")
    if held > _MOST_CONTINUED:
        message = "A record with its continuations is longer than 1 MiB; the file may be damaged."
        raise refuse("limit-exceeded", f"line {at}", message)


def ended(text: str, line: int) -> str:
    """Return a record's line without the slash that ends it.

    Raises:
        Refused: There is more after the slash: several records on one line.
    """
    bare = text.rstrip(" ")
    bare = bare.removesuffix("/")
    if "/" in bare:
        message = (
            "Something follows the slash that ends this record. Each record stands on a line of its own."
        )
        raise refuse("layout-mismatch", f"line {line}", message, value=text)
    return bare
