"""One scanner for both kinds of OFX: tags with the text that follows them, whether a tag is closed or not."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Final

from localgov_ims.files.limits import Limits, refuse

_DATA: Final = re.compile(r"<!\[CDATA\[((?:[^\]]|\](?!\]>))*)\]\]>")
_TAG: Final = re.compile(
    r"<(?:(/?)([A-Za-z][A-Za-z0-9._]*)(?:\s[^<>]*)?/?|[?][^<>]*[?]|!--(?:[^>]|(?<!--)>)*--)>"
    rf"([^<]*(?:{_DATA.pattern}[^<]*)*)"
)
_ENTITY: Final = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#[0-9]{1,6}|#x[0-9A-Fa-f]{1,5});")
_SPACE: Final = " \t\n"

_BEGIN, _END = "<STMTTRN>", "</STMTTRN>"
_LEAF: Final = re.compile(r"<([A-Z][A-Z0-9._]*)>([^<]*)(?:</\1>)?")

AGGREGATES: Final = frozenset(
    """
    OFX SIGNONMSGSRSV1 SONRS STATUS BANKMSGSRSV1 CREDITCARDMSGSRSV1 STMTTRNRS CCSTMTTRNRS STMTRS CCSTMTRS BANKACCTFROM
    CCACCTFROM BANKTRANLIST BANKTRANLISTP STMTTRN STMTTRNP PAYEE BANKACCTTO CCACCTTO CURRENCY ORIGCURRENCY LEDGERBAL
    AVAILBAL BALLIST BAL IMAGEDATA
""".split()
)
"""Elements that hold others and are always closed; any other is a leaf."""

Leaves = dict[str, str]
"""An entry that holds nothing but leaves: the texts by the names."""

Tag = tuple[str, str, str]
"""`/` for a closing tag, else empty; the name in capitals; the text up to the next tag, without blanks around it."""


def tags(blocks: Iterable[str], limits: Limits) -> Iterator[Tag | Leaves]:
    """Yield the tags of a text that comes in blocks, plain entries whole; what stands before the first is passed over.

    Raises:
        Refused: A `<` begins no tag, there is a DOCTYPE, or one tag with its text is longer than the limit.
    """
    rest, lines, start = "", 1, -1
    for block in blocks:
        rest += block
        if start < 0:
            start = rest.find("<")
        end = _last(rest)
        if end > 0:
            yield from _scan(rest, start, end, lines, limits)
            lines += rest.count("\n", 0, end)
            rest, start = rest[end:], 0
        elif len(rest) > limits.text_bytes:
            raise _too_long(lines, limits)
    if start >= 0:
        yield from _scan(rest, start, len(rest), lines, limits)


def _last(text: str) -> int:
    """Return where the last tag begins; one whose CDATA is not at its end begins before that."""
    end, data = text.rfind("<"), text.rfind("<![CDATA[")
    if data >= 0 and not data < text.find("]]>", data) < end:
        return text.rfind("<", 0, data)
    return end


def _scan(text: str, start: int, end: int, lines: int, limits: Limits) -> Iterator[Tag | Leaves]:
    while start < end:
        if text.startswith(_BEGIN, start):
            inner, close = start + len(_BEGIN), text.find(_END, start, end)
            if 0 <= close - inner <= limits.text_bytes and (leaves := _leaves(text[inner:close])) is not None:
                yield leaves
                start = text.find("<", close + len(_END), end)
                start = end if start < 0 else start
                continue
        found = _TAG.match(text, start, end)
        if found is None:
            raise _unread(text[start:end], lines + text.count("\n", 0, start))
        if found.end() - start > limits.text_bytes:
            raise _too_long(lines + text.count("\n", 0, start), limits)
        start = found.end()
        close_, name, value, data = found.groups()
        if name is not None:
            if data is not None:  # what stands in it is text, an ampersand too
                value = _DATA.sub(lambda part: part.group(1).replace("&", "&amp;"), value)
            yield close_, name.upper(), value.strip(_SPACE)


def _leaves(inner: str) -> Leaves | None:
    """Return an entry's leaves, or none where there is more than leaves in it: then its tags are read one by one."""
    pairs = _LEAF.findall(inner)
    leaves = {name: value.strip(_SPACE) for name, value in pairs}
    plain = inner.count("<") in {len(pairs), 2 * len(pairs)} and len(leaves) == len(pairs)
    return leaves if plain and AGGREGATES.isdisjoint(leaves) else None


def _too_long(line: int, limits: Limits) -> Exception:
    message = f"A tag with its text is longer than {limits.text_bytes} characters. No bank file needs that."
    return refuse("limit-exceeded", f"line {line}", message)


def _unread(text: str, line: int) -> Exception:
    if text[:9].upper() == "<!DOCTYPE":
        message = (
            "The file has a DOCTYPE, which no bank file needs and which can be used to attack the reader."
        )
        return refuse("doctype", f"line {line}", message)
    message = (
        "This is no OFX: every < begins a tag. The file may have been cut off or altered: fetch it again."
    )
    return refuse("not-well-formed", f"line {line}", message, value=text[:80])


def plain(text: str) -> str:
    """Return a text with the entities of OFX and of XML as the characters they stand for; any other & is itself."""
    return _ENTITY.sub(lambda found: html.unescape(found.group()), text) if "&" in text else text
