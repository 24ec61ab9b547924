"""The fields of SWIFT messages: a tag at the beginning of a line, and the lines up to the next one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from localgov_ims.files.limits import refuse

END: Final = "-"
"""Stands for the tag of the line that ends a message."""

OUTSIDE: Final = ""
"""Stands for the tag of a line that belongs to no message."""

ENTRY: Final = "61"
_NARRATIVE: Final = frozenset({"86", "NS"})

MOST_LINES: Final = 1_000
"""Lines of one field; the standard allows six, and some banks write a few more."""

KNOWN: Final = frozenset(
    "20 21 25 25P 28 28C 60F 60M 61 86 62F 62M 64 65 13 13D 34F 90C 90D NS 940 942".split()
)
_SHORT: Final = {f":{tag}:": tag for tag in KNOWN if len(tag) == len("61")}
"""How nearly every field begins: looked up at once."""

_TAG: Final = re.compile(r":([0-9]{2,3}[A-Z]?|NS):", re.ASCII)
_BLOCK: Final = re.compile(r"\{[1-5]:", re.ASCII)
_TEXT: Final = "{4:"
_CONTROL: Final = "\x01\x02\x03\x1a \t"


class Field(NamedTuple):
    """One field: its tag, the line it begins on, the text behind the tag, and further lines.

    An entry (61) has the lines of the narrative behind it (86, NS) too, so that nobody has to wait for them.
    """

    tag: str
    line: int
    text: str
    more: list[str]
    narrative: list[str]


def fields(  # noqa: C901 - one loop over every line, where each call would be felt
    lines: Iterable[str], *, wrapped: bool = False
) -> Iterator[Field]:
    """Yield the fields of a file, the ends of its messages and what stands outside of them.

    Where text may be *wrapped* before what looks like a tag, one that is none is text.

    Raises:
        Refused: A field has too many lines.
    """
    current: Field | None = None
    into: list[str] = []
    for number, line in enumerate(lines, 1):
        tag, text = _SHORT.get(line[:4]), line[4:]
        if tag is None and line[:1] == ":":
            tag, text = _tagged(line, inside=wrapped and current is not None)
        if tag in _NARRATIVE and current is not None and current.tag == ENTRY:
            into = current.narrative
            if text:
                into.append(text)
        elif tag is not None:
            if current is not None:
                yield current
            into = []
            current = Field(tag, number, text, into, [])
        elif line[:1] in _MARKS and _is_mark(line):
            if line.strip(_CONTROL):
                yield from (field for field in (current, _end(line, number)) if field is not None)
                current = _after(line, number)
                into = [] if current is None else current.more
        elif current is not None:
            into.append(line)
        else:
            yield Field(OUTSIDE, number, line, [], [])
        if len(into) > MOST_LINES:
            message = f"A field has more than {MOST_LINES} lines. No bank's has: ask for the file again."
            raise refuse("limit-exceeded", f"line {number}", message)
    if current is not None:
        yield current


def _tagged(line: str, *, inside: bool) -> tuple[str | None, str]:
    """Return the tag that a line begins with and the text behind it; *inside* a field, one that is none is text."""
    found = _TAG.match(line)
    if found is None or (inside and found[1] not in KNOWN):
        return None, line
    return found[1], line[found.end() :]


_MARKS: Final = ("", "-", "{", *_CONTROL)
"""How lines begin that may be no text of a field: ends, the blocks around messages, and empty ones."""


def _is_mark(line: str) -> bool:
    if line[:1] == "-":
        return line[1:2] == "}" or not line[1:].strip(_CONTROL)
    return _BLOCK.match(line) is not None or not line.strip(_CONTROL)


def _end(line: str, number: int) -> Field | None:
    return Field(END, number, line, [], []) if line[0] == "-" else None


def _after(line: str, number: int) -> Field | None:
    """Return the field that begins in the line of a block, behind `{4:`."""
    inside = line.partition(_TEXT)[2]
    found = _TAG.match(inside)
    return None if found is None else Field(found[1], number, inside[found.end() :], [], [])
