"""Texts that the cells of a workbook share: kept once in the file, laid out once for each cell by a reader.

A text of some length and many small cells that refer to it unpack to far more than the file's parts do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from xml.parsers import expat

from localgov_ims.files.limits import CHUNK, Limits, refuse
from localgov_ims.files.xml import new_parser

_PLACE: Final = "the workbook"
_TABLE: Final = re.compile(rb"<(?:[^<>\s:/]+:)?si[\s/>]")
_FREE: Final = 16 * 1024**2
_PER_BYTE: Final = 10
_LEAST: Final = len('<c t="s">')
_DIGITS: Final = 9


def check_texts(parts: Iterable[bytes], limits: Limits) -> None:
    """Refuse a workbook whose cells would come to far more text than its sheets have bytes.

    Raises:
        Refused: They would, or a part is no XML.
    """
    kept = list(parts)
    lengths = list[int]()
    for part in kept:
        if _TABLE.search(part):
            found = _lengths(part)
            lengths = [
                max(pair) for pair in zip(_filled(lengths, found), _filled(found, lengths), strict=True)
            ]
    longest = max(lengths, default=0)
    for part in kept:
        if b"sheetData" not in part:
            continue
        most = min(limits.unpacked_bytes, max(_FREE, _PER_BYTE * len(part)))
        if longest * (len(part) // _LEAST) > most and _laid_out(part, lengths, most) > most:
            message = "The cells of a sheet repeat long texts to more than a sheet may hold. Ask the sender for a smaller, plain one."
            raise refuse("limit-exceeded", _PLACE, message)


def _filled(lengths: list[int], other: list[int]) -> list[int]:
    return lengths + [0] * max(0, len(other) - len(lengths))


def _lengths(part: bytes) -> list[int]:
    """Return how long each text of a table of shared texts is."""
    found = list[int]()

    def started(name: str, _: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            found.append(0)

    def said(text: str) -> None:
        if found:
            found[-1] += len(text)

    _parsed(part, started, said)
    return found


def _laid_out(part: bytes, lengths: list[int], most: int) -> int:
    """Return how much text the cells of a sheet refer to, as far as it is not too much."""
    shares, inside, number, total = False, False, list[str](), 0

    def started(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal shares, inside
        kind = name.rpartition(":")[2]
        if kind == "c":
            shares = attributes.get("t") == "s"
        elif kind == "v":
            inside = shares and total <= most
        elif inside:
            number.append("?")  # readers differ about what is nested here

    def said(text: str) -> None:
        if inside:
            number.append(text)

    def ended(name: str) -> None:
        nonlocal inside, total
        if inside and name.rpartition(":")[2] == "v":
            at = "".join(number).strip()
            known = at.isascii() and at.isdigit() and len(at) <= _DIGITS and int(at) < len(lengths)
            total += lengths[int(at)] if known else max(lengths)
            number.clear()
            inside = False

    _parsed(part, started, said, ended)
    return total


def _parsed(
    part: bytes, started: Callable[[str, Mapping[str, str]], None], said: Callable[[str], None],
    ended: Callable[[str], None] | None = None,
) -> None:  # fmt: skip
    parser = new_parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = started, ended, said
    try:
        for at in range(0, len(part), CHUNK):
            parser.Parse(part[at : at + CHUNK], False)  # noqa: FBT003 - expat takes no keyword
        parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        message = "A part of the workbook is damaged. Fetch it again, unedited."
        raise refuse("not-well-formed", _PLACE, message) from error
