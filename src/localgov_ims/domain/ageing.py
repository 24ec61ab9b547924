"""Ageing: how long items have waited, in bands of days; what came in and what went out never netted off."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from attrs import frozen

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.suspense import SuspenseReason


@frozen
class Band:
    """Days that belong together: the first and the last of them, both included; the last band has no end."""

    first: int
    last: int | None = None

    @property
    def name(self) -> str:
        """The band as people read it: `8-30`, `over 365`."""
        return f"{self.first}-{self.last}" if self.last is not None else f"over {self.first - 1}"


BANDS: Final = (Band(0, 7), Band(8, 30), Band(31, 90), Band(91, 365), Band(366))


def band_of(age: int) -> Band:
    """Return the band of an age in days; money that is dated ahead belongs to the first."""
    return next(band for band in BANDS if band.last is None or age <= band.last)


@frozen(kw_only=True)
class AgedItem:
    """What stood of an item on a day: `amount` is what was in the fund, kept aside for somebody or not.

    `kind` is the code of the import type that brought it, else the channel.
    """

    reference: str
    taken_on: date
    age: int
    amount: Money
    reason: SuspenseReason
    kind: str

    @property
    def band(self) -> Band:
        """The band of its age."""
        return band_of(self.age)


@frozen(kw_only=True)
class Aged:
    """Items added up: how many, what is above nothing, and what below."""

    name: str
    count: int
    plus: Money
    minus: Money

    @property
    def net(self) -> Money:
        """Both together."""
        return self.plus + self.minus


def added_up(
    items: Iterable[AgedItem], name_of: Callable[[AgedItem], str], names: Iterable[str] = ()
) -> list[Aged]:
    """Return what items come to by name; *names* come first and in order, whether or not there is one of them."""
    groups: dict[str, list[Money]] = {name: [] for name in names}
    for item in items:
        groups.setdefault(name_of(item), []).append(item.amount)
    return [
        Aged(
            name=name, count=len(amounts), plus=Money.total(each for each in amounts if each > NOTHING),
            minus=Money.total(each for each in amounts if each < NOTHING),
        )
        for name, amounts in groups.items()
    ]  # fmt: skip
