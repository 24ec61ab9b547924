"""Places: where in a row of a file something stands, as profiles say it."""

from __future__ import annotations

from attrs import Attribute, field, frozen

from localgov_ims.files.columns import one_of

_LETTERS = 26
_MOST_COLUMNS = 16_384


def _from_one(_: object, attribute: Attribute[int], value: int) -> None:
    if value < 1:
        message = f"{attribute.name} is counted from 1, not {value!r}"
        raise ValueError(message)


@frozen(kw_only=True)
class Span:
    """Characters of a fixed record: from `start`, counted from 1, so many.

    Attributes:
        pad: What fills the place up; justify: the side on which the text stands (filled on the other).
    """

    start: int = field(validator=_from_one)
    length: int = field(validator=_from_one)
    pad: str = field(default=" ")
    justify: str = field(default="left", validator=one_of("left", "right"))

    @pad.validator
    def _single(self, _: object, pad: str) -> None:
        if len(pad) != 1:
            message = f"pad must be one character, not {pad!r}"
            raise ValueError(message)

    @property
    def end(self) -> int:
        """The last character, counted from 1."""
        return self.start + self.length - 1

    def text(self, record: str) -> str:
        """Return what stands there, without what fills it up; of nothing but zeros, the last one stays."""
        found = record[self.start - 1 : self.end]
        kept = found.lstrip(self.pad) if self.justify == "right" else found.rstrip(self.pad)
        return kept if kept or self.pad == " " else found[-1:]


@frozen(kw_only=True)
class Spot:
    """A literal that marks a record: it stands at `start`, counted from 1."""

    literal: str = field()
    start: int = field(default=1, validator=_from_one)

    @literal.validator
    def _not_empty(self, _: object, literal: str) -> None:
        if not literal:
            message = "literal must not be empty: every record would bear it"
            raise ValueError(message)

    def on(self, record: str) -> bool:
        """Tell whether *record* bears it."""
        return record.startswith(self.literal, self.start - 1)


@frozen(kw_only=True)
class Left:
    """Rows that are left out: where column `where` holds one of these."""

    where: str
    one_of: tuple[str, ...]


@frozen(kw_only=True)
class SheetColumn:
    """A column of a sheet: known by number from 1, by letter, or by its name in the header row."""

    number: int | None = None
    letter: str | None = None
    header: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse none and several of the ways, and a column that no sheet has."""
        if sum(way is not None for way in (self.number, self.letter, self.header)) != 1:
            message = "a column is known by one of number, letter and header"
            raise ValueError(message)
        if self.header is None and not 1 <= self.known <= _MOST_COLUMNS:
            message = (
                f"a sheet has columns 1 (A) to {_MOST_COLUMNS} (XFD), not {self.number or self.letter!r}"
            )
            raise ValueError(message)

    @property
    def known(self) -> int:
        """Its number, from 1; 0 where only the header row tells, or the letter is none."""
        if self.letter is None:
            return self.number or 0
        return column_number(self.letter)


def column_number(letters: str) -> int:
    """Return the number of a sheet's column, from 1: `F` is 6, `AA` is 27; 0 where that is no column."""
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z" or number > _MOST_COLUMNS:
            return 0
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number


@frozen(kw_only=True)
class Trailer:
    """A row that is no data but states totals: it is known by a literal at its beginning, or at `start`.

    `start` counts characters of a fixed record, fields of other rows. The totals stand in a field by its number, in
    a fixed record by `start` and `length`.

    Attributes:
        count: How many data rows there are; sum: what their amounts come to, in minus out.
        credits, debits: What those in and those out come to, without a sign.
        required: Whether a file without it is refused.
        unit: Whether its sums are printed in pounds or in whole pence; sign: where a sign may stand.
    """

    literal: str
    start: int = field(default=1, validator=_from_one)
    count: int | Span | None = None
    sum: int | Span | None = None
    credits: int | Span | None = None
    debits: int | Span | None = None
    required: bool = False
    unit: str = field(default="pounds", validator=one_of("pounds", "pence"))
    sign: str = field(default="as-printed", validator=one_of("as-printed", "trailing", "either", "unsigned"))

    def __attrs_post_init__(self) -> None:
        """Refuse one that could not be told from data."""
        if not self.literal:
            message = "literal must not be empty: every row would be a trailer"
            raise ValueError(message)

    @property
    def spot(self) -> Spot:
        """Where its literal stands in a fixed record."""
        return Spot(literal=self.literal, start=self.start)
