"""GL07, format 5.5: records of 2060 bytes in 66 fields, without header or trailer, as a layout.

Source of the fields' positions: the public repository LBHounslow/agresso, docs/Agresso-5-5-Format.xlsx
(`gl07_fields.csv` holds the facts alone). To be verified at the site: alignment of numbers, and the style of periods.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import resources
from typing import Any, Final

import attrs
from attrs import frozen

from localgov_ims.domain.journals import Role
from localgov_ims.files.writing.exporter import LayoutExporter, journal_layout
from localgov_ims.files.writing.layout import Layout
from localgov_ims_unit4.options import Gl07Settings

_FILLED: Final[dict[str, dict[str, Any]]] = {
    "batch_id": {"from": "journal.number", "required": True},
    "interface": {"setting": "interface"},
    "voucher_type": {"setting": "voucher_type"},
    "client": {"setting": "client"},
    "account": {"from": "line.account", "required": True},
    **{f"dim_{n}": {"from": f"line.dim{n}"} for n in range(1, 8)},
    "tax_code": {"from": "line.tax_code", "required": True},
    "currency": {"literal": "GBP"},
    "cur_amount": {"from": "line.signed", "zero": ""},
    "amount": {"from": "line.signed", "zero": ""},
    "description": {"from": "line.narrative"},
    "trans_date": {"from": "line.taken_on", "date": "%Y%m%d"},
    "voucher_date": {"from": "journal.accounting_on", "date": "%Y%m%d", "required": True},
    "period": {"from": "journal.period"},
    "ext_ref": {"from": "line.reference"},
}
"""What stands in the fields that are filled; the tax system and all others are blank."""

_NUMBERS: Final = frozenset({"dc_flag", "cur_amount", "amount", "voucher_no"})


@frozen
class Position:
    """A field of the format: where it stands, from 1, ends included."""

    name: str
    first: int
    last: int


def positions() -> list[Position]:
    """Return the 66 fields, in order."""
    text = (resources.files("localgov_ims_unit4") / "gl07_fields.csv").read_text("utf-8")
    return [
        Position(row["name"], int(row["from"]), int(row["to"])) for row in csv.DictReader(text.splitlines())
    ]


def gl07(settings: Gl07Settings) -> LayoutExporter:
    """Return the exporter `unit4-gl07`."""
    return LayoutExporter(gl07_layout(settings), attrs.asdict(settings))


def gl07_layout(settings: Gl07Settings) -> Layout:
    """Return the layout of a site."""
    return journal_layout(
        {
            "name": "unit4-gl07", "kind": "fixed", "encoding": "cp1252", "line_end": "CRLF", "amount": "pence",
            "extension": "dat", "sign": "debit_positive", "field": list(_fields(settings)),
        }
    )  # fmt: skip


def _fields(settings: Gl07Settings) -> Iterator[dict[str, Any]]:
    kinds = {role.value: "GL" for role in Role} | {"vat": settings.vat_trans_type}
    filled = {**_FILLED, "trans_type": {"from": "line.role", "map": kinds, "required": True}}
    if settings.voucher_no == "sequence":
        filled["voucher_no"] = {"from": "journal.sequence"}
    if settings.dc_flag:
        filled["dc_flag"] = {"from": "line.side", "map": {"debit": "1", "credit": "-1"}}
    for position in positions():
        made = {"name": position.name, "width": position.last - position.first + 1}
        made |= filled.get(position.name, {"literal": ""})
        if position.name in _NUMBERS and position.name in filled:
            made |= {"align": settings.number_align, "pad": settings.number_fill}
        yield made
