"""Dividing money into parts that add back up to the penny."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from localgov_ims.domain.money import NOTHING, Money

_PERCENT: Final = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,4}))?", re.ASCII)
_WHOLE: Final = 100_0000


@frozen(kw_only=True)
class SplitPart:
    """How much of the money a part takes: a percentage, a fixed amount, or what remains.

    `percent` is text with at most four decimals (`33.3`), because it must be exact.
    """

    percent: str | None = None
    amount: Money | None = None
    remainder: bool = False

    def __str__(self) -> str:
        """Return the share as people read it."""
        if self.percent is not None:
            return f"{self.percent} %"
        return self.amount.shown() if self.amount is not None else "the rest"


def split_faults(parts: Sequence[SplitPart]) -> Iterator[str]:
    """Yield what is wrong with the parts of a split."""
    if len(parts) < 2:  # noqa: PLR2004 - one part divides nothing
        yield "a split needs two parts or more"
    for number, part in enumerate(parts, start=1):
        if (part.percent is not None) + (part.amount is not None) + part.remainder != 1:
            yield f"part {number} must give one of percent, amount and remainder = true"
        if part.percent is not None and _weight(part.percent) is None:
            yield f"part {number}: {part.percent!r} is no percentage above 0 with at most four decimals"
        if part.amount is not None and part.amount <= NOTHING:
            yield f"part {number}: a fixed amount must be above zero, not {part.amount}"
    weights = [_weight(part.percent) or 0 for part in parts if part.percent is not None]
    if weights and len(weights) < len(parts):
        yield "its parts mix percentages with fixed amounts; use one kind"
    elif weights and sum(weights) != _WHOLE:
        whole, rest = divmod(sum(weights), 10_000)
        yield f"its percentages add up to {whole}.{rest:04d}, not to 100"
    elif not weights and sum(part.remainder for part in parts) != 1:
        yield "exactly one of its parts must be remainder = true"


def shares(amount: Money, parts: Sequence[SplitPart]) -> tuple[Money, ...] | None:
    """Return what each part takes of an amount: together exactly the amount, and any may be nothing.

    Percentages go by largest remainder, ties to the part written first, a negative amount as its mirror. None where
    fixed parts take more than there is, or the amount is negative.
    """
    if parts[0].percent is not None:
        return amount.share([_weight(part.percent) or 0 for part in parts if part.percent is not None])
    fixed = Money.total(part.amount for part in parts if part.amount is not None)
    if amount < fixed:  # which every negative amount is
        return None
    return tuple(part.amount if part.amount is not None else amount - fixed for part in parts)


def _weight(percent: str) -> int | None:
    found = _PERCENT.fullmatch(percent)
    if found is None:
        return None
    whole, places = found.groups(default="")
    return int(whole) * 10_000 + int(places.ljust(4, "0")) or None
