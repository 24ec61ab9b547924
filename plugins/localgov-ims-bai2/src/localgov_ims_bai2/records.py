"""From lines to records: a record begins with its code, and `88` lines continue the one before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from localgov_ims.files.limits import refuse

CONTINUED: Final = "88"
_MOST_CONTINUED: Final = 1024 * 1024
"""A record with its continuations holds no more characters than this."""


class Record(NamedTuple):
    """A record: the line it begins on, its code, its first line after the code, and what `88` lines add to it."""

    line: int
    code: str
    body: str
    more: list[str]

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


def records(lines: Iterable[str]) -> Iterator[Record]:
    """Yield the records of a file's lines; blank lines count for nothing.

    Raises:
        Refused: A line is no record, or a continuation has nothing to continue.
    """
    current: Record | None = None
    held = 0
    for number, line in enumerate(lines, 1):
        code = line[:2]
        if line[2:3] != "," or not code.isdigit():
            if line.strip(" \t\x1a"):
                message = "A line begins with the two digits of its record and a comma, such as 16, here."
                raise refuse("layout-mismatch", f"line {number}", message, field="record", value=line)
            continue
        if code != CONTINUED:
            if current is not None:
                yield current
            current, held = Record(number, code, line[3:], []), len(line)
            continue
        if current is None:
            raise refuse("layout-mismatch", f"line {number}", "A record 88 has nothing to continue.")
        held += len(line)
        if held > _MOST_CONTINUED:
            message = "A record with its continuations is longer than 1 MiB; the file may be damaged."
            raise refuse("limit-exceeded", current.place, message)
        current.more.append(line[3:])
    if current is not None:
        yield current


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
