"""Journals for Dynamics 365 Finance and Business Central: two layouts, and what a site says of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

from attrs import field, frozen
from attrs.validators import and_, ge, le

from localgov_ims.hooks import LedgerExporterSpec, hookimpl, layout_exporter_spec

__all__ = ["BusinessCentralSettings", "FinanceSettings", "ims_ledger_exporters"]


@frozen(kw_only=True)
class FinanceSettings:
    """Settings of `d365-finance`.

    Attributes:
        journal_name: The journal's name, such as `GenJrn`.
        dimensions: How many dimensions the account structure has after the main account.
        dimension_separator: What stands between them.
        answer: The profile of the list of what was posted, or not, where the site sends one back.
    """

    journal_name: str
    dimensions: int = field(default=3, validator=and_(ge(0), le(30)))
    dimension_separator: str = "-"
    answer: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class BusinessCentralSettings:
    """Settings of `business-central`: the journal's template and batch."""

    journal_template: str
    journal_batch: str


@hookimpl
def ims_ledger_exporters() -> Iterable[LedgerExporterSpec]:
    """Offer `d365-finance` and `business-central`."""
    return [
        layout_exporter_spec(name="d365-finance", layout=_finance, settings_model=FinanceSettings),
        layout_exporter_spec(
            name="business-central",
            layout=lambda _: _table("business-central"),
            settings_model=BusinessCentralSettings,
        ),
    ]


def _finance(settings: FinanceSettings) -> dict[str, Any]:
    table = _table("d365-finance")
    (account,) = [each for each in table["field"] if each["name"] == "ACCOUNTDISPLAYVALUE"]
    account["from"] = ["line.account", *(f"line.dim{n}" for n in range(1, settings.dimensions + 1))]
    account["join"] = settings.dimension_separator
    return table


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files(__name__) / f"{name}.toml").read_text("utf-8"))
