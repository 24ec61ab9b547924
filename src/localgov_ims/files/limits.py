"""Limits on what comes from outside, and how a reader stops at a fault it cannot go past."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import BinaryIO, Concatenate, ParamSpec, TypeVar

from attrs import frozen

from localgov_ims.domain.issues import Issue
from localgov_ims.files.events import Event

KIB = 1024
CHUNK = 64 * KIB

_P = ParamSpec("_P")
_Self = TypeVar("_Self")


@frozen(kw_only=True)
class Limits:
    """How much a reader takes before it refuses the file with `limit-exceeded`; every one is a setting."""

    file_bytes: int = 2 * KIB**3
    line_bytes: int = 64 * KIB
    text_bytes: int = 64 * KIB
    xml_depth: int = 64
    lines: int = 5_000_000
    details: int = 100_000
    workbook_bytes: int = 20 * KIB**2
    unpacked_bytes: int = 100 * KIB**2
    archive_bytes: int = KIB**3
    members: int = 100
    ratio: int = 100
    cells: int = 5_000_000
    empty_places: int = 500_000
    places_per_cell: int = 10


DEFAULT_LIMITS = Limits()


class Refused(Exception):
    """Raised inside a reader where it cannot go on; `ending_with_issue` turns it into the last event."""

    def __init__(self, issue: Issue) -> None:
        """Keep the Issue."""
        super().__init__(issue.message)
        self.issue = issue


def refuse(code: str, place: str, message: str, *, field: str = "", value: str = "") -> Refused:
    """Make the exception for a fault that ends the reading."""
    return Refused(Issue(code=code, place=place, field=field, value=value, message=message))


def ending_with_issue(
    read: Callable[Concatenate[_Self, _P], Iterator[Event]],
) -> Callable[Concatenate[_Self, _P], Iterator[Event]]:
    """Decorate a reader's `read`: a `Refused` raised anywhere below becomes its last event."""

    @functools.wraps(read)
    def reading(self: _Self, /, *args: _P.args, **kwargs: _P.kwargs) -> Iterator[Event]:
        try:
            yield from read(self, *args, **kwargs)
        except Refused as refused:
            yield refused.issue

    return reading


def first_bytes(stream: BinaryIO, size: int) -> bytes:
    """Return so many of the stream's bytes, fewer only where it ends before; a stream may give them in pieces."""
    head = b""
    while len(head) < size and (more := stream.read(size - len(head))):
        head += more
    return head


def chunks(stream: BinaryIO, limits: Limits) -> Iterator[bytes]:
    """Yield the stream's bytes, counted while reading.

    No chunk is longer than a text may be, so that a text over its limit never comes in one piece.

    Raises:
        Refused: The file is larger than the limit.
    """
    size, most = 0, min(CHUNK, limits.text_bytes)
    while chunk := stream.read(most):
        size += len(chunk)
        if size > limits.file_bytes:
            message = f"The file is larger than {limits.file_bytes} bytes; ask the sender for smaller ones."
            raise refuse("limit-exceeded", f"byte {limits.file_bytes}", message)
        yield chunk
