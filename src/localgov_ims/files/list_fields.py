"""Lists: what the columns of another system's list of payments, or of items that stand open, mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from attrs import field, frozen

from localgov_ims.files.columns import AmountColumns, DayColumn, one_of
from localgov_ims.files.contents import Content, all_used, printed
from localgov_ims.files.income_fields import TextField


@frozen(kw_only=True)
class ListFields(Content):
    """Items that another system lists: each a day, a reference and an amount.

    Attributes:
        reference: The run or payment number, as the bank line bears it, or whatever names the item.
        positive: Which way the money of a positive amount goes, seen from the bank account: `in`, or `out` where a
            system prints what it pays without a sign.
        note: Why it is in the list, as its source says.
        source: Whom the file is from.
        nil_returns: Whether the system also sends files without a row.
    """

    counted: ClassVar[bool] = True
    yields: str = field(default="list", validator=one_of("list"))
    day: DayColumn
    reference: TextField
    amount: AmountColumns
    positive: str = field(default="in", validator=one_of("in", "out"))
    note: TextField | None = None
    source: str = ""
    nil_returns: bool = False

    @property
    def used(self) -> tuple[str, ...]:
        """Every column that is read."""
        return all_used((*self._certain, self.note.column if self.note is not None else ()))

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns without which no row can be read."""
        return all_used(self._certain)

    @property
    def _certain(self) -> tuple[tuple[str, ...], ...]:
        return (self.day.column,), self.reference.column, tuple(self.amount.columns)

    @property
    def days(self) -> Mapping[str, str]:
        """The format of each column of days."""
        return {self.day.column: self.day.format}

    @property
    def amounts(self) -> Mapping[str, tuple[str, str]]:
        """Where the sign may stand, and the unit, of each column of amounts."""
        return printed(self.amount)
