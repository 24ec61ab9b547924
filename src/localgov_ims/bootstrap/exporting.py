"""Exporters: from what a ledger's settings say to what makes its files."""

from __future__ import annotations

from collections.abc import Mapping

from localgov_ims.bootstrap.structuring import structured
from localgov_ims.domain.ledgers import Ledger
from localgov_ims.errors import ConfigurationError
from localgov_ims.hooks.interfaces import LedgerExporterSpec
from localgov_ims.service.installation import ChosenExporter


def chosen_exporters(
    ledgers: Mapping[str, Ledger], offered: Mapping[str, LedgerExporterSpec]
) -> dict[str, ChosenExporter]:
    """Return the exporter of each ledger, made of the options in its settings.

    Raises:
        ConfigurationError: A ledger names an exporter of no enabled plugin, or says what that one does not ask.
    """
    return {name: _chosen(ledger, offered) for name, ledger in ledgers.items()}


def _chosen(ledger: Ledger, offered: Mapping[str, LedgerExporterSpec]) -> ChosenExporter:
    where = f"[ledgers.{ledger.name}]"
    if ledger.exporter not in offered:
        there_are = ", ".join(sorted(offered)) or "none"
        message = f"{where} exporter: no enabled plugin offers {ledger.exporter!r}; there are: {there_are}."
        raise ConfigurationError("unknown_name", message, name=ledger.exporter)
    spec = offered[ledger.exporter]
    options = structured(ledger.options, spec.settings_model, f"[ledgers.{ledger.name}.options]")
    return ChosenExporter(name=spec.name, exporter=spec.factory(options))
