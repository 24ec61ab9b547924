"""Writing TOML: tables of texts, days, flags and whole numbers, and no more of it than the one file needs.

Source: TOML 1.0.0, https://toml.io/en/v1.0.0 (basic strings, local dates, arrays of tables).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

Scalar = str | date | bool | int

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_ESCAPED: Final = re.compile(r'["\\\x00-\x1f\x7f]')


def table_text(heading: str, fields: Mapping[str, Scalar]) -> str:
    """Return a table with its heading (`[x]` or `[[x]]`, as given) and a line for each field; `tomllib` reads it back."""
    lines = [heading, *(f"{_key(name)} = {scalar_text(value)}" for name, value in fields.items())]
    return "\n".join(lines) + "\n"


def scalar_text(value: Scalar) -> str:
    """Return a value as TOML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _basic(value) if isinstance(value, str) else str(value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _basic(name)


def _basic(text: str) -> str:
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    symbol = found.group()
    return _SHORT.get(symbol) or f"\\u{ord(symbol):04x}"
