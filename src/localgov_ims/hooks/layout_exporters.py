"""Exporters that are layouts: what a plugin offers whose ledger's file can be described in TOML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from localgov_ims.files.writing.answered import AnsweredExporter
from localgov_ims.files.writing.exporter import LayoutExporter, journal_layout
from localgov_ims.hooks.interfaces import ACKNOWLEDGEMENT, API_VERSION, LedgerExporterSpec

Table = Mapping[str, Any]


def layout_exporter_spec(
    *, name: str, layout: Callable[[Any], Table], settings_model: type[Any]
) -> LedgerExporterSpec:
    """Return the offer of an exporter that writes and reads back by a layout.

    Args:
        name: What settings choose it by.
        layout: Gives the layout's table of the settings, usually one that ships with the plugin, whatever they say.
        settings_model: An attrs class; its attributes are what the layout's fields name as settings, and the policies
            `vat sign tax_codes tax_code_none period_style period_13 period_14`. Where it has an attribute `answer`, a
            mapping, the exporter has the capability `acknowledgement`: it reads what the finance system answers by the
            profile that settings give there, and nothing where they give none.
    """
    answered = "answer" in attrs.fields_dict(settings_model)

    def made(settings: Any) -> LayoutExporter:  # noqa: ANN401 - of the settings model
        values = attrs.asdict(settings, recurse=False)
        profile = values.pop("answer", None) if answered else None
        exporter = LayoutExporter(journal_layout(layout(settings)), values)
        return AnsweredExporter.by(exporter, profile, "ledgers.NAME.options.answer") if profile else exporter

    return LedgerExporterSpec(
        name=name, api_version=API_VERSION, settings_model=settings_model, factory=made,
        capabilities=frozenset({ACKNOWLEDGEMENT} if answered else ()),
    )  # fmt: skip
