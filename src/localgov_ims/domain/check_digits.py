"""Check digits of account references: schemes are data, their arithmetic is here.

Positions count from 0. Letters count 0 but hold a position; a digit without a weight fails.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

from attrs import field, frozen

from localgov_ims.errors import ConfigurationError


class Kind(enum.Enum):
    """The two arithmetics that council schemes use."""

    WEIGHTED = "weighted"
    DYNIX = "dynix"


_DIGITS = "0123456789"
_TEN = 10


@frozen(kw_only=True)
class CheckDigits:
    """A check-digit scheme.

    Attributes:
        kind: `weighted`: the sum of digit x weight, modulo *modulus*. `dynix`: the scheme of library
            tickets, like Luhn's: doubled digits fold back, and the check character comes last.
        weights: One for each position, from the first character on.
        prefix_as: Digits that stand for the first characters while summing (a prefix of letters).
        subtract: Whether the remainder is taken from the modulus, so that 0 becomes the modulus.
        results: What a result is written as, where it is not its own digit: `{10: "A"}`.

    Raises:
        ConfigurationError: The scheme contradicts itself.
    """

    name: str
    kind: Kind
    modulus: int
    weights: tuple[int, ...]
    prefix_as: str = ""
    subtract: bool = False
    results: Mapping[int, str] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        faults = {
            "its modulus must be 2 or more": self.modulus < 2,  # noqa: PLR2004
            "prefix_as must be digits": bool(self.prefix_as) and not set(self.prefix_as) <= set(_DIGITS),
            "a result must be one character": any(len(text) != 1 for text in self.results.values()),
            "dynix takes neither prefix_as nor subtract": self.kind is Kind.DYNIX
            and (bool(self.prefix_as) or self.subtract),
        }
        for fault, present in faults.items():
            if present:
                message = f"Check-digit scheme {self.name}: {fault}."
                raise ConfigurationError("bad_check_digits", message, scheme=self.name)

    def passes(self, text: str, at: int) -> bool:
        """Tell whether the character at position *at* of *text* is the right check character."""
        return text[at] == (self._dynix(text[:-1]) if self.kind is Kind.DYNIX else self._weighted(text))

    def _weighted(self, text: str) -> str | None:
        total = 0
        for position, symbol in enumerate(self.prefix_as + text[len(self.prefix_as) :]):
            if symbol in _DIGITS:
                if position >= len(self.weights):
                    return None
                total += int(symbol) * self.weights[position]
        remainder = total % self.modulus
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
