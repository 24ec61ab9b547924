"""Tariffs: what a provider keeps of each payment, as it was agreed."""

from __future__ import annotations

import enum
import re

from attrs import field, frozen

from localgov_ims.errors import ConfigurationError

_PERCENT = re.compile(r"(\d{1,2})(?:\.(\d{1,4}))?", re.ASCII)
WHOLE = 1_000_000
"""What the proportion is written in: parts of a million."""


class FeeRounding(enum.Enum):
    """What becomes of a fee of half a penny."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"
    DOWN = "down"


@frozen(kw_only=True)
class Tariff:
    """A fee of so much a hundred and so much a payment, rounded payment by payment.

    Attributes:
        percent: As text, `"1.4"`; four decimals at most.
        fixed: Pence for each payment.

    Raises:
        ConfigurationError: The percentage is none.
    """

    name: str
    percent: str = "0"
    fixed: int = 0
    rounding: FeeRounding = FeeRounding.HALF_UP
    millionths: int = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Read the percentage."""
        read = _PERCENT.fullmatch(self.percent)
        if read is None or self.fixed < 0:
            message = (
                f"Tariff {self.name!r}: percent must be a number like '1.4' with four decimals at most, and fixed pence, "
                f"zero or more; not {self.percent!r} and {self.fixed}."
            )
            raise ConfigurationError("bad_tariff", message, tariff=self.name)
        object.__setattr__(self, "millionths", int(read[1] + (read[2] or "").ljust(4, "0")))

    def fee(self, pence: int) -> int:
        """Return what the provider keeps of a payment, in pence."""
        whole, rest = divmod(pence * self.millionths, WHOLE)
        return whole + self._rounded(whole, rest) + self.fixed

    def _rounded(self, whole: int, rest: int) -> bool:
        if self.rounding is FeeRounding.UP:
            return rest > 0
        if self.rounding is FeeRounding.DOWN:
            return False
        tie = self.rounding is FeeRounding.HALF_UP or whole % 2 == 1
        return 2 * rest > WHOLE or (2 * rest == WHOLE and tie)
