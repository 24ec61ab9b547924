"""A feed's file: its sources, and the layout that writes it and reads it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any

from attrs import define, field, frozen

from localgov_ims.domain.feeds import FeedLine
from localgov_ims.domain.ledger_files import Problem
from localgov_ims.domain.money import Money
from localgov_ims.errors import ConfigurationError
from localgov_ims.files.writing.layout import Field, Layout
from localgov_ims.files.writing.parsing import layout_from
from localgov_ims.files.writing.reading_back import Cells, not_this, pence_of, place_of, plain, read_back
from localgov_ims.files.writing.whole import WholeFile
from localgov_ims.files.writing.words import Kind, Word, Words


@frozen(kw_only=True)
class FeedHead:
    """What is true of the whole file."""

    name: str
    number: str
    sequence: int
    created_on: date
    count: int
    total: int
    first_on: date | None
    last_on: date | None


@define
class FeedRow:
    """A line in a feed's file; `mop` is the back office's own word for the method."""

    number: int
    told: FeedLine
    pence: int
    mop: str
    side: str = ""

    @property
    def label(self) -> str:
        """What a person calls it."""
        return f"line {self.told.reference}"


@frozen
class FeedTotals:
    """What a file says: how many lines, and their sum."""

    count: int
    total: Money


def _sign(pence: int) -> str:
    return "-" if pence < 0 else "+"


FEED_WORDS: Words = {
    **{f"feed.{name}": Word(Kind.TEXT, attrgetter(name), of_file=True) for name in ("name", "number")},
    **{f"feed.{name}": Word(Kind.COUNT, attrgetter(name), of_file=True) for name in ("sequence", "count")},
    **{
        f"feed.{name}": Word(Kind.DAY, attrgetter(name), of_file=True)
        for name in ("created_on", "first_on", "last_on")
    },
    "feed.total": Word(Kind.AMOUNT, lambda head: abs(head.total), of_file=True),
    "feed.signed": Word(Kind.AMOUNT, attrgetter("total"), of_file=True),
    "feed.sign": Word(Kind.TEXT, lambda head: _sign(head.total), of_file=True),
    "line.account_reference": Word(Kind.TEXT, attrgetter("told.account_reference")),
    "line.amount": Word(Kind.AMOUNT, lambda row: abs(row.pence)),
    "line.signed": Word(Kind.AMOUNT, attrgetter("pence")),
    "line.sign": Word(Kind.TEXT, lambda row: _sign(row.pence)),
    "line.mop": Word(Kind.TEXT, attrgetter("mop")),
    "line.taken_on": Word(Kind.DAY, attrgetter("told.taken_on")),
    "line.row": Word(Kind.COUNT, attrgetter("number")),
    **{
        f"line.{name}": Word(Kind.TEXT, attrgetter(f"told.{name}"))
        for name in ("kind", "office", "corrects", "fund", "reference", "narrative", "first_file")
    },
}
"""The sources that a feed's layout may name. `feed.total` and `line.amount` have no sign; `sign` is `+` or `-`."""


@frozen
class FeedWriter:
    """Writes and reads back the files of one feed.

    Raises:
        ConfigurationError: The layout has no trailer with count and total, or its lines could not be added up again.
    """

    layout: Layout
    mops: Mapping[str, str]
    _file: WholeFile = field(init=False)

    @classmethod
    def of(cls, table: Mapping[str, Any], mops: Mapping[str, str]) -> FeedWriter:
        """Make one of a layout's table."""
        return cls(layout_from(table, FEED_WORDS), mops)

    def __attrs_post_init__(self) -> None:
        """Compile the layout, and refuse one whose files would prove nothing."""
        layout = self.layout
        trailer = layout.trailer.fields if layout.trailer is not None else ()
        said = {source for each in trailer for source in each.sources}
        own = {source for each in layout.fields for source in each.sources}
        counted = "feed.count" in said and ("feed.signed" in said or {"feed.total", "feed.sign"} <= said)
        if not counted or not ("line.signed" in own or {"line.amount", "line.sign"} <= own):
            message = (
                f"The layout {layout.name!r} of a feed needs a [trailer] with feed.count and feed.signed (or feed.total and "
                "feed.sign), and rows with line.signed (or line.amount and line.sign): nothing else proves a file."
            )
            raise ConfigurationError("bad_layout", message, layout=layout.name)
        object.__setattr__(self, "_file", WholeFile(layout, FEED_WORDS))

    def write(self, head: FeedHead, lines: Sequence[FeedLine]) -> tuple[bytes, list[Problem]]:
        """Return the file's bytes, and every reason why they should not be used."""
        unmapped: list[Problem] = []
        rows = [
            FeedRow(number, each, each.amount.pence, self._mop(each, unmapped))
            for number, each in enumerate(lines, 1)
        ]
        data, problems = self._file.write(head, rows)
        return data, [*unmapped, *problems]

    def reparse(self, data: bytes) -> FeedTotals:
        """Count a file from its bytes alone, and prove its trailer.

        Raises:
            RuleViolation: The bytes are not a file of this feed, or its trailer says otherwise.
        """
        read = read_back(self.layout, data)
        signed = self._amounts(self.layout.fields, "line.signed", "line.amount", "line.sign")
        totals = FeedTotals(len(read.rows), Money(sum(map(signed, read.rows))))
        assert self.layout.trailer is not None, "checked when this was made"  # noqa: S101
        fields, trailer = self.layout.trailer.fields, read.trailer or ()
        said = self._amounts(fields, "feed.signed", "feed.total", "feed.sign")(trailer)
        at = place_of(fields, "feed.count")
        count = plain(self.layout, fields[at], trailer[at]) or "0"
        if count.strip() != str(totals.count) or said != totals.total.pence:
            raise not_this(self.layout, "its trailer says otherwise than its lines")
        return totals

    def _mop(self, each: FeedLine, problems: list[Problem]) -> str:
        if not self.layout.prints("line.mop"):
            return ""
        told = self.mops.get(each.kind) or self.mops.get(each.mop)
        if told is None:
            message = f"The feed's mops have no word for method {each.mop!r} (or for the kind {each.kind!r})."
            problems.append(Problem("missing_setting", f"line {each.reference}", message))
        return told or ""

    def _amounts(
        self, fields: Sequence[Field], signed: str, amount: str, sign: str
    ) -> Callable[[Cells], int]:
        layout, sources = self.layout, [source for each in fields for source in each.sources]
        if signed in sources:
            at = place_of(fields, signed)
            return lambda cells: pence_of(layout, fields[at], cells[at])
        size, minus = place_of(fields, amount), place_of(fields, sign)

        def read(cells: Cells) -> int:
            pence = pence_of(layout, fields[size], cells[size])
            text = plain(layout, fields[minus], cells[minus])
            if text not in {"+", "-"} or pence < 0:
                raise not_this(layout, f"{fields[minus].name}: {text!r} is no sign")
            return -pence if text == "-" else pence

        return read
