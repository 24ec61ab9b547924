"""Manual journals for Xero: a layout, and what a site says of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

from attrs import frozen

from localgov_ims.hooks import LedgerExporterSpec, hookimpl, layout_exporter_spec

__all__ = ["XeroSettings", "ims_ledger_exporters"]


@frozen(kw_only=True)
class XeroSettings:
    """Settings of `xero`.

    Attributes:
        tax_codes: The name of Xero's tax rate for each of our VAT codes; tax_code_none: for rows without one.
        tracking_name_1: Which tracking category the first dimension is an option of; tracking_name_2: the second.
    """

    tax_code_none: str
    tax_codes: Mapping[str, str] = {}
    tracking_name_1: str | None = None
    tracking_name_2: str | None = None


@hookimpl
def ims_ledger_exporters() -> Iterable[LedgerExporterSpec]:
    """Offer `xero`."""
    return [layout_exporter_spec(name="xero", layout=_layout, settings_model=XeroSettings)]


def _layout(_: XeroSettings) -> Mapping[str, Any]:
    return tomllib.loads((resources.files(__name__) / "xero.toml").read_text("utf-8"))
