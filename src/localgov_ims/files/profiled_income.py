"""Rows of an agency's or department's file to income: every row proved against what its trailers state."""

from __future__ import annotations

from collections.abc import Iterator

from localgov_ims.domain.issues import Issue
from localgov_ims.files.closing import Sums, closed
from localgov_ims.files.events import Event, Opened
from localgov_ims.files.income_faults import explained
from localgov_ims.files.income_fields import IncomeFields
from localgov_ims.files.income_rows import converter
from localgov_ims.files.layouts import Layout
from localgov_ims.files.tables import Row, Table


def events(layout: Layout, fields: IncomeFields, table: Table) -> Iterator[Event]:
    """Yield the one file of receipts that *table* is."""
    convert, columns, sums = converter(layout, fields, table.columns), table.columns, Sums()
    add = sums.add
    for record in table.records:
        if isinstance(record, Issue):
            sums.faulty = True
            yield record
            continue
        number, line, cells = record
        row = convert(number, line, cells)
        if row is None:
            row, issues = explained(layout, fields, Row(cells, columns, number, line))
            yield from issues
            if row is None:
                sums.faulty = True
                continue
        if not sums.count:
            yield Opened(account=fields.source, message=layout.name, place=row.place)
        add(row.amount.pence, row.taken_on)
        yield row
    yield from closed(table, sums, fields.source, layout.name, nil_returns=fields.nil_returns)
