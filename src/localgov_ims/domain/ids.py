"""Identifiers made by the client: UUIDs that sort by time, and references people can dictate."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from operator import mul
from uuid import UUID

from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import InvalidValue

ALPHABET = "023456789BCDFGHJKMNPQRSTVWXYZ"
"""29 symbols: no vowels (no words), no 1, I, L or A (few mishearings); 29 is prime, as the check wants."""

_SYMBOLS = 12
_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
_FAIR = 232  # 8 x 29: bytes from here on would favour some symbols
_BLOCK = 4096
_UNFAIR = bytes(range(_FAIR, 256))
_TO_VALUE = bytes(byte % 29 for byte in range(256))
_TO_SYMBOL = bytes(ord(ALPHABET[value % 29]) for value in range(256))
_WEIGHTS = range(12, 1, -1)
_lock = threading.Lock()
_last = 0


class _Chance:
    """Random bytes of the operating system, asked for in blocks: a call for each identifier would be most of its cost."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Throw away what has been drawn: a forked process must not repeat its parent's."""
        self._bytes, self._at = b"", 0
        self.references = references()

    def draw(self, number: int) -> int:
        """Return *number* fresh random bytes as a whole number."""
        if self._at + number > len(self._bytes):
            self._bytes, self._at = os.urandom(_BLOCK), 0
        self._at += number
        return int.from_bytes(self._bytes[self._at - number : self._at])


def new_id() -> UUID:
    """Make a UUID of version 7, later ones of one process greater than earlier ones.

    48 bits of Unix milliseconds, then a count within the millisecond in the 12 bits of `rand_a`
    and the top of `rand_b`, then random bits. Source: RFC 9562, sections 5.7 and 6.2 (method 1).
    """
    global _last  # noqa: PLW0603 - the count is the process's, by design of the RFC
    with _lock:
        # 20 bits of counting below the millisecond; a process that outruns them borrows from the next.
        _last = max(_last + 1, (time.time_ns() // 1_000_000) << 20)
        stamp, chance = _last, _chance.draw(7)
    return UUID(int=_version_7(stamp, chance))


def new_hexes(number: int) -> list[str]:
    """Make *number* identifiers at once, as `new_id` does, each as the 32 digits that a database keeps of it."""
    global _last  # noqa: PLW0603 - as above
    with _lock:
        first = max(_last + 1, (time.time_ns() // 1_000_000) << 20)
        _last = first + number - 1
    # As `_version_7`, digit by digit: 256 that follow one another begin alike, and the last twelve digits are chance alone.
    begin = {
        high: f"{high >> 12:012x}7{high & 0xFFF:03x}" for high in range(first >> 8, (first + number >> 8) + 1)
    }
    six, last = os.urandom(number), os.urandom(6 * number).hex()
    return [
        f"{begin[stamp >> 8]}{0x8000 | (stamp & 0xFF) << 6 | six[n] & 63:04x}{last[12 * n : 12 * n + 12]}"
        for n, stamp in enumerate(range(first, first + number))
    ]


def _version_7(stamp: int, chance: int) -> int:
    """Put 68 bits of time and count and 54 of the 56 random bits where RFC 9562 has them."""
    value = (stamp >> 20) << 80 | 0x7 << 76 | (stamp >> 8 & 0xFFF) << 64 | 0b10 << 62
    return value | (stamp & 0xFF) << 54 | chance >> 2


def check_symbol(symbols: str) -> str:
    """Return the twelfth symbol for eleven: with weights 12, 11 .. 1 the sum is 0 mod 29.

    It catches every wrong symbol and every two symbols swapped.
    """
    total = sum(_VALUE[symbol] * weight for symbol, weight in zip(symbols, range(12, 1, -1), strict=True))
    return ALPHABET[-total % 29]


def references() -> Iterator[str]:
    """Make our own references without end, drawing random bytes in blocks (53 bits each)."""
    while True:
        # In C: bytes that would favour some symbols out, the others to values, and the values to symbols.
        values = os.urandom(_BLOCK).translate(_TO_VALUE, _UNFAIR)
        symbols = values.translate(_TO_SYMBOL).decode("ascii")
        for start in range(0, len(values) - 10, 11):
            total = sum(map(mul, values[start : start + 11], _WEIGHTS))
            yield symbols[start : start + 11] + ALPHABET[-total % 29]


_chance = _Chance()
if hasattr(os, "register_at_fork"):  # there is no fork on Windows
    os.register_at_fork(after_in_child=_chance.forget)


def new_reference() -> str:
    """Make one of our own references: 12 symbols, stored without dashes."""
    with _lock:
        return next(_chance.references)


def shown(reference: str) -> str:
    """Return a reference as people read it: `XXXX-XXXX-XXXX`."""
    return "-".join(reference[start : start + 4] for start in range(0, _SYMBOLS, 4))


def parse_reference(text: str) -> str:
    """Read one of our references as a person typed or dictated it.

    Case, spaces and dashes do not count, and `O` reads `0`.

    Raises:
        InvalidValue: It has not twelve symbols of the alphabet, or its check symbol is wrong.
    """
    symbols = "".join(text.split()).replace("-", "").upper().replace("O", "0")
    if len(symbols) != _SYMBOLS or not set(symbols) <= set(ALPHABET):
        message = f"'{quoted(text)}' is not one of our references: they have 12 letters and digits, such as K7MP-2QXW-9TRN."
        raise InvalidValue("reference_not_ours", message, value=text)
    if check_symbol(symbols[:-1]) != symbols[-1]:
        message = f"'{quoted(text)}' is probably mistyped: its check symbol does not fit. Compare it with the receipt."
        raise InvalidValue("reference_check_symbol", message, value=text)
    return symbols
