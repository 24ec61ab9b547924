"""Showing what came from outside: cut, control characters escaped, card numbers masked."""

from __future__ import annotations

import re
from typing import Final

SHOWN: Final = 80
_CARD = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])", re.ASCII)
_SIX, _FOUR = 6, 4
_PAYMENT_CARDS = frozenset("23456")  # what the cards that people pay with begin with (ISO/IEC 7812)
_CARD_LENGTHS = range(13, 20)


def quoted(value: str) -> str:
    """Return a value of a file as it may be shown: cut, control characters escaped, card numbers masked."""
    # Masked before it is cut, or the cut would leave most of a card number standing.
    text = visible(value[: 2 * SHOWN])
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def visible(value: str) -> str:
    """Return a text whole, as it may be printed: control characters escaped, card numbers masked."""
    masked = _CARD.sub(_masked, value)
    if masked.isprintable():
        return masked
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in masked)


def _masked(found: re.Match[str]) -> str:
    digits = _digits(found.group())
    if len(digits) not in _CARD_LENGTHS or not _luhn(digits):
        return found.group()
    return f"{digits[:_SIX]}{'*' * (len(digits) - _SIX - _FOUR)}{digits[-_FOUR:]}"


def holds_card(value: str) -> bool:
    """Tell whether a text holds what looks like the number of a payment card, written together or apart."""
    runs = (_digits(found.group()) for found in _CARD.finditer(value))
    return any(run[0] in _PAYMENT_CARDS and len(run) in _CARD_LENGTHS and _luhn(run) for run in runs)


def _digits(written: str) -> str:
    return written.replace(" ", "").replace("-", "")


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * (1 + place % 2)
        total += doubled - 9 * (doubled > 9)  # noqa: PLR2004 - Luhn's own figure
    return total % 10 == 0
