"""Masks: a symbol a character, as councils write the shape of a reference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

SYMBOLS: Final[Mapping[str, str]] = {
    "$": "[A-Za-z]",
    "#": "[0-9]",
    "?": "[A-Za-z0-9]",
    "*": r"[A-Za-z0-9 /\-]",
    "@": "[A-Za-z0-9]",
}
"""What each symbol admits; any other stands for itself. `@` is where the check character is."""

CHECK: Final = "@"


def symbol_pattern(symbol: str, *, any_case: bool) -> str:
    """Return the regular expression for one symbol of a mask."""
    if symbol in SYMBOLS:
        return SYMBOLS[symbol]
    return f"(?i:{re.escape(symbol)})" if any_case else re.escape(symbol)


def mask_pattern(mask: str, *, any_case: bool) -> str:
    """Return the regular expression for a whole mask."""
    return "".join(symbol_pattern(symbol, any_case=any_case) for symbol in mask)
