"""How far the cells of a sheet reach: known before a reader lays out every place up to the last one.

A cell of a few bytes may say that it stands anywhere. A place that no sheet has is refused, and so is a sheet that is
nearly all empty places.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Final
from xml.parsers import expat

from localgov_ims.files.limits import CHUNK, Limits, Refused, refuse
from localgov_ims.files.places import column_number
from localgov_ims.files.xml import new_parser

_PLACE: Final = "the workbook"
_LAST_COLUMN: Final = 16_384
_LAST_ROW: Final = 1_048_576
_ROW: Final = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
_CELL: Final = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})", re.ASCII)


def check_reach(content: bytes, limits: Limits) -> None:
    """Refuse a part of a workbook whose cells no reader should lay out; a part that is no sheet passes.

    Raises:
        Refused: A cell, a row or the sheet says that it stands where no sheet has a place, the cells reach over more
            places than the limits allow, or the part is no XML.
    """
    if b"sheetData" not in content:
        return
    reach = _Reach()
    parser = new_parser()
    parser.StartElementHandler = reach.started
    try:
        for at in range(0, len(content), CHUNK):
            parser.Parse(content[at : at + CHUNK], False)  # noqa: FBT003 - expat takes no keyword
        parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        message = "A sheet of the workbook is damaged. Fetch it again, unedited."
        raise refuse("not-well-formed", _PLACE, message) from error
    reach.check(limits)


class _Reach:
    """The furthest place so far, as a reader counts: what does not say where it stands follows what came before."""

    def __init__(self) -> None:
        self._rows = self._columns = self._cells = self._row = self._column = 0

    def started(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take an element of the sheet."""
        kind = name.rpartition(":")[2]
        if kind == "c":
            self._cell(attributes.get("r"))
        elif kind == "row":
            said = attributes.get("r")
            self._row = self._row + 1 if said is None else _row(said)
            self._rows = max(self._rows, self._row)
            self._column = 0
        elif kind == "dimension" and "ref" in attributes:
            for corner in attributes["ref"].split(":", 1):
                _corner(corner)

    def _cell(self, said: str | None) -> None:
        self._cells += 1
        if said is None:
            self._column += 1
        else:
            self._column, row = _corner(said)
            self._rows = max(self._rows, row)
        self._columns = max(self._columns, self._column)

    def check(self, limits: Limits) -> None:
        """Refuse a reach beyond the limits."""
        places = self._rows * self._columns
        if self._columns > _LAST_COLUMN or self._rows > _LAST_ROW:
            raise _nowhere(f"row {self._rows}, column {self._columns}")
        if places > limits.cells:
            message = f"The cells of a sheet reach over more than {limits.cells} places. Ask the sender for a smaller, plain one."
            raise refuse("limit-exceeded", _PLACE, message)
        if places > max(limits.empty_places, limits.places_per_cell * self._cells):
            message = (
                f"The sheet has {self._cells} cells, and they reach over {places} places: one stands far from the rest. "
                "Delete the empty rows and columns beyond the data, and save it again."
            )
            raise refuse("limit-exceeded", _PLACE, message)


def _corner(said: str) -> tuple[int, int]:
    found = _CELL.fullmatch(said)
    if found is None:
        raise _nowhere(said)
    column, row = _column(found[1]), int(found[2])
    if column > _LAST_COLUMN or row > _LAST_ROW:
        raise _nowhere(said)
    return column, row


_column = functools.lru_cache(maxsize=_LAST_COLUMN)(column_number)


def _row(said: str) -> int:
    if not _ROW.fullmatch(said) or int(said) > _LAST_ROW:
        raise _nowhere(said)
    return int(said)


def _nowhere(said: str) -> Refused:
    message = (
        f"A cell says that it stands in a place that no sheet has: they end at XFD{_LAST_ROW}. Ask the sender for a sheet "
        "saved by a spreadsheet program."
    )
    return refuse("layout-mismatch", _PLACE, message, field="place", value=said)
