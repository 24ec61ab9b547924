"""The fields of SWIFT messages: a tag at the beginning of a line, and the lines up to the next one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

END: Final = "-"
"""Stands for the tag of the line that ends a message."""

OUTSIDE: Final = ""
"""Stands for the tag of a line that belongs to no message."""

KNOWN: Final = frozenset(
    "20 21 25 25P 28 28C 60F 60M 61 86 62F 62M 64 65 13 13D 34F 90C 90D NS 940 942".split()
)
_TAG: Final = re.compile(r":([0-9]{2,3}[A-Z]?|NS):", re.ASCII)
_BLOCK: Final = re.compile(r"\{[1-5]:", re.ASCII)
_TEXT: Final = "{4:"
_CONTROL: Final = "\x01\x02\x03\x1a \t"


class Field(NamedTuple):
    """One field: its tag, the line it begins on, the text behind the tag, and further lines."""

    tag: str
    line: int
    text: str
    more: list[str]


def fields(lines: Iterable[str], *, wrapped: bool = False) -> Iterator[Field]:
    """Yield the fields of a file, the ends of its messages and what stands outside of them.

    Where text may be *wrapped* before what looks like a tag, one that is none is text.
    """
    current: Field | None = None
    for number, line in enumerate(lines, 1):
        tagged = line[:1] == ":"
        found = _TAG.match(line) if tagged else None
        if found is not None and not (wrapped and current is not None and found[1] not in KNOWN):
            if current is not None:
                yield current
            current = Field(found[1], number, line[found.end() :], [])
        elif not tagged and line[:1] in _MARKS and _is_mark(line):
            if line.strip(_CONTROL):
                yield from (field for field in (current, _end(line, number)) if field is not None)
                current = _after(line, number)
        elif current is not None:
            current.more.append(line)
        else:
            yield Field(OUTSIDE, number, line, [])
    if current is not None:
        yield current


_MARKS: Final = ("", "-", "{", *_CONTROL)
"""How lines begin that may be no text of a field: ends, the blocks around messages, and empty ones."""


def _is_mark(line: str) -> bool:
    if line[:1] == "-":
        return line[1:2] == "}" or not line[1:].strip(_CONTROL)
    return _BLOCK.match(line) is not None or not line.strip(_CONTROL)


def _end(line: str, number: int) -> Field | None:
    return Field(END, number, line, []) if line[0] == "-" else None


def _after(line: str, number: int) -> Field | None:
    """Return the field that begins in the line of a block, behind `{4:`."""
    inside = line.partition(_TEXT)[2]
    found = _TAG.match(inside)
    return None if found is None else Field(found[1], number, inside[found.end() :], [])
