"""Whole files: a layout's header, rows and trailer, written together."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen

from localgov_ims.domain.ledger_files import Problem
from localgov_ims.files.writing.layout import Layout, Record
from localgov_ims.files.writing.printing import Printer, Row
from localgov_ims.files.writing.words import Words


@frozen
class WholeFile:
    """Writes the files of one layout whose words need no settings."""

    layout: Layout
    words: Words
    _printers: tuple[Printer | None, Printer, Printer | None] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Compile the layout."""

        def of(record: Record | None) -> Printer | None:
            return Printer.of(record.fields, layout, self.words, {}) if record is not None else None

        layout = self.layout
        printers = (of(layout.header), Printer.of(layout.fields, layout, self.words, {}), of(layout.trailer))
        object.__setattr__(self, "_printers", printers)

    def write(self, head: object, rows: Sequence[Row]) -> tuple[bytes, list[Problem]]:
        """Return the file's bytes, and every reason why they should not be used."""
        problems: list[Problem] = []
        header, printer, trailer = self._printers
        parts = [printer.names()] if self.layout.names else []
        parts += [header.once(head, problems)] if header is not None else []
        parts += printer.lines(head, rows, problems)
        parts += [trailer.once(head, problems)] if trailer is not None else []
        return self.layout.encoded("".join(parts)), problems
