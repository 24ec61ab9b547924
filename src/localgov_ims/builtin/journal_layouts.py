"""The exporters that are layouts alone: two that ship with the core, and `layout` for one of the council's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from attrs import field, frozen

from localgov_ims.errors import ConfigurationError
from localgov_ims.files.writing.answered import AnsweredExporter
from localgov_ims.files.writing.exporter import LayoutExporter, journal_layout
from localgov_ims.hooks import ACKNOWLEDGEMENT, API_VERSION, LedgerExporterSpec

SHIPPED = ("generic-csv", "generic-fixed")
OWN = "layout"
"""The exporter that has no layout until settings give it one."""


@frozen(kw_only=True)
class LayoutOptions:
    """What a ledger's settings may say of a layout.

    Attributes:
        layout: The layout itself, in place of the shipped one.
        values: What its fields name as settings.
        answer: The profile of what the finance system answers, where it answers line by line.
    """

    layout: Mapping[str, Any] = field(factory=dict)
    values: Mapping[str, str] = field(factory=dict)
    vat: str | None = None
    sign: str | None = None
    tax_codes: Mapping[str, str] = field(factory=dict)
    tax_code_none: str | None = None
    period_style: str | None = None
    period_13: str | None = None
    period_14: str | None = None
    answer: Mapping[str, Any] = field(factory=dict)


def specs() -> Iterator[LedgerExporterSpec]:
    """Yield the offers: `generic-csv`, `generic-fixed` and `layout`."""
    for name in (*SHIPPED, OWN):
        yield LedgerExporterSpec(
            name=name, api_version=API_VERSION, settings_model=LayoutOptions, factory=_factory(name),
            capabilities=frozenset({ACKNOWLEDGEMENT}),
        )  # fmt: skip


def shipped(name: str) -> dict[str, Any]:
    """Return the table of a layout that ships with the core."""
    file = resources.files("localgov_ims.builtin") / "layouts" / f"{name}.toml"
    return tomllib.loads(file.read_text("utf-8"))


def _factory(name: str) -> Any:  # noqa: ANN401 - from LayoutOptions to an exporter
    def made(options: LayoutOptions) -> LayoutExporter:
        if not options.layout and name == OWN:
            message = (
                "The exporter 'layout' writes by a layout of yours: give it as [ledgers.NAME.options.layout]."
            )
            raise ConfigurationError("no_layout", message)
        policies = {
            key: getattr(options, key)
            for key in ("vat", "sign", "tax_codes", "tax_code_none", "period_style", "period_13", "period_14")
        }
        made = LayoutExporter(journal_layout(options.layout or shipped(name)), {**options.values, **policies})
        return (
            AnsweredExporter.by(made, options.answer, "ledgers.NAME.options.answer")
            if options.answer
            else made
        )

    return made
