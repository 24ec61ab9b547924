"""Layouts: how the rows of a file are laid out - delimited, fixed or sheet - as data.

A layout states everything and nothing is guessed; what contradicts itself is refused when it is made.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from operator import itemgetter

from attrs import Attribute, field, frozen

from localgov_ims.files.columns import one_of
from localgov_ims.files.lines import CODECS
from localgov_ims.files.places import Left, SheetColumn, Span, Spot, Trailer
from localgov_ims.files.tables import Cells, Columns
from localgov_ims.files.text import AmountFormat

_STRIPS = {"leading-quote", "formula-guard"}


@frozen(kw_only=True)
class Layout:
    """What every layout states about its file.

    Attributes:
        strip: `leading-quote` takes the `'` off that spreadsheets put before numbers, in all but narratives;
            `formula-guard` takes off the one that is put before what a spreadsheet would take for a formula.
        thousands: The separator of thousands, none unless stated; decimal: the decimal sign.
        skip: Rows that are left out: counted, and in no total.
        trailers: Rows that state how many rows there are and what they come to.
    """

    name: str
    strip: tuple[str, ...] = field(default=())
    thousands: str = field(default="", validator=one_of("", ",", ".", " ", "'"))
    decimal: str = field(default=".", validator=one_of(".", ","))
    skip: tuple[Left, ...] = ()
    trailers: tuple[Trailer, ...] = ()

    @strip.validator
    def _known_strips(self, _: object, strips: tuple[str, ...]) -> None:
        if not set(strips) <= _STRIPS:
            message = f"strip knows only {' and '.join(map(repr, sorted(_STRIPS)))}, not {strips!r}"
            raise ValueError(message)

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.thousands == self.decimal:
            message = f"thousands and decimal are both {self.decimal!r}"
            raise ValueError(message)
        for left in self.skip:
            if left.where not in self.names:
                message = f"skip: the column {left.where!r} is not in {self.naming}"
                raise ValueError(message)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that the profile may speak of."""
        return ()

    @property
    def naming(self) -> str:
        """The keys that give the columns their names."""
        return "columns"

    def amounts(self, sign: str, unit: str = "pounds") -> AmountFormat:
        """Return how amounts are printed."""
        return _amounts(self.decimal, self.thousands, sign, unit)

    def keeps(self, columns: Columns) -> Callable[[Cells], bool] | None:
        """Return what tells the rows that are read from those left out; none where all are read."""
        out = [
            (itemgetter(columns.index[left.where]), frozenset(left.one_of))
            for left in self.skip
            if left.where in columns.index
        ]
        return (lambda cells: not any(get(cells).strip() in codes for get, codes in out)) if out else None


@functools.cache
def _amounts(decimal: str, thousands: str, sign: str, unit: str) -> AmountFormat:
    # not compiled again for every cell
    return AmountFormat(
        signed=sign in {"as-printed", "either"}, trailing=sign in {"trailing", "either"}, decimal=decimal,
        thousands=thousands, pence_only=unit == "pence",
    )  # fmt: skip


def _known_encodings(_: object, __: Attribute[tuple[str, ...]], encodings: tuple[str, ...]) -> None:
    if not encodings or not set(encodings) <= set(CODECS):
        given = ", ".join(encodings) or "none"
        message = f"encoding must be one or several of {', '.join(CODECS)}, not {given}"
        raise ValueError(message)


@frozen(kw_only=True)
class Delimited(Layout):
    """Rows of fields with a delimiter between them, quoted by RFC 4180.

    Attributes:
        encoding: One or several, tried strictly in this order over the whole file.
        header: The exact header row; or
        columns: the columns that must be there, in any order, and
        optional: those that may be.
        header_row: Whether `header` stands in the file: `required`; `optional`; `none` (it only names the fields);
            `any` (there is a header, whose names vary).
        others: What becomes of columns that are not named: `ignore`, `refuse`.
        aliases: For a column of the profile, the header names to look for, the first found wins.
        last_comma: Whether each row ends in a delimiter.
        preamble: How many lines, such as a title, stand before the header or the first row; and
        title: what the last of them tells of every row, by the number of its field: it is read as a column.
    """

    kind: str = field(default="delimited", validator=one_of("delimited"))
    encoding: tuple[str, ...] = field(validator=_known_encodings)
    delimiter: str = field(default=",", validator=one_of(",", ";", "\t", "|"))
    header: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None
    optional: tuple[str, ...] = ()
    header_row: str = field(default="required", validator=one_of("required", "optional", "none", "any"))
    others: str = field(default="ignore", validator=one_of("ignore", "refuse"))
    aliases: Mapping[str, tuple[str, ...]] = field(factory=dict)
    last_comma: bool = False
    preamble: int = field(default=0, validator=one_of(*range(20)))
    title: Mapping[str, int] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.title and (not self.preamble or min(self.title.values()) < 1):
            message = "title: give preamble, the number of lines before the header, and fields counted from 1"
            raise ValueError(message)
        if (self.header is None) == (self.columns is None):
            message = "give either header (the exact row) or columns (required, in any order)"
            raise ValueError(message)
        if self.header is None and self.header_row != "required":
            message = f"header_row is {self.header_row!r}, so header must name every field"
            raise ValueError(message)
        super().__attrs_post_init__()
        if len(set(self.names)) != len(self.names):
            message = "header or columns has the same name twice"
            raise ValueError(message)
        for column in self.aliases:
            if column not in self.names:
                message = f"the column {column!r} is not in {self.naming}"
                raise ValueError(message)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that the profile may speak of."""
        return (*(self.header or self.columns or ()), *self.optional, *self.title)

    @property
    def naming(self) -> str:
        """The keys that give the columns their names."""
        return "header or columns"


@frozen(kw_only=True)
class Fixed(Layout):
    """Records of one length, each field at its place.

    Attributes:
        encoding: One or several, tried strictly in this order over the whole file.
        columns: Where each stands.
        data: What marks a data record; without it every record is one that is no trailer.
        ignore: What marks records that are passed over, such as headings.
        length: Of a data record; without it, to the end of the last column.
        pad_short_records: Whether blanks that a data record lacks at its end are put back.
    """

    kind: str = field(default="fixed", validator=one_of("fixed"))
    encoding: tuple[str, ...] = field(validator=_known_encodings)
    columns: Mapping[str, Span]
    data: Spot | None = None
    ignore: tuple[Spot, ...] = ()
    length: int = 0
    pad_short_records: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        super().__attrs_post_init__()
        if not self.columns:
            message = "columns must say where each field stands: name = { start = 1, length = 8 }"
            raise ValueError(message)
        end = max(span.end for span in self.columns.values())
        if self.length and self.length < end:
            message = f"length is {self.length}, but a column ends at {end}"
            raise ValueError(message)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that the profile may speak of."""
        return tuple(self.columns)

    @functools.cached_property
    def size(self) -> int:
        """How many characters a data record has."""
        return self.length or max(span.end for span in self.columns.values())


@frozen(kw_only=True)
class Sheet(Layout):
    """A sheet of a workbook (XLSX): values only, no formula is worked out.

    Attributes:
        sheet: Its number, from 1, or its name.
        header_row: The row with the names of columns, from 1; none where columns are all known by number.
        first_row: The first data row.
        columns: Where each stands: its number, its letter or its name in the header row.
    """

    kind: str = field(default="sheet", validator=one_of("sheet"))
    sheet: int | str = 1
    header_row: int | None = None
    first_row: int = 2
    columns: Mapping[str, SheetColumn] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        super().__attrs_post_init__()
        if not self.columns:
            message = "columns must say where each stands: name = 6, or a letter or header"
            raise ValueError(message)
        by_name = [name for name, place in self.columns.items() if place.header is not None]
        if by_name and self.header_row is None:
            message = (
                f"the column {by_name[0]!r} is known by its header, so header_row must say where that is"
            )
            raise ValueError(message)
        if self.first_row < 1 or (self.header_row or 0) >= self.first_row:
            message = "first_row must be 1 or more, and below header_row"
            raise ValueError(message)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that the profile may speak of."""
        return tuple(self.columns)
