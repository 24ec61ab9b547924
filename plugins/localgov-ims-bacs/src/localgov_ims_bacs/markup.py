"""XML of Bacs, element by element: what begins, what ends, where it stands; nothing is kept but the way down to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final, Protocol

from localgov_ims.files.events import Event
from localgov_ims.files.limits import Limits, Refused, refuse
from localgov_ims.files.xml import local_name, new_parser, parse

_ROOT: Final = re.compile(rb"<(?:[\w.-]+:)?(BACSDocument|VocaDocument)\b")
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE\s+(?:[\w.-]+:)?(BACSDocument|VocaDocument)\b")


class Report(Protocol):
    """What a kind of report does with its elements; paths are local names with strokes between."""

    def begin(self, path: str, attributes: Mapping[str, str], place: str) -> Iterator[Event]:
        """Take the beginning of an element."""
        ...

    def end(self, path: str, text: str, place: str) -> Iterator[Event]:
        """Take the end of an element, with the text that stands in it alone."""
        ...

    def finish(self) -> Iterator[Event]:
        """Take the end of the file."""
        ...


def root_of(head: bytes) -> str | None:
    """Return the root of a file that begins with *head*, where it is one of Bacs'; behind a DOCTYPE, too.

    Such a file is taken on so that it is refused by its name.
    """
    plain = head.replace(b"\0", b"")  # of UTF-16
    found = _ROOT.search(plain) or _DOCTYPE.search(plain)
    return found.group(1).decode() if found is not None else None


def walked(stream: BinaryIO, report: Report, limits: Limits) -> Iterator[Event]:
    """Yield what *report* makes of the elements of *stream*.

    Raises:
        Refused: It is not well-formed, or exceeds a limit.
    """
    events: list[Event] = []
    walk = _Walk(report, limits, events)
    yield from parse(walk.parser, stream, limits, events, walk.texts)
    yield from report.finish()


class _Walk:
    """Expat's handlers, and the path to where they are."""

    def __init__(self, report: Report, limits: Limits, events: list[Event]) -> None:
        self.report, self.limits, self.events = report, limits, events
        self.path: list[str] = []
        self.texts: list[str] = []
        self.parser = new_parser()
        self.parser.CharacterDataHandler = self.texts.append
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(local_name(name))
        self.texts.clear()
        if len(self.path) > self.limits.xml_depth:
            raise self._exceeded(f"Elements are nested more than {self.limits.xml_depth} deep")
        if any(len(value) > self.limits.text_bytes for value in attributes.values()):
            raise self._exceeded(f"One attribute is longer than {self.limits.text_bytes} bytes")
        path = "/".join(self.path)
        self.events += self.report.begin(path, attributes, self._place())

    def end(self, _: str) -> None:
        text = "".join(self.texts)
        self.texts.clear()
        path = "/".join(self.path)
        self.path.pop()
        self.events += self.report.end(path, text, self._place())

    def _place(self) -> str:
        return f"line {self.parser.CurrentLineNumber}, column {self.parser.CurrentColumnNumber + 1}"

    def _exceeded(self, what: str) -> Refused:
        return refuse("limit-exceeded", self._place(), f"{what}. No report needs that: ask the sender.")
