"""Judging the rows of an income file by its import type, before allocation is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from attrs import frozen

from localgov_ims.domain.import_types import ImportType, Negative, Zero
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.issues import Issue
from localgov_ims.service.council import Council


@frozen
class RowJudge:
    """Says what is wrong with a row that its reader could not know: the council's codes, the type's policies.

    Attributes:
        received_on: The day the file came, from which the type's date window counts.
    """

    council: Council
    import_type: ImportType
    received_on: date

    def faults(self, row: IncomeRow) -> Iterator[Issue]:
        """Yield the faults of one row, its reader's first."""
        yield from row.issues
        given, council = self.import_type, self.council
        if row.amount.pence < 0 and given.negative is Negative.REFUSE:
            yield fault(
                row,
                "negative-amount",
                "amount",
                str(row.amount),
                "Files of this type take no amount below zero.",
            )
        if not row.amount.pence and given.zero is Zero.REFUSE:
            yield fault(
                row, "zero-amount", "amount", str(row.amount), "Files of this type take no row without money."
            )
        if given.date_window is not None:
            yield from self._day(row, given.date_window)
        if row.office and row.office not in council.offices:
            yield _unknown(row, "unknown-office", "office", row.office, council.offices)
        if row.vat_code and row.vat_code not in council.vat_codes:
            yield _unknown(row, "unknown-vat-code", "vat_code", row.vat_code, council.vat_codes)

    def _day(self, row: IncomeRow, window: tuple[int, int]) -> Iterator[Issue]:
        first, last = (self.received_on + timedelta(days=days) for days in window)
        if not first <= row.taken_on <= last:
            message = f"A row of a file received on {self.received_on:%d %B %Y} may be taken from {first:%d %B %Y} to {last:%d %B %Y}."
            yield fault(row, "date-out-of-range", "taken_on", row.taken_on.isoformat(), message)


def fault(row: IncomeRow, code: str, field: str, value: str, message: str) -> Issue:
    """Make an Issue about one field of a row."""
    return Issue(code=code, place=row.place, field=field, value=value, message=message)


def _unknown(row: IncomeRow, code: str, field: str, value: str, known: object) -> Issue:
    names = ", ".join(sorted(known)) if isinstance(known, dict) else ""
    what = field.replace("_", " ")
    message = f"There is no {what} {value!r} in the settings. There are: {names or 'none'}."
    return fault(row, code, field, value, message)
