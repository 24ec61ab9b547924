"""Cells to values: what a row's columns say, with an Issue for each that does not say it."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from attrs import define, field

from localgov_ims.domain.issues import Issue
from localgov_ims.files.columns import AccountColumn, AmountColumns, DayColumn
from localgov_ims.files.layouts import Layout
from localgov_ims.files.moments import day_reader
from localgov_ims.files.tables import Row
from localgov_ims.files.text import has_pence

_SORT = re.compile(r"[0-9]{6}", re.ASCII)
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_GROUP = re.compile(r"\(\?P<(\w+)>[^()]*\)", re.ASCII)
EXCEL_NUMBER = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+", re.ASCII)
"""What a spreadsheet makes of a long reference."""

EXCEL = "Was the file saved from a spreadsheet? Take it as the sender made it."


def stripped(text: str, strip: Collection[str]) -> str:
    """Return a cell without what a profile strips."""
    if text[:1] != "'" or ("leading-quote" not in strip and _GUARDED.match(text) is None):
        return text
    return text[1:]


@define
class Cells:
    """One row as a profile reads it; `issues` collects what is wrong with it, none is the last."""

    layout: Layout
    row: Row
    blank_amount: str = "missing-field"
    issues: list[Issue] = field(factory=list)

    def printed(self, column: str) -> str:
        """Return a cell to the letter."""
        return self.row.cells[self.row.columns.index[column]]

    def text(self, column: str) -> str:
        """Return a cell without what the profile strips."""
        text = self.printed(column)
        return text if not self.layout.strip else stripped(text, self.layout.strip)

    def optional(self, column: str | None) -> str | None:
        """Return a cell's text, or none where it is empty or the profile names no column."""
        return (self.text(column) or None) if column is not None else None

    def reference(self, column: str | None) -> str | None:
        """Return a reference, or none; one that a spreadsheet made a number of is `bad-field`."""
        text = self.optional(column)
        if column is not None and text is not None and EXCEL_NUMBER.fullmatch(text):
            self.fault("bad-field", column, f"The reference is a rounded number. {EXCEL}")
        return text

    def required(self, column: str, what: str) -> str | None:
        """Return a reference that must be there; an empty cell is `missing-field`."""
        if not self.text(column):
            self.fault("missing-field", column, f"The row has no {what}.")
        return self.reference(column)

    def day(self, column: DayColumn | None) -> date | None:
        """Return a day; an empty cell is `missing-field`, any other that is not one is `bad-date`."""
        if column is None or self.required(column.column, "date") is None:
            return None
        day = day_reader(column.format)(self.text(column.column))
        if day is None:
            self.fault("bad-date", column.column, f"Not a day printed as {column.format}. {EXCEL}")
        return day

    def pence(self, column: str, *, sign: str = "as-printed", unit: str = "pounds") -> int | None:
        """Return an amount in pence; an empty cell is `blank_amount`, one that is none is `bad-amount`."""
        text = self.text(column)
        if not text:
            self.fault(self.blank_amount, column, "The row has no amount here.")
            return None
        pence = self.layout.amounts(sign, unit).pence(text)
        if pence is None:
            self.fault("bad-amount", column, f"Not an amount printed as {self._shape(sign, unit)}. {EXCEL}")
        return pence

    def _shape(self, sign: str, unit: str) -> str:
        signed = "without a sign" if sign == "unsigned" else "with or without a sign"
        if unit == "pence":
            return f"whole pence such as 123450, {signed}"
        apart = self.layout.thousands
        thousands = f"thousands apart by {apart!r}" if apart else "no thousands separator"
        return f"1234{self.layout.decimal}50, {signed} and {thousands}"

    def amount(self, columns: AmountColumns) -> int | None:
        """Return a line's amount in pence, positive into the account, by the way the profile says."""
        if columns.credit is not None and columns.debit is not None:
            return self._one_of(columns.credit, columns.debit, columns.unit)
        if columns.column is None:
            return None
        if columns.direction is None or columns.direction_column is None:
            return self.pence(columns.column, sign=columns.sign or "as-printed", unit=columns.unit)
        pence = self.pence(columns.column, sign="unsigned", unit=columns.unit)
        code = self.text(columns.direction_column)
        if code not in columns.direction:
            known = ", ".join(columns.direction)
            self.fault(
                "unknown-code",
                columns.direction_column,
                f"The profile knows {known} as directions, not this.",
            )
            return None
        return pence if pence is None else pence * columns.direction[code]

    def _one_of(self, credit: str, debit: str, unit: str) -> int | None:
        filled = [column for column in (credit, debit) if self.text(column)]
        if len(filled) != 1:
            code = "bad-amount" if filled else self.blank_amount
            self.fault(code, f"{credit}/{debit}", "Exactly one of the two must be filled.")
            return None
        pence = self.pence(filled[0], sign="unsigned", unit=unit)
        return -pence if pence is not None and filled == [debit] else pence

    def account(self, column: AccountColumn) -> tuple[str, str | None] | None:
        """Return the account, normalised, and the currency that its cell names, if it names one."""
        if column.column is None:
            return column.value or "", None
        text = self.text(column.column)
        if not text:
            self.fault("missing-field", column.column, "The row has no account.")
            return None
        groups = column.match(text)
        if groups is None or EXCEL_NUMBER.fullmatch(text):
            printed = _GROUP.sub(r"<\1>", column.pattern)
            message = f"Not an account as the profile states it, printed {printed}. {EXCEL}"
            self.fault("bad-field", column.column, message)
            return None
        sort = groups.get("sort") or ""
        if column.sort is not None:
            sort = self.text(column.sort).replace("-", "").replace(" ", "")
            if _SORT.fullmatch(sort) is None:
                self.fault("bad-field", column.sort, f"Not a sort code of six digits. {EXCEL}")
        return sort + (groups["account"] or ""), groups.get("currency")

    def currency(self, code: str, column: str) -> str:
        """Return a currency code in capitals; one without two decimals is `bad-field`."""
        if not has_pence(code.upper()):
            self.fault("bad-field", column, "Not the code of a currency with two decimals.")
        return code.upper()

    def fault(self, code: str, column: str, message: str) -> None:
        """Collect an Issue at a column of the profile (or two, as `Credit/Debit`)."""
        self.issues.append(self.issue(code, column, message))

    def issue(self, code: str, column: str, message: str) -> Issue:
        """Make an Issue at a column, under the name that the file gives it, with what stands there."""
        known = column in self.row.columns.index
        name = self.row.columns.printed(column) if known else column
        value = self.printed(column) if known else ""
        return Issue(code=code, place=self.row.place, field=name, value=value, message=message)
