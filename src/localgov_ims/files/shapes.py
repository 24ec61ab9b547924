"""Shapes: which files a profile knows by their first bytes - a header row, or the shape of the first data row."""

from __future__ import annotations

from collections.abc import Sequence

from localgov_ims.files import delimited, fixed
from localgov_ims.files.contents import Content
from localgov_ims.files.layouts import Delimited, Fixed, Layout
from localgov_ims.files.moments import day_shape
from localgov_ims.files.tables import Columns

_ZIP = b"PK\x03\x04"


def fits(head: bytes, layout: Layout, content: Content) -> bool:
    """Tell whether a file that begins with *head* may be laid out so; of a workbook, only that it is one."""
    if isinstance(layout, Delimited):
        return not head.startswith(_ZIP) and _delimited(head, layout, content)
    if isinstance(layout, Fixed):
        return not head.startswith(_ZIP) and _fixed(head, layout, content)
    return head.startswith(_ZIP)


def row_fits(cells: Sequence[str], columns: Columns, layout: Layout, content: Content) -> bool:
    """Tell whether a row has days, amounts and accounts where the profile says: in shape, though they may be none.

    Blank ones fit where another column may have what is meant, but some must be there.
    """
    seen = False
    for column in content.shape:
        if column not in columns.index:
            continue
        text = cells[columns.index[column]].strip()
        if column in content.days:
            fitting = day_shape(content.days[column])(text)
        elif column in content.accounts:
            fitting = content.accounts[column].match(text) is not None
        else:
            fitting = not text or layout.amounts(*content.amounts[column]).pence(text) is not None
        if not fitting:
            return False
        seen |= bool(text)
    return seen


def _delimited(head: bytes, layout: Delimited, content: Content) -> bool:
    expected = len(layout.names) + layout.last_comma
    for columns, below, headed in delimited.head_rows(head, layout):
        if headed and layout.header_row in {"required", "optional"}:
            return True
        if below and len(below[0]) == expected and row_fits(below[0], columns, layout, content):
            return True
    return False


def _fixed(head: bytes, layout: Fixed, content: Content) -> bool:
    for record in fixed.head_records(head, layout):
        if any(trailer.spot.on(record) for trailer in layout.trailers):
            return True
        if layout.data is not None and not layout.data.on(record):
            return False
        cells = fixed.cells_of(record, layout)
        return isinstance(cells, list) and row_fits(cells, fixed.columns_of(layout), layout, content)
    return False
