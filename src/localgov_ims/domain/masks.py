"""Masks: a symbol a character, as councils write the shape of a reference."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import ascii_letters, digits
from typing import Final

ALPHANUMERIC: Final = frozenset(ascii_letters + digits)

SYMBOLS: Final[Mapping[str, frozenset[str]]] = {
    "$": frozenset(ascii_letters),
    "#": frozenset(digits),
    "?": ALPHANUMERIC,
    "*": ALPHANUMERIC | frozenset(" /-"),
}
"""What each symbol admits; `@` is where the check character is, and any other symbol stands for itself."""

CHECK: Final = "@"


def admitted(symbol: str, *, any_case: bool, checks: frozenset[str] = ALPHANUMERIC) -> frozenset[str]:
    """Return the characters that one symbol of a mask admits; *checks* are what a check character may be."""
    if symbol == CHECK:
        return checks
    if symbol in SYMBOLS:
        return SYMBOLS[symbol]
    return frozenset({symbol.upper(), symbol.lower()} if any_case and symbol.isascii() else {symbol})


def one_of(characters: Iterable[str]) -> str:
    """Return the regular expression for one of *characters*."""
    return f"[{re.escape(''.join(sorted(characters)))}]"
