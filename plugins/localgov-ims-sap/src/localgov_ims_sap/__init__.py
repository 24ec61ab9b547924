"""Journals for SAP: a layout, and what a site says of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

from attrs import frozen

from localgov_ims.hooks import LedgerExporterSpec, hookimpl, layout_exporter_spec

__all__ = ["SapSettings", "ims_ledger_exporters"]


@frozen(kw_only=True)
class SapSettings:
    """Settings of `sap-csv`.

    Attributes:
        company_code: Four characters; document_type: two.
        tax_codes: SAP's code for each of our VAT codes; tax_code_none: for rows without one, blank if none.
    """

    company_code: str
    document_type: str
    tax_codes: Mapping[str, str] = {}
    tax_code_none: str | None = None


@hookimpl
def ims_ledger_exporters() -> Iterable[LedgerExporterSpec]:
    """Offer `sap-csv`."""
    return [layout_exporter_spec(name="sap-csv", layout=_layout, settings_model=SapSettings)]


def _layout(_: SapSettings) -> Mapping[str, Any]:
    return tomllib.loads((resources.files(__name__) / "sap-csv.toml").read_text("utf-8"))
