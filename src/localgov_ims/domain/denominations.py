"""Denominations: cash counted by notes and coins, each by its count, by its value, or by both."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import field, frozen

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import InvalidValue


class Denomination(enum.Enum):
    """A note or coin that is counted; the value is its name as people write it, the greatest first."""

    FIFTY_POUNDS = "£50"
    TWENTY_POUNDS = "£20"
    TEN_POUNDS = "£10"
    FIVE_POUNDS = "£5"
    TWO_POUNDS = "£2"
    ONE_POUND = "£1"
    FIFTY_PENCE = "50p"
    TWENTY_PENCE = "20p"
    TEN_PENCE = "10p"
    FIVE_PENCE = "5p"
    TWO_PENCE = "2p"
    ONE_PENNY = "1p"

    @property
    def worth(self) -> Money:
        """What one of them is worth."""
        text = self.value
        return Money(int(text[:-1])) if text.endswith("p") else Money(int(text[1:]) * 100)

    @classmethod
    def parse(cls, text: str) -> Denomination:
        """Read a denomination as people write it: `£20`, `20` (pounds), `20p`.

        Raises:
            InvalidValue: There is no such note or coin (`bad_denomination`).
        """
        name = text.strip().lower()
        found = _BY_NAME.get(name) or _BY_NAME.get(f"£{name}")
        if found is None:
            message = (
                f"'{quoted(text)}' is no note or coin; there are: {', '.join(each.value for each in cls)}."
            )
            raise InvalidValue("bad_denomination", message, denomination=text)
        return found


_BY_NAME: Final = {each.value: each for each in Denomination}


@frozen(kw_only=True)
class Counted:
    """Cash as it was counted: how many there are of each denomination. Nothing is left out of `total`.

        >>> Counted.of(values={Denomination.TWENTY_POUNDS: Money(100_00)}).counts
        {<Denomination.TWENTY_POUNDS: '£20'>: 5}

    Raises:
        InvalidValue: A count is negative or no whole number (`bad_denomination`).
    """

    counts: Mapping[Denomination, int] = field()

    @counts.validator
    def _whole(self, _: object, counts: Mapping[Denomination, int]) -> None:
        for denomination, count in counts.items():
            if type(count) is not int or not 0 <= count <= MOST:
                message = (
                    f"{denomination.value}: a count is a whole number from 0 to {MOST:,}, not {count!r}."
                )
                raise InvalidValue(
                    "bad_denomination", message, denomination=denomination.value, value=str(count)
                )

    @classmethod
    def of(
        cls,
        counts: Mapping[Denomination, int] | None = None,
        values: Mapping[Denomination, Money] | None = None,
    ) -> Counted:
        """Make it of counts, of values, or of both: of each denomination what is not entered is computed.

        Raises:
            InvalidValue: A value is no multiple of its denomination or negative, or count and value disagree
                (`bad_denomination`; `denomination` and `value` say which).
        """
        counted, valued = counts or {}, values or {}
        made = {}
        for denomination in Denomination:
            count, value = counted.get(denomination), valued.get(denomination)
            if value is not None:
                by_value = _count_of(denomination, value)
                if count is not None and count != by_value:
                    message = f"{denomination.value}: {count} of them do not come to {value.shown()}, which is {by_value}. Count again."
                    raise InvalidValue(
                        "bad_denomination", message, denomination=denomination.value, value=str(value)
                    )
                count = by_value
            if count is not None and count != 0:
                made[denomination] = count
        return cls(counts=made)

    @property
    def total(self) -> Money:
        """What all of it comes to."""
        return Money.total(value for _, _, value in self)

    def __iter__(self) -> Iterator[tuple[Denomination, int, Money]]:
        """Yield each denomination of which there are any, with how many and what they come to, the greatest first."""
        for denomination in Denomination:
            count = self.counts.get(denomination, 0)
            if count:
                yield denomination, count, Money(denomination.worth.pence * count)

    def __bool__(self) -> bool:
        """Tell whether anything was counted."""
        return any(self.counts.values())


MOST: Final = 1_000_000
"""The most of one denomination that anybody counts; beyond it somebody mistyped."""

NO_CASH: Final = Counted(counts={})
"""Nothing was counted."""


def _count_of(denomination: Denomination, value: Money) -> int:
    count, rest = divmod(value.pence, denomination.worth.pence)
    if value < NOTHING or rest:
        message = (
            f"{denomination.value}: {value.shown()} is no multiple of {denomination.value}. Count again."
        )
        raise InvalidValue("bad_denomination", message, denomination=denomination.value, value=str(value))
    return count
