"""What is wrong with a row of income, field by field.

An amount, a day or a code that cannot be read refuses the file; any other fault goes with its row, and the import's
policy decides. A field with a fault is left blank in its row: a text is never cut.
"""

from __future__ import annotations

from typing import Any

from attrs import evolve

from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.errors import InvalidValue
from localgov_ims.files.cells import EXCEL, Cells
from localgov_ims.files.income_fields import LONGEST_EXTRA, IncomeFields, TextField
from localgov_ims.files.income_rows import adds_up, rounded
from localgov_ims.files.income_values import Unreadable, rate_of, text_taker
from localgov_ims.files.layouts import Layout
from localgov_ims.files.moments import moment_reader
from localgov_ims.files.tables import Row


def explained(layout: Layout, fields: IncomeFields, row: Row) -> tuple[IncomeRow | None, list[Issue]]:
    """Return a row of income with its faults, or none where its amount or day cannot be read; and what refuses the file."""
    reading = _Reading(layout, fields, row)
    reading.read()
    stopping = reading.cells.issues
    if stopping or reading.pence is None or reading.day is None:
        return None, [*stopping, *reading.faults]
    made = IncomeRow(
        position=row.number, line=row.line, amount=Money(reading.pence), taken_on=reading.day,
        issues=tuple(reading.faults), **reading.said,
    )  # fmt: skip
    return made, []


class _Reading:
    """One row; `cells.issues` are those that refuse the file, `faults` those of the row."""

    def __init__(self, layout: Layout, fields: IncomeFields, row: Row) -> None:
        self.layout, self.fields, self.row = layout, fields, row
        self.cells = Cells(layout, row, blank_amount="bad-amount")
        self.faults: list[Issue] = []
        self.said: dict[str, Any] = {}
        self.pence = self.cells.amount(fields.amount)
        self.day = self.cells.day(fields.taken_on)

    def read(self) -> None:
        for name, text, longest in self.fields.texts:
            self.said[name] = self._text(text, longest)
        reference = self.fields.account_reference
        if reference is not None and rounded(self.said["account_reference"]):
            self._fault("bad-field", reference, f"The reference is a rounded number. {EXCEL}")
            self.said["account_reference"] = ""
        self.said["extra"] = {
            name: self._text(text, LONGEST_EXTRA) for name, text in self.fields.extra.items()
        }
        self._moments()
        self._rate()
        self._monies()
        if self.pence is not None and not self.cells.issues and self.fields.net_amount is not None:
            self._add_up(self.pence)

    def _text(self, field: TextField, longest: int) -> str:
        columns = self.row.columns
        try:
            text = text_taker(self.layout, field, columns)(self.row.cells)
        except Unreadable:
            return self._unread(field)
        if len(text) > longest:
            self._fault(
                "text-too-long", field, f"The text has {len(text)} characters; {longest} are allowed."
            )
            return ""
        return text

    def _unread(self, field: TextField) -> str:
        column = field.column[0]
        text = self.cells.text(column) if column in self.row.columns.index else ""
        if not field.cleaned(text):
            self._fault("missing-field", field, "The row says nothing here, and the profile requires it.")
        else:
            known = ", ".join(field.map or field.allowed)
            message = f"The profile knows {known} as codes, not this. It must say what it means."
            self.cells.fault("unknown-code", column, message)
        return ""

    def _moments(self) -> None:
        for name, moment in self.fields.moments:
            text = self.cells.text(moment.column) if moment.column in self.row.columns.index else ""
            if not text:
                continue
            found = moment_reader(moment.format)(text)
            self.said[name] = found[1] if found is not None else None
            # where it is the column of the day too, that is faulted already
            if found is None and moment != self.fields.taken_on:
                message = f"Not a day or time printed as {moment.format}."
                self.faults.append(self.cells.issue("bad-date", moment.column, message))

    def _rate(self) -> None:
        rate = self.fields.vat_rate
        if rate is None or rate.column not in self.row.columns.index:
            return
        text = self.cells.text(rate.column).strip()
        try:
            self.said["vat_rate"] = rate_of(text, rate.unit) if text else None
        except InvalidValue as error:
            self.faults.append(self.cells.issue("bad-field", rate.column, error.message))

    def _monies(self) -> None:
        for name, amount in self.fields.monies:
            there = [column for column, _ in amount.printed if column in self.row.columns.index]
            if not any(self.cells.text(column) for column in there):
                continue
            # Of VAT, only the line suffers; what an agent keeps is part of what the file must come to.
            cells = self.cells if name != "vat_amount" else evolve(self.cells, issues=[])
            pence = cells.amount(amount)
            if name == "vat_amount":
                self.faults += cells.issues
            if pence is not None:
                self.said[name] = Money(pence)

    def _add_up(self, pence: int) -> None:
        if adds_up(pence, self.said):
            return
        column = next(self.fields.net_amount.columns) if self.fields.net_amount is not None else ""
        net = self.said.get("net_amount")
        kept = Money.total(
            self.said[name] for name in ("fee_amount", "fee_vat") if self.said.get(name) is not None
        )
        must = Money(pence) - kept
        said = (
            f"not {net.shown()}: a difference of {(net - must).shown()}"
            if net is not None
            else "and no net is given"
        )
        message = f"{Money(pence).shown()} less fees of {kept.shown()} is {must.shown()}, {said}."
        self.faults.append(self.cells.issue("total-mismatch", column, message))

    def _fault(self, code: str, field: TextField, message: str) -> None:
        column = field.column[0] if field.column else ""
        self.faults.append(self.cells.issue(code, column, message))
