"""Judging the rows of an income file by its import type, before allocation is asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from localgov_ims.domain.import_types import ImportType, Negative, OnBadRow, Zero
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.issues import Issue
from localgov_ims.service.council import Council


class RowJudge:
    """Says what is wrong with a row that its reader could not know: the council's codes, the type's policies."""

    def __init__(self, council: Council, import_type: ImportType, received_on: date) -> None:
        """Judge by the type's policies; its date window counts from *received_on*, the day the file came."""
        self._council, self._received_on = council, received_on
        self._no_negatives = import_type.negative is Negative.REFUSE
        self._no_zeros = import_type.zero is Zero.REFUSE
        self._refuses = import_type.on_bad_row is OnBadRow.REFUSE_FILE
        window = import_type.date_window
        self._first = received_on + timedelta(days=window[0]) if window is not None else date.min
        self._last = received_on + timedelta(days=window[1]) if window is not None else date.max

    def faults(self, row: IncomeRow) -> list[Issue]:
        """Return the faults of one row, its reader's first."""
        council, pence, found = self._council, row.amount.pence, list(row.issues)
        if self._no_negatives and pence < 0:
            message = "Files of this type take no amount below zero."
            found.append(fault(row, "negative-amount", "amount", str(row.amount), message))
        if self._no_zeros and not pence:
            message = "Files of this type take no row without money."
            found.append(fault(row, "zero-amount", "amount", str(row.amount), message))
        if not self._first <= row.taken_on <= self._last:
            found.append(self._outside(row))
        if row.office and row.office not in council.offices:
            found.append(_unknown(row, "unknown-office", "office", row.office, council.offices))
        if row.vat_code and row.vat_code not in council.vat_codes:
            found.append(_unknown(row, "unknown-vat-code", "vat_code", row.vat_code, council.vat_codes))
        return found

    def refuse_file(self, faults: Iterable[Issue]) -> bool:
        """Tell whether faults of a row refuse its file: where the type says so, or what the sender must pay would be a guess."""
        return self._refuses or any(each.code == "total-mismatch" for each in faults)

    def _outside(self, row: IncomeRow) -> Issue:
        message = (
            f"A row of a file received on {self._received_on:%d %B %Y} may be taken from {self._first:%d %B %Y} to "
            f"{self._last:%d %B %Y}."
        )
        return fault(row, "date-out-of-range", "taken_on", row.taken_on.isoformat(), message)


def fault(row: IncomeRow, code: str, field: str, value: str, message: str) -> Issue:
    """Make an Issue about one field of a row."""
    return Issue(code=code, place=row.place, field=field, value=value, message=message)


def _unknown(row: IncomeRow, code: str, field: str, value: str, known: Iterable[str]) -> Issue:
    names = ", ".join(sorted(known))
    what = field.replace("_", " ")
    message = f"There is no {what} {value!r} in the settings. There are: {names or 'none'}."
    return fault(row, code, field, value, message)
