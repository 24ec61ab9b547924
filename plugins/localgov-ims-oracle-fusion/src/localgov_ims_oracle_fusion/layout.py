"""GlInterface.csv as a layout: 149 columns, most of them blank.

Sources: the order of the columns, a public writer of the upload file, checked against Oracle's own mapping guide of
GL_INTERFACE (`gl_interface_columns.csv`). Compare the list with the template of the site's release.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import resources
from typing import Any, Final

from localgov_ims.files.writing.exporter import journal_layout
from localgov_ims.files.writing.layout import Layout
from localgov_ims_oracle_fusion.options import FusionSettings

_FIRST_SEGMENT, _DAY = 9, "%Y/%m/%d"
_BATCH_TEXT: Final = ["=IMS ", "journal.ledger", "= ", "journal.accounting_on"]
_FILLED: Final[dict[int, dict[str, Any]]] = {
    1: {"literal": "NEW"},
    2: {"setting": "ledger_id", "default": ""},
    3: {"from": "journal.accounting_on", "date": _DAY},
    4: {"setting": "source"},
    5: {"setting": "category"},
    6: {"literal": "GBP"},
    7: {"from": "journal.created_on", "date": _DAY},
    8: {"literal": "A"},
    39: {"from": "line.debit"},
    40: {"from": "line.credit"},
    43: {"from": "journal.number", "max": 100},
    44: {"from": _BATCH_TEXT, "max": 240},
    46: {"from": "journal.number", "max": 100},
    47: {"from": _BATCH_TEXT, "max": 240},
    48: {"from": "line.reference", "max": 100},
    52: {"from": "line.narrative", "max": 240},
    67: {
        "from": ["journal.accounting_on", "journal.sequence"],
        "date": "%Y%m%d",
        "digits": 3,
        "required": True,
    },
}
"""What stands in the columns that are filled, by number. REFERENCE3 and REFERENCE11 to 20 never are."""


def columns() -> list[str]:
    """Return the names of the 149 columns, in order."""
    text = (resources.files("localgov_ims_oracle_fusion") / "gl_interface_columns.csv").read_text("utf-8")
    return [row["header"] for row in csv.DictReader(text.splitlines())]


def fusion_layout(settings: FusionSettings) -> Layout:
    """Return the layout of a site's GlInterface.csv."""
    fields = list(_fields(settings))
    if settings.end_marker:
        fields.append({"name": "END", "literal": "END"})
    return journal_layout(
        {"name": "oracle-fusion", "kind": "delimited", "sign": "dr_cr_columns", "field": fields}
    )


def _fields(settings: FusionSettings) -> Iterator[dict[str, Any]]:
    filled = dict(_FILLED)
    if not settings.ledger_id:
        filled[2] = {"literal": ""}
        filled[92] = {"setting": "ledger_name"}
    if settings.period_name:
        filled[95] = {"from": "journal.accounting_on", "date": settings.period_name}
    for place, segment in enumerate(settings.segments, _FIRST_SEGMENT):
        own = segment.startswith("=")
        filled[place] = {"literal": segment[1:]} if own else {"from": f"line.{segment}", "max": 25}
    for number, name in enumerate(columns(), 1):
        yield {"name": f"{number} {name}", **filled.get(number, {"literal": ""})}
