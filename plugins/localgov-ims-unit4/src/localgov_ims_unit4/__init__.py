"""Journals for Unit4 ERP: GL07's fixed records of format 5.5, and ABWTransaction XML."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.hooks import API_VERSION, LedgerExporterSpec, hookimpl
from localgov_ims_unit4.gl07 import gl07
from localgov_ims_unit4.options import Gl07Settings, XmlSettings
from localgov_ims_unit4.xml import AbwTransaction

__all__ = ["AbwTransaction", "Gl07Settings", "XmlSettings", "gl07", "ims_ledger_exporters"]


@hookimpl
def ims_ledger_exporters() -> Iterable[LedgerExporterSpec]:
    """Offer `unit4-gl07` and `unit4-xml`."""
    return [
        LedgerExporterSpec(
            name="unit4-gl07", api_version=API_VERSION, settings_model=Gl07Settings, factory=gl07
        ),
        LedgerExporterSpec(
            name="unit4-xml", api_version=API_VERSION, settings_model=XmlSettings, factory=AbwTransaction
        ),
    ]
