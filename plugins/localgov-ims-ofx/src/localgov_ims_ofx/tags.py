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

Tag = tuple[str, str, str]
"""`/` for a closing tag, else empty; the name in capitals; the text up to the next tag, without blanks around it."""


def tags(blocks: Iterable[str], limits: Limits) -> Iterator[Tag]:
    """Yield the tags of a text that comes in blocks; what stands before the first is passed over.

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


def _scan(text: str, start: int, end: int, lines: int, limits: Limits) -> Iterator[Tag]:
    for found in _TAG.finditer(text, start, end):
        if found.start() != start:
            break
        start = found.end()
        if start - found.start() > limits.text_bytes:
            raise _too_long(lines + text.count("\n", 0, found.start()), limits)
        close, name, value, data = found.groups()
        if name is not None:
            if data is not None:  # what stands in it is text, an ampersand too
                value = _DATA.sub(lambda part: part.group(1).replace("&", "&amp;"), value)
            yield close, name.upper(), value.strip(_SPACE)
    if start < end:
        raise _unread(text[start:end], lines + text.count("\n", 0, start))


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
