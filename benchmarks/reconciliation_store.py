"""The records of a reconciliation benchmark in our own store, and what the service makes of them."""

from __future__ import annotations

import csv
import gc
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import sqlalchemy as sa
from attrs import evolve, frozen

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.received_files import ReceivedFile
from localgov_ims.domain.references import ReferenceFormat
from localgov_ims.domain.settlements import RecordedSettlementLine, Settlement, SettlementKind, SettlementLine
from localgov_ims.domain.statements import BankLine, Evidence, References, Statement, StatementLine
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import Channel, LineInput, Origin, Transaction
from localgov_ims.domain.vat import VatRate
from localgov_ims.reconciliation.recognisers import IncomeSource, Recogniser, SourceKind
from localgov_ims.reconciliation.tariffs import Tariff
from localgov_ims.service.installation import Installation
from localgov_ims.service.reconciliation.reconciling import match_open
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage import (
    files,
    match_suggestions,
    reconciliation,
    settlements,
    statements,
    transactions,
)
from localgov_ims.storage.store import Unit

FIRST, NOW, BLOCK = date(2026, 4, 1), datetime(2026, 7, 10, 7, 0, tzinfo=UTC), 5000
CARD, BANK = "90", "14"


@frozen
class Known:
    """Which of the benchmark's records each of ours is."""

    lines: dict[UUID, int]
    receipts: dict[UUID, int]
    paid: dict[UUID, UUID]


def council(
    folder: Path, url: str, formats: ReferenceFormat, tariff: Tariff, recognisers: tuple[Recogniser, ...]
) -> Installation:
    """Open an empty store for a council that has one format, one provider and these recognisers."""
    config = folder / "council.toml"
    config.write_text(settings_text().replace("sqlite:///ims.sqlite", url), encoding="utf-8")
    made = open_installation(config, clock=lambda: NOW, by="benchmark", create=True)
    small = made.council
    sources = dict(small.sources) | {
        "worldpay": IncomeSource(name="worldpay", kind=SourceKind.SETTLEMENT, tariff="worldpay"),
        "returned": IncomeSource(name="returned", kind=SourceKind.INCOME),
    }
    methods = {**small.methods, CARD: evolve(small.methods[CARD], provider="worldpay")}
    funds = {code: evolve(fund, reference_format=None) for code, fund in small.funds.items()}
    own = evolve(
        small, formats={formats.name: formats}, tariffs={"worldpay": tariff}, sources=sources, rules=(), import_types={},
        recognisers=recognisers, methods=methods, funds=funds,
    )  # fmt: skip
    return evolve(made, council=own)


def fill(installation: Installation, data: Path) -> Known:
    """Record what the benchmark's files hold."""
    with installation.store.unit("import", by="benchmark") as unit:
        file = ReceivedFile(id=new_id(), sha256="0" * 64, size=1, name="benchmark")
        files.add(unit, file, [b"x"])
        receipts = _receipts(unit, data)
        known = Known(_lines(unit, data, file.id), receipts, _settlements(unit, data, file.id))
        unit.commit()
    return known


def _rows(data: Path, name: str, order: str) -> Iterator[list[dict[str, Any]]]:
    cursor = duckdb.connect().execute(f"SELECT * FROM '{data}/{name}.parquet' ORDER BY {order}")
    names = [column[0] for column in cursor.description or ()]
    while block := cursor.fetchmany(BLOCK):
        yield [dict(zip(names, row, strict=True)) for row in block]


def _receipts(unit: Unit, data: Path) -> dict[UUID, int]:
    known: dict[UUID, int] = {}
    for block in _rows(data, "txns", "txn_id"):
        made = [_receipt(row) for row in block]
        transactions.add(unit, made)
        known |= {each.id: row["txn_id"] for each, row in zip(made, block, strict=True)}
    return known


def _receipt(row: Mapping[str, Any]) -> Transaction:
    card = row["method"] == "CARD"
    line = LineInput(
        fund=str(row["fund"]), account_reference=row["account_ref"], amount=Money(row["amount"]), mop=CARD if card else BANK,
        vat_rate=VatRate(0),
    )  # fmt: skip
    return receipt(
        [line], channel=Channel.FILE, origin=Origin("payment", row["reference"]), recorded_at=NOW, recorded_by="benchmark",
        taken_on=FIRST + timedelta(days=row["day"]), reference=row["reference"], provider="worldpay" if card else None,
        provider_reference=row["psp_ref"] or None, merchant_account=str(row["merchant"]) if card else None,
    )  # fmt: skip


def _lines(unit: Unit, data: Path, file: UUID) -> dict[UUID, int]:
    known: dict[UUID, int] = {}
    of = Statement(
        id=new_id(), file=file, key="all", account="main", number="1", format="camt053", opening=None, closing=None,
        credits=NOTHING, debits=NOTHING, lines=0, not_booked=0, first_on=FIRST, last_on=FIRST, evidence=Evidence.UNPROVED,
        content="0" * 64,
    )  # fmt: skip
    statements.add(unit, of)
    for block in _rows(data, "lines", "line_id"):
        made = [
            StatementLine(
                id=new_id(), statement=of.id, account="main", key=str(row["line_id"]),
                line=BankLine(
                    position=row["line_id"] + 1, amount=Money(row["amount"]), booked_on=FIRST + timedelta(days=row["day"]),
                    place="row", references=References(end_to_end=row["e2e_ref"] or None), narrative=(row["narrative"],),
                ),
            )
            for row in block
        ]  # fmt: skip
        statements.add_lines(unit, made)
        known |= {each.id: row["line_id"] for each, row in zip(made, block, strict=True)}
    return known


def _settlements(unit: Unit, data: Path, file: UUID) -> dict[UUID, UUID]:
    """Record payouts with their lines, and return which payout each line is of."""
    known: dict[UUID, UUID] = {}
    by_payout: dict[str, list[Mapping[str, Any]]] = {}
    for block in _rows(data, "settle", "payout_id, psp_ref"):
        for row in block:
            by_payout.setdefault(row["payout_id"], []).append(row)
    for reference, rows in by_payout.items():
        gross, fees = (Money(sum(row[name] for row in rows)) for name in ("gross", "fee"))
        payout = Settlement(
            id=new_id(), file=file, source="worldpay", reference=reference, gross=gross, fees=fees, net=gross - fees,
            paid_on=FIRST + timedelta(days=max(row["day"] for row in rows)), lines=len(rows), content="0" * 64,
        )  # fmt: skip
        settlements.add(unit, payout)
        made = [
            RecordedSettlementLine(id=new_id(), settlement=payout.id, source="worldpay", line=_line(n, row))
            for n, row in enumerate(rows)
        ]
        settlements.add_lines(unit, made)
        known |= {each.id: payout.id for each in made}
    return known


def _line(position: int, row: Mapping[str, Any]) -> SettlementLine:
    gross, fee = Money(row["gross"]), Money(row["fee"])
    return SettlementLine(
        position=position, identifier=row["psp_ref"], kind=SettlementKind.PAYMENT, amount=gross, fee=fee, net=gross - fee,
        place="row", provider_reference=row["psp_ref"], occurred_on=FIRST + timedelta(days=row["day"]),
    )  # fmt: skip


def run(installation: Installation, known: Known, out: Path) -> tuple[float, int, int]:
    """Match what is open, and return the seconds and how many matches and suggestions were recorded."""
    gc.collect()
    gc.freeze()  # what the benchmark remembers of its records is none of the service's
    began = time.perf_counter()
    match_open(installation, new_id())
    seconds = time.perf_counter() - began
    with installation.store.reading() as connection:
        matches = connection.execute(sa.select(reconciliation.matches)).all()
        suggested = list(match_suggestions.open_suggestions(connection))
    line_of = {m.right_id: known.lines[m.left_id] for m in matches if m.right_kind == "settlement"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matches.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["line_id", "txn_id", "rule", "mode", "rank"])
            for m in matches:
                if m.right_kind == "receipt":
                    left = (
                        known.lines[m.left_id]
                        if m.left_kind == "line"
                        else line_of.get(known.paid[m.left_id])
                    )
                    if left is not None:
                        writer.writerow([left, known.receipts[m.right_id], m.rule, "auto", 0])
            for s in suggested:
                if s.right_kind == "receipt" and s.left_kind == "line":
                    writer.writerow([known.lines[s.left], known.receipts[s.right], s.rule, "suggest", s.rank])
        duckdb.sql(f"COPY (FROM read_csv('{path}', header = true)) TO '{out}' (FORMAT parquet)")
    return seconds, len(matches), len(suggested)
