"""Layouts of files that we write: what stands in a row and how it is printed, as data.

A layout states everything; what contradicts itself is refused when it is made.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import Attribute, field, frozen

from localgov_ims.files.columns import one_of

ENCODINGS: Final = ("utf-8", "cp1252", "iso-8859-1", "ascii")
_LINE_ENDS: Final = {"CRLF": "\r\n", "LF": "\n"}
LITERAL: Final = "="
"""What begins a text of its own among the sources of `from`: `"=IMS "`."""


class Vat(enum.Enum):
    """How a ledger takes VAT: on a row of its own, beside the net in one row, or inside the gross by its code."""

    SEPARATE_LINE = "separate_line"
    NET_WITH_TAX = "net_with_tax"
    GROSS_WITH_CODE = "gross_with_code"


class Sign(enum.Enum):
    """How a row says its side: by the sign of its amount, by which column it stands in, or by a code."""

    DEBIT_POSITIVE = "debit_positive"
    CREDIT_POSITIVE = "credit_positive"
    DR_CR_COLUMNS = "dr_cr_columns"
    TYPE_CODE = "type_code"


@frozen(kw_only=True)
class Field:
    """One field of a record: where its text comes from (exactly one way), and how it is printed.

    Attributes:
        from_: Sources, or texts that begin with `=`, one after the other; `join` stands between them.
        map: What is printed for each value of the one source; a value that is not there is a Problem.
        literal: A text; setting: the name of a setting; step: counts rows by it.
        max: The most bytes; width: exactly so many, filled up by `pad` on the side that `align` leaves.
        date: How days are printed (strftime), ISO otherwise; digits: whole numbers have at least so many.
        zero: The text of an amount of nothing; default: the text of a blank.
        truncate: Whether a longer text is cut. Codes and references never are.
        when: On which side of the ledger it is printed; blank on the other.
        beside: A source beside which it stands: where that is blank, so is this.
        required: Whether a blank is a Problem.
    """

    name: str
    from_: tuple[str, ...] = ()
    join: str = ""
    map: Mapping[str, str] | None = None
    literal: str | None = None
    setting: str | None = None
    step: int | None = None
    max: int | None = None
    width: int | None = None
    align: str = field(default="left", validator=one_of("left", "right"))
    pad: str = " "
    date: str = ""
    digits: int = 0
    zero: str | None = None
    default: str = ""
    truncate: bool = False
    when: str | None = None
    beside: str | None = None
    required: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        ways = (bool(self.from_), self.literal is not None, self.setting is not None, self.step is not None)
        if sum(ways) != 1:
            message = f"field {self.name!r}: give exactly one of from, literal, setting and step"
            raise ValueError(message)
        if self.map is not None and len(self.sources) != 1:
            message = f"field {self.name!r}: map needs one source in from"
            raise ValueError(message)
        if any(size is not None and size < 1 for size in (self.max, self.width, self.step)):
            message = f"field {self.name!r}: max, width and step must be 1 or more"
            raise ValueError(message)
        if not (len(self.pad) == 1 and self.pad.isascii() and self.pad.isprintable()):
            message = f"field {self.name!r}: pad must be one ASCII character, not {self.pad!r}"
            raise ValueError(message)
        if self.when not in {None, "debit", "credit"}:
            message = f"field {self.name!r}: when must be 'debit' or 'credit', not {self.when!r}"
            raise ValueError(message)

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources it is made of, without texts of its own."""
        return tuple(source for source in self.from_ if not source.startswith(LITERAL))

    @property
    def size(self) -> int | None:
        """The most bytes it may have; none where there is no limit."""
        return self.width if self.width is not None else self.max


@frozen(kw_only=True)
class Record:
    """A record before or after the rows, such as a trailer with its totals."""

    fields: tuple[Field, ...]


@frozen(kw_only=True)
class Layout:
    """How a file is written.

    Attributes:
        quote: `minimal`, `all`, or `none` - then a delimiter in a text is a Problem.
        names: Whether the first line names the columns.
        amount: `pounds` with two decimals, or whole `pence`.
        spreadsheet: Whether text that a spreadsheet would run gets an apostrophe in front.
        pair: Whether one row carries both sides, `offset.*` being the other.
        max_rows: Where a journal is divided, between its sources: each part balances.
        vat, sign, period_style, tax_codes, tax_code_none: A ledger's policies, where its settings do not say.
    """

    name: str
    kind: str = field(validator=one_of("delimited", "fixed"))
    fields: tuple[Field, ...]
    header: Record | None = None
    trailer: Record | None = None
    delimiter: str = field(default=",")
    quote: str = field(default="minimal", validator=one_of("minimal", "all", "none"))
    line_end: str = field(default="CRLF", validator=one_of(*_LINE_ENDS))
    encoding: str = field(default="utf-8", validator=one_of(*ENCODINGS))
    names: bool = False
    amount: str = field(default="pounds", validator=one_of("pounds", "pence"))
    spreadsheet: bool = False
    pair: bool = False
    max_rows: int | None = None
    extension: str = ""
    vat: str | None = None
    sign: str | None = None
    period_style: str | None = None
    tax_codes: Mapping[str, str] = field(factory=dict)
    tax_code_none: str | None = None

    @delimiter.validator
    def _one_character(self, _: Attribute[str], value: str) -> None:
        if len(value) != 1 or value in '"\r\n\0':
            message = f"delimiter must be one character that is no quote and no line end, not {value!r}"
            raise ValueError(message)

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        unprintable = [each.name for each in self.fields if self.names and not self._encodes(each.name)]
        if unprintable:
            message = (
                f"the column name {unprintable[0]!r} is not in {self.encoding}, the encoding of the file"
            )
            raise ValueError(message)
        if self.max_rows is not None and self.max_rows < 1:
            message = f"max_rows must be 1 or more, not {self.max_rows}"
            raise ValueError(message)
        if not self.fields:
            message = "there is no [[field]]: nothing would be written"
            raise ValueError(message)
        if self.is_fixed:
            without = [each.name for each in self.every_field if each.width is None]
            if without:
                message = f"in a fixed layout every field has a width; {without[0]!r} has none"
                raise ValueError(message)
            if self.names or self.spreadsheet:
                message = (
                    "header = true and spreadsheet are for delimited files; give a [header] record instead"
                )
                raise ValueError(message)

    def _encodes(self, name: str) -> bool:
        try:
            name.encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return name.isprintable()

    @property
    def is_fixed(self) -> bool:
        """Whether fields stand at fixed places, without a delimiter."""
        return self.kind == "fixed"

    @property
    def end(self) -> str:
        """What ends a line."""
        return _LINE_ENDS[self.line_end]

    @property
    def suffix(self) -> str:
        """What names of its files end in."""
        return self.extension or ("txt" if self.is_fixed else "csv")

    @property
    def every_field(self) -> Iterator[Field]:
        """The fields of the rows, the header and the trailer."""
        yield from self.fields
        for record in (self.header, self.trailer):
            if record is not None:
                yield from record.fields

    def encoded(self, text: str) -> bytes:
        """Return the bytes of *text*; what the encoding has not is replaced, having been a Problem before."""
        # plain text has the same bytes in every encoding there is here; the code for cp1252 is several times slower
        return text.encode("ascii" if text.isascii() else self.encoding, "replace")

    def prints(self, source: str) -> bool:
        """Tell whether a field of the rows is made of *source*."""
        return any(source in each.sources for each in self.fields)
