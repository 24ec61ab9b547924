"""Journals for Sage 50: a layout, and what a site says of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

from attrs import frozen

from localgov_ims.hooks import LedgerExporterSpec, hookimpl, layout_exporter_spec

__all__ = ["SageSettings", "ims_ledger_exporters"]


@frozen(kw_only=True)
class SageSettings:
    """Settings of `sage-50`: the tax code of every row, one that touches no VAT return."""

    tax_code_none: str = "T9"


@hookimpl
def ims_ledger_exporters() -> Iterable[LedgerExporterSpec]:
    """Offer `sage-50`."""
    return [layout_exporter_spec(name="sage-50", layout=_layout, settings_model=SageSettings)]


def _layout(_: SageSettings) -> Mapping[str, Any]:
    return tomllib.loads((resources.files(__name__) / "sage-50.toml").read_text("utf-8"))
