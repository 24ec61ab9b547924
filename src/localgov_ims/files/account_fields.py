"""Account holders: what the columns of a back office's file mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from attrs import field, frozen

from localgov_ims.files.columns import DayColumn, one_of
from localgov_ims.files.contents import Content, all_used
from localgov_ims.files.holder_fields import AMOUNTS, DAYS, FIELDS, KEY
from localgov_ims.files.income_fields import TextField


@frozen(kw_only=True)
class HolderField(TextField):
    """A field of an account holder: a text, or a day or amount as the profile says that it is printed.

    Attributes:
        blank: Whether a blank clears what is stored, or keeps it; without it, as the profile says for all.
        format: Of a day; sign and unit: of an amount.
    """

    blank: str | None = field(default=None, validator=one_of(None, "keep", "clear"))
    format: str = "YYYY-MM-DD"
    sign: str = field(default="as-printed", validator=one_of("as-printed", "trailing", "either", "unsigned"))
    unit: str = field(default="pounds", validator=one_of("pounds", "pence"))


@frozen(kw_only=True)
class AccountFields(Content):
    """Account holders: a fund and a reference, and whatever else the back office says.

    Attributes:
        fields: What is told, by name; without it, every column that is named as a field is.
        blank: Whether a blank keeps what is stored, or clears it, where a field does not say.
    """

    counted: ClassVar[bool] = True
    yields: str = field(default="accounts", validator=one_of("accounts"))
    fields: Mapping[str, HolderField] = field(factory=dict)
    blank: str = field(default="keep", validator=one_of("keep", "clear"))
    source: str = ""

    def __attrs_post_init__(self) -> None:
        """Refuse a field that no account holder has, and a file that names no account."""
        unknown = sorted(set(self.fields) - set(FIELDS))
        if unknown:
            message = f"fields: there is no field {', '.join(unknown)}; there are: {', '.join(FIELDS)}"
            raise ValueError(message)
        missing = [name for name in KEY if name not in self.told]
        if missing:
            message = f"fields: {' and '.join(missing)} must be told"
            raise ValueError(message)
        for name in DAYS:
            if name in self.told:
                DayColumn(column=name, format=self.told[name].format)

    @property
    def told(self) -> Mapping[str, HolderField]:
        """Each field that may be told, and where it stands."""
        return self.fields or {name: HolderField(column=(name,)) for name in FIELDS}

    def clears(self, name: str) -> bool:
        """Tell whether a blank of the field clears what is stored."""
        return (self.told[name].blank or self.blank) == "clear"

    @property
    def used(self) -> tuple[str, ...]:
        """Every column that is read, as far as the profile itself names them."""
        return all_used(each.column for each in self.fields.values())

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns without which no row can be read."""
        return ()

    @property
    def days(self) -> Mapping[str, str]:
        """The format of each column of days."""
        return {column: each.format for name, each in self._of(DAYS) for column in each.column}

    @property
    def amounts(self) -> Mapping[str, tuple[str, str]]:
        """Where the sign may stand, and the unit, of each column of amounts."""
        return {column: (each.sign, each.unit) for name, each in self._of(AMOUNTS) for column in each.column}

    def _of(self, names: tuple[str, ...]) -> Iterator[tuple[str, HolderField]]:
        told = self.told
        return ((name, told[name]) for name in names if name in told)
