"""Financial periods: April is period 1, and 13 and 14 are 31 March again."""

from __future__ import annotations

import enum
from datetime import date
from typing import Final

from attrs import field, frozen

from localgov_ims.errors import InvalidValue


class PeriodState(enum.Enum):
    """Whether a period takes what is posted."""

    OPEN = "open"
    SOFT = "soft"
    CLOSED = "closed"


LAST_MONTH: Final = 12
LAST: Final = 14
_APRIL: Final = 4


@frozen(order=True)
class PeriodNumber:
    """A period of a financial year, by the year in which it begins: 14 May 2026 is (2026, 2).

    Periods 1 to 12 are the months from April; 13 and 14 are for what a person puts into the closed year.
    """

    year: int
    number: int = field()

    @number.validator
    def _in_range(self, _: object, number: int) -> None:
        if not 1 <= number <= LAST:
            message = f"{number} is no period of a financial year: they go from 1 to {LAST}."
            raise InvalidValue("bad_period", message, value=number)

    @classmethod
    def of(cls, day: date) -> PeriodNumber:
        """Return the period of a day, 1 to 12."""
        months = day.month - _APRIL
        return cls(day.year, months + 1) if months >= 0 else cls(day.year - 1, months + 13)

    @classmethod
    def parse(cls, text: str) -> PeriodNumber:
        """Read `2026/02`, as it is shown.

        Raises:
            InvalidValue: It is written otherwise, or there is no such period.
        """
        year, slash, number = text.partition("/")
        if not slash or not (year + number).isascii() or not (year.isdigit() and number.isdigit()):
            message = (
                f"{text!r} is no period: write the year in which it begins and its number, such as 2026/02."
            )
            raise InvalidValue("bad_period", message, value=text)
        return cls(int(year), int(number))

    @property
    def first_on(self) -> date:
        """Its first day; of 13 and 14 the last day of the year."""
        if self.number > LAST_MONTH:
            return date(self.year + 1, 3, 31)
        year, month = divmod(self.number - 1 + _APRIL - 1, 12)
        return date(self.year + year, month + 1, 1)

    @property
    def last_on(self) -> date:
        """Its last day."""
        if self.number >= LAST_MONTH:
            return date(self.year + 1, 3, 31)
        return date.fromordinal(PeriodNumber(self.year, self.number + 1).first_on.toordinal() - 1)

    def __str__(self) -> str:
        """Return `2026/02`."""
        return f"{self.year:04d}/{self.number:02d}"
