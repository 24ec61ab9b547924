"""Rows of another system's file to the items that it lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import evolve

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.stated import ListedRow
from localgov_ims.files import tables
from localgov_ims.files.cells import EXCEL, EXCEL_NUMBER, Cells
from localgov_ims.files.closing import Sums, closed
from localgov_ims.files.events import Event, Opened, Totals
from localgov_ims.files.income_fields import TextField
from localgov_ims.files.income_values import Unreadable, text_taker
from localgov_ims.files.layouts import Layout
from localgov_ims.files.list_fields import ListFields
from localgov_ims.files.tables import Row, Table


def events(layout: Layout, fields: ListFields, table: Table) -> Iterator[Event]:
    """Yield the one list that *table* is."""
    reading, sums = _Reading(layout, fields, table), Sums()
    for row in table.rows():
        read = [row] if isinstance(row, Issue) else reading.row(row)
        if not isinstance(read, ListedRow):
            sums.faulty = True
            yield from read
            continue
        if not sums.count:
            yield Opened(account=fields.source, message=layout.name, place=read.place)
        sums.add(read.amount.pence, read.day)
        yield read
    if fields.positive == "out":
        table.declared = _turned(table.declared)
    yield from closed(table, sums, fields.source, layout.name, nil_returns=fields.nil_returns)


class _Reading:
    """How the rows of one file are read."""

    def __init__(self, layout: Layout, fields: ListFields, table: Table) -> None:
        self._layout, self._fields = layout, fields
        self._reference = text_taker(layout, fields.reference, table.columns)
        self._note = text_taker(layout, fields.note, table.columns) if fields.note is not None else None

    def row(self, row: Row) -> ListedRow | list[Issue]:
        """Return what a row says, or everything that is wrong with it."""
        cells, fields = Cells(self._layout, row), self._fields
        day, pence = cells.day(fields.day), cells.amount(fields.amount)
        reference = _text(cells, self._reference, fields.reference)
        note = _text(cells, self._note, fields.note) if self._note is not None and fields.note else ""
        column = (*fields.reference.column, "reference")[0]
        if reference == "":
            cells.fault("missing-field", column, "The row has no reference.")
        elif reference is not None and EXCEL_NUMBER.fullmatch(reference):
            cells.fault("bad-field", column, f"The reference is a rounded number. {EXCEL}")
        if cells.issues or day is None or pence is None or reference is None or note is None:
            return cells.issues
        amount = Money(pence if fields.positive == "in" else -pence)
        return ListedRow(place=row.place, day=day, reference=reference, amount=amount, note=note)


def _text(cells: Cells, take: Callable[[tables.Cells], str], field: TextField) -> str | None:
    try:
        return take(cells.row.cells)
    except Unreadable:
        known = ", ".join(field.map or field.allowed)
        message = (
            f"The profile knows {known} here, not this." if known else "The profile requires a text here."
        )
        cells.fault("unknown-code" if known else "missing-field", field.column[0], message)
        return None


def _turned(declared: Totals) -> Totals:
    """Return totals in which what is paid has no sign, as money out."""
    net = -declared.net if declared.net is not None else None
    return evolve(declared, net=net, credits=declared.debits, debits=declared.credits)
