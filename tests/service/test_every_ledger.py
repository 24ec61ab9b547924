"""A period of the model office goes to every finance system there is an exporter for: balanced, proved, and once."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from localgov_ims.bootstrap.exporting import chosen_exporters
from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.ledgers import Ledger
from localgov_ims.domain.money import Money
from localgov_ims.hooks import registry
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.exporting import export_to_folder
from localgov_ims.simulator.running import ACTOR, DemoResult

PIPE = Path(__file__).parents[2] / "examples" / "layouts" / "pipe-journal.toml"
TAX = {"tax_codes": {"S": "S1", "Z": "Z1", "E": "E1", "X": "X1"}, "tax_code_none": "N0"}
UNIT4 = {"interface": "BI", "voucher_type": "IN", "client": "C1", "period_style": "end_year", **TAX}
LEDGERS: dict[str, dict[str, Any]] = {
    "generic-csv": {},
    "generic-fixed": {},
    "layout": {"layout": tomllib.loads(PIPE.read_text("utf-8")), **TAX},
    "unit4-gl07": UNIT4,
    "unit4-xml": UNIT4,
    "oracle-fusion": {
        "ledger_id": "300", "source": "IMS", "category": "Income", "segments": ["=01", "account", "dim1", "dim2"],
    },
    "sap-csv": {"company_code": "1000", "document_type": "SA", "assignment": "blank", **TAX},
    "d365-finance": {"journal_name": "GenJrn"},
    "business-central": {"journal_template": "GENERAL", "journal_batch": "IMS"},
    "sage-50": {},
    "xero": {**TAX, "tracking_name_1": "Department", "tracking_name_2": "Project"},
}  # fmt: skip


@pytest.fixture(scope="module")
def office(eleven_days: DemoResult, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Give a copy of the eleven days, whose ledgers have had nothing yet."""
    folder = Path(shutil.copytree(eleven_days.folder, tmp_path_factory.mktemp("ledgers") / "council"))
    opened = open_installation(folder / "council.toml", by=ACTOR)
    yield opened
    opened.store.close()


def test_every_exporter_that_is_offered_is_tried() -> None:
    assert set(registry.load(None).exporters) == set(LEDGERS)


@pytest.mark.parametrize("name", LEDGERS)
def test_eleven_days_are_exported_proved_and_exported_once(
    office: Installation, name: str, tmp_path: Path
) -> None:
    ledger = Ledger(name=f"L{list(LEDGERS).index(name)}", exporter=name, options=LEDGERS[name])
    ledgers = {ledger.name: ledger}
    house = evolve(
        office, council=evolve(office.council, ledgers=ledgers),
        exporters=chosen_exporters(ledgers, registry.load(None).exporters),
    )  # fmt: skip
    exported = export_to_folder(house, ledger.name, tmp_path).exported
    assert len(exported) > 5
    for made in exported:
        data = (tmp_path / made.artefact.name).read_bytes()
        again = house.exporters[ledger.name].exporter.reparse(data)
        assert (again, again.debit) == (made.artefact.totals, made.debits)
        assert again.debit == again.credit
    assert Money.total(made.debits for made in exported) > Money(0)
    assert export_to_folder(house, ledger.name, tmp_path).exported == ()
