"""Answers of other systems by profile: which lines of our file they took, and which not."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from localgov_ims.domain.answers import AnswerRow, Rest
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.files.cells import Cells
from localgov_ims.files.columns import AmountColumns
from localgov_ims.files.contents import Content, given, printed
from localgov_ims.files.limits import DEFAULT_LIMITS, Limits, Refused
from localgov_ims.files.profiles import AnyLayout, layout_and_content, table_of
from localgov_ims.files.tables import Row

_NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


@frozen(kw_only=True)
class StatusColumn:
    """The column that says whether a line was taken, and the words of it that mean so."""

    column: str
    accepted: tuple[str, ...] = ()
    rejected: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        """Refuse a word that means both."""
        if both := set(self.accepted) & set(self.rejected):
            message = f"{', '.join(sorted(both))} cannot mean accepted and rejected"
            raise ValueError(message)


@frozen(kw_only=True)
class AnswerFields(Content):
    """What another system says of a file of ours, line by line.

    Attributes:
        file: Column that names our file, by its number or its sequence.
        line, reference: Column of the line's number in our file, or of our reference of it; one of them, or both. A row
            with neither is about the whole file.
        status: Whether the line was taken; without it every row is one that was not.
        reason: Column that says why not.
        amount: What was taken or not; it is compared with what was sent.
        rest: Of lines that no row names: `open` (nothing is said), `accepted`, or `refuse` (each must be named).
    """

    yields: str = "answers"
    file: str | None = None
    line: str | None = None
    reference: str | None = None
    status: StatusColumn | None = None
    reason: str | None = None
    amount: AmountColumns | None = None
    rest: Rest = Rest.OPEN

    def __attrs_post_init__(self) -> None:
        """Refuse an answer that names no line."""
        if self.line is None and self.reference is None:
            message = "give line or reference: nothing else tells which line a row is about"
            raise ValueError(message)

    @property
    def used(self) -> tuple[str, ...]:
        """Every column that is read."""
        amounts = self.amount.columns if self.amount is not None else ()
        status = self.status.column if self.status is not None else None
        return (*given(self.file, self.line, self.reference, status, self.reason), *amounts)

    @property
    def amounts(self) -> Mapping[str, tuple[str, str]]:
        """Where the sign may stand, and the unit, of each column of amounts."""
        return printed(self.amount)


@frozen
class AnswerReader:
    """Reads the answers that one profile describes."""

    layout: AnyLayout
    content: AnswerFields

    @classmethod
    def of(cls, table: Mapping[str, object], name: str) -> AnswerReader:
        """Make one of a profile's table, which stands in the settings under *name*.

        Raises:
            ConfigurationError: It has an unknown key, lacks one, or a value is not what it must be; every one is named.
        """
        return cls(*layout_and_content(name, {"yields": "answers", **table}, {"answers": AnswerFields}))

    def read(self, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Iterator[AnswerRow | Issue]:
        """Yield each row, or the Issues about it; a file that cannot be read at all is one Issue."""
        try:
            table = table_of(self.layout, self.content, io.BytesIO(data), limits)
            for row in table.rows():
                yield from [row] if isinstance(row, Issue) else self._row(row)
        except Refused as refused:
            yield refused.issue

    def _row(self, row: Row) -> Iterator[AnswerRow | Issue]:
        fields, cells = self.content, Cells(self.layout, row)
        line = cells.optional(fields.line)
        if line is not None and _NUMBER.fullmatch(line) is None:
            cells.fault("bad-field", fields.line or "", "It must be the number of a line in our file.")
            line = None
        accepted = self._accepted(cells)
        pence = cells.amount(fields.amount) if fields.amount is not None else None
        reference, file = cells.reference(fields.reference), cells.reference(fields.file)
        yield from cells.issues
        if not cells.issues:
            yield AnswerRow(
                place=row.place, file=file, line=int(line) if line is not None else None, reference=reference,
                accepted=accepted, reason=cells.optional(fields.reason) or "",
                amount=Money(pence) if pence is not None else None,
            )  # fmt: skip

    def _accepted(self, cells: Cells) -> bool:
        status = self.content.status
        if status is None:
            return False
        said = cells.text(status.column)
        if said not in (*status.accepted, *status.rejected):
            known = ", ".join((*status.accepted, *status.rejected))
            cells.fault(
                "unknown-code",
                status.column,
                f"The profile knows {known}, not this. It must say what it means.",
            )
        return said in status.accepted
