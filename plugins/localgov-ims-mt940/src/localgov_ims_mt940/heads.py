"""The head of a message, and telling from a file's first bytes which message it holds."""

from __future__ import annotations

import re
from typing import Final

from attrs import define

_FIELD: Final = re.compile(rb"^(?:\{4:)?:(?:20|25P?|28C?|6[02][FM]|61|86):", re.MULTILINE)
_BALANCE: Final = re.compile(rb"^:60[FM]:", re.MULTILINE)
_REPORT: Final = re.compile(rb"^:(?:34F|13D|90[CD]|942):|\{2:[IO]942", re.MULTILINE)


@define
class Head:
    """What stands at the beginning of a message, so far as it was read."""

    line: int
    reference: str = ""
    account: str = ""
    number: str = ""
    page: int = 1
    moment: str = ""
    currency: str = ""
    began: bool = False

    @property
    def place(self) -> str:
        """Where the message begins."""
        return f"line {self.line}"


def has_fields(head: bytes) -> bool:
    """Tell whether a file with *head* holds fields of a statement or a report at all."""
    return _FIELD.search(head.replace(b"\r", b"\n")) is not None


def is_report(head: bytes) -> bool:
    """Tell whether what *head* begins is a report during the day (MT942): it has no opening balance."""
    lines = head.replace(b"\r", b"\n")
    return _REPORT.search(lines) is not None and _BALANCE.search(lines) is None
