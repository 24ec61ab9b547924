"""Checksums that need no weights, as data: those of cards, of Verhoeff and Damm, and of ISO 7064.

The whole reference, its check character last, leaves one known remainder. Characters that are not in the alphabet
of a checksum (a prefix of letters before digits, a dash, a space) are left out.

Sources: ISO/IEC 7812-1 annex B (Luhn); J. Verhoeff, Error Detecting Decimal Codes (1969); H. M. Damm, Total
anti-symmetrische Quasigruppen (2004); ISO/IEC 7064:2003.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from string import ascii_uppercase, digits
from typing import Final

from attrs import frozen

_MULTIPLIED = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_PERMUTED = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip
_QUASIGROUP = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


@frozen
class Checksum:
    """A checksum over a whole reference.

    Attributes:
        alphabet: The characters that count, each by its place; capitals stand for small letters too.
        checks: What a check character may be, valued likewise.
        remainder: What a right reference leaves.
        length: How many check characters there are, at the end.
    """

    alphabet: str
    checks: str
    remainder: int
    of: Callable[[Sequence[int]], int]
    length: int = 1

    def fits(self, text: str) -> bool:
        """Tell whether the check characters at the end of *text* are right."""
        body, checks = text[: -self.length].upper(), text[-self.length :].upper()
        if not all(symbol in self.checks for symbol in checks):
            return False
        values = [self.alphabet.index(symbol) for symbol in body if symbol in self.alphabet]
        values += map(self.checks.index, checks)
        return self.of(values) == self.remainder


def _luhn(values: Sequence[int]) -> int:
    doubled = [value * 2 - 9 * (value > 4) for value in values[-2::-2]]  # noqa: PLR2004 - the scheme's own figure
    return (sum(values[-1::-2]) + sum(doubled)) % 10


def _verhoeff(values: Sequence[int]) -> int:
    state = 0
    for place, value in enumerate(reversed(values)):
        state = int(_MULTIPLIED[state][int(_PERMUTED[place % 8][value])])
    return state


def _damm(values: Sequence[int]) -> int:
    state = 0
    for value in values:
        state = int(_QUASIGROUP[state][value])
    return state


def _pure(modulus: int, radix: int, values: Sequence[int]) -> int:
    state = 0
    for value in values:
        state = (state * radix + value) % modulus
    return state


def _hybrid(modulus: int, values: Sequence[int]) -> int:
    state = modulus // 2
    for value in values:
        state = ((state or modulus) * 2 % (modulus + 1) + value) % modulus
    return state


def _by_hundred(values: Sequence[int]) -> int:
    # A letter counts as the two digits of its value, A as 10.
    return int("".join(map(str, values))) % 97


_ALPHANUMERIC = digits + ascii_uppercase

CHECKSUMS: Final[Mapping[str, Checksum]] = {
    "luhn": Checksum(digits, digits, 0, _luhn),
    "verhoeff": Checksum(digits, digits, 0, _verhoeff),
    "damm": Checksum(digits, digits, 0, _damm),
    "mod_11_2": Checksum(digits, digits + "X", 1, partial(_pure, 11, 2)),
    "mod_11_10": Checksum(digits, digits, 1, partial(_hybrid, 10)),
    "mod_37_2": Checksum(_ALPHANUMERIC, _ALPHANUMERIC + "*", 1, partial(_pure, 37, 2)),
    "mod_37_36": Checksum(_ALPHANUMERIC, _ALPHANUMERIC, 1, partial(_hybrid, 36)),
    "mod_97_10": Checksum(_ALPHANUMERIC, digits, 1, _by_hundred, length=2),
}
"""Every checksum by its name."""
