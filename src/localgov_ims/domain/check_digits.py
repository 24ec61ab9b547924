"""Check digits of account references: schemes are data, their arithmetic is here.

Positions count from 0. Letters count 0 but hold a position; a digit without a weight fails.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from operator import mul

from attrs import field, frozen

from localgov_ims.domain.checksums import CHECKSUMS, Checksum
from localgov_ims.domain.masks import ALPHANUMERIC
from localgov_ims.errors import ConfigurationError


class Kind(enum.Enum):
    """The arithmetics that councils use: two with weights of their own, and checksums that need none."""

    WEIGHTED = "weighted"
    DYNIX = "dynix"
    LUHN = "luhn"
    VERHOEFF = "verhoeff"
    DAMM = "damm"
    MOD_11_2 = "mod_11_2"
    MOD_11_10 = "mod_11_10"
    MOD_37_2 = "mod_37_2"
    MOD_37_36 = "mod_37_36"
    MOD_97_10 = "mod_97_10"

    @property
    def checksum(self) -> Checksum | None:
        """The checksum, where the kind is one that needs no weights."""
        return CHECKSUMS.get(self.value)

    @property
    def length(self) -> int:
        """How many check characters there are."""
        return self.checksum.length if self.checksum is not None else 1


_DIGITS = "0123456789"
_VALUES = bytes(symbol - 48 if 48 <= symbol < 58 else 0 for symbol in range(256))  # noqa: PLR2004 - ASCII's 0 and 9
_TEN = 10


@frozen(kw_only=True)
class CheckDigits:
    """A check-digit scheme.

    Attributes:
        kind: `weighted`: the sum of digit x weight, modulo *modulus*. `dynix`: the scheme of library
            tickets, like Luhn's: doubled digits fold back, and the check character comes last. The others are
            checksums known by name; they take nothing else, and their check character comes last.
        modulus: Of the sum.
        weights: One for each position, from the first character on.
        prefix_as: Digits that stand for the first characters while summing (a prefix of letters).
        subtract: Whether the remainder is taken from the modulus, so that 0 becomes the modulus.
        results: What a result is written as, where it is not its own digit: `{10: "A"}`.

    Raises:
        ConfigurationError: The scheme contradicts itself.
    """

    name: str
    kind: Kind
    modulus: int = 0
    weights: tuple[int, ...] = ()
    prefix_as: str = ""
    subtract: bool = False
    results: Mapping[int, str] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        known = self.kind.checksum is not None
        faults = {
            f"{self.kind.value} takes no modulus, weights, prefix_as, subtract or results": known
            and bool(self.modulus or self.weights or self.prefix_as or self.subtract or self.results),
            "its modulus must be 2 or more": not known and self.modulus < 2,  # noqa: PLR2004
            "prefix_as must be digits": not set(self.prefix_as) <= set(_DIGITS),
            "a result must be one character": any(len(text) != 1 for text in self.results.values()),
            "dynix takes neither prefix_as nor subtract": self.kind is Kind.DYNIX
            and (bool(self.prefix_as) or self.subtract),
        }
        for fault, present in faults.items():
            if present:
                message = f"Check-digit scheme {self.name}: {fault}."
                raise ConfigurationError("bad_check_digits", message, scheme=self.name)

    @property
    def characters(self) -> frozenset[str]:
        """What a check character may be: a letter or digit, or a sign that the scheme writes a result as."""
        checksum = self.kind.checksum
        return ALPHANUMERIC | frozenset(checksum.checks if checksum is not None else self.results.values())

    def passes(self, text: str, at: int) -> bool:
        """Tell whether the character at position *at* of *text* is the right check character.

        Of every kind but `weighted` it is the last one, or the last two of `mod_97_10`.
        """
        if self.kind is Kind.WEIGHTED:
            return text[at] == self._weighted(text)
        if self.kind is Kind.DYNIX:
            return text[at] == self._dynix(text[:-1])
        return CHECKSUMS[self.kind.value].fits(text)

    def _weighted(self, text: str) -> str | None:
        # One byte a character: its digit, or 0. This runs for every row, so it is done without a loop of ours.
        summed = self.prefix_as + text[len(self.prefix_as) :]
        if len(summed) > len(self.weights) and not set(_DIGITS).isdisjoint(summed[len(self.weights) :]):
            return None
        digits = summed.encode("ascii", "replace").translate(_VALUES)
        remainder = sum(map(mul, digits, self.weights)) % self.modulus
        return self._written(self.modulus - remainder if self.subtract else remainder)

    def _dynix(self, text: str) -> str | None:
        total = 0
        for position, symbol in enumerate(text):
            if symbol not in _DIGITS:
                continue
            digit = int(symbol)
            if position % 2:
                total += digit
                continue
            if position >= len(self.weights):
                return None
            value = digit * self.weights[position]
            total += value - (_TEN if value > _TEN else 0) + (digit > 4)  # noqa: PLR2004 - the scheme's own figure
        return self._written(self.modulus - total % self.modulus)

    def _written(self, result: int) -> str:
        return self.results.get(result, str(result))
