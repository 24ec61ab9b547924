"""Tables: what a file of rows is, whichever way it is laid out - columns, and a row after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import define, frozen

from localgov_ims.domain.issues import Issue
from localgov_ims.files.events import NO_TOTALS, Totals

HEADER_PLACE = "line 1"

Cells = Sequence[str]
"""What stands in a row, to the letter, by column."""

Record = tuple[int, int, Cells]
"""A data row: its number, from 1; the line it begins on; its cells."""


@frozen
class Columns:
    """Where a profile's columns stand in one file, and what the file calls them."""

    header: Sequence[str]
    index: Mapping[str, int]

    def printed(self, column: str) -> str:
        """Return the file's own name of a profile's column."""
        return self.header[self.index[column]]


@frozen
class Row:
    """A data row: counted from 1, with the line it begins on."""

    cells: Cells
    columns: Columns
    number: int
    line: int

    @property
    def place(self) -> str:
        """Where it stands, for Issues and records."""
        return place_of(self.number, self.line)


@define
class Table:
    """A file of rows while it is read.

    Attributes:
        columns: Where the profile's columns stand.
        records: The data rows, and an Issue for each that cannot be divided into its cells.
        declared: What the trailers state, once the records are read; place: where the last of them stands.
        skipped: How many rows the profile leaves out.
    """

    columns: Columns
    records: Iterator[Record | Issue]
    declared: Totals = NO_TOTALS
    place: str = HEADER_PLACE
    skipped: int = 0

    def rows(self) -> Iterator[Row | Issue]:
        """Yield the data rows, each with its columns."""
        for record in self.records:
            if isinstance(record, Issue):
                yield record
            else:
                number, line, cells = record
                yield Row(cells, self.columns, number, line)


def place_of(number: int, line: int) -> str:
    """Return where a data row stands, as people are told it."""
    return f"row {number}, line {line}"
