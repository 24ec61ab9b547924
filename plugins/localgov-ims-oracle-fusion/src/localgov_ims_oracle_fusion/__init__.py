"""Journals for Oracle Fusion: `GlInterface.csv` in a zip, for file-based data import (FBDI)."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.hooks import API_VERSION, LedgerExporterSpec, hookimpl
from localgov_ims_oracle_fusion.exporter import FusionExporter
from localgov_ims_oracle_fusion.options import FusionSettings

__all__ = ["FusionExporter", "FusionSettings", "ims_ledger_exporters"]


@hookimpl
def ims_ledger_exporters() -> Iterable[LedgerExporterSpec]:
    """Offer `oracle-fusion`."""
    return [
        LedgerExporterSpec(
            name="oracle-fusion",
            api_version=API_VERSION,
            settings_model=FusionSettings,
            factory=FusionExporter,
        )
    ]
