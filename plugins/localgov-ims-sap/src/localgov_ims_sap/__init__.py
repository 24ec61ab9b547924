"""Journals for SAP: a layout, and what a site says of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

from attrs import field, frozen
from attrs.validators import in_

from localgov_ims.hooks import LedgerExporterSpec, hookimpl, layout_exporter_spec

__all__ = ["SapSettings", "ims_ledger_exporters"]


@frozen(kw_only=True)
class SapSettings:
    """Settings of `sap-csv`.

    Attributes:
        company_code: Four characters; document_type: two.
        tax_codes: SAP's code for each of our VAT codes; tax_code_none: for rows without one, blank if none.
        assignment: What stands in ZUONR: the `reference`, which has 18 characters at most, or `blank`. References of bank
            lines may be longer, and are never cut; the narrative has them too.
    """

    company_code: str
    document_type: str
    tax_codes: Mapping[str, str] = {}
    tax_code_none: str | None = None
    assignment: str = field(default="reference", validator=in_(("reference", "blank")))


@hookimpl
def ims_ledger_exporters() -> Iterable[LedgerExporterSpec]:
    """Offer `sap-csv`."""
    return [layout_exporter_spec(name="sap-csv", layout=_layout, settings_model=SapSettings)]


def _layout(settings: SapSettings) -> Mapping[str, Any]:
    table = tomllib.loads((resources.files(__name__) / "sap-csv.toml").read_text("utf-8"))
    if settings.assignment == "blank":
        table["field"] = [
            {"name": "ZUONR", "literal": ""} if each["name"] == "ZUONR" else each for each in table["field"]
        ]
    return table
