"""Payouts that their report states as a row: it proves the others and names the day, and is no line of theirs."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

from attrs import evolve

from localgov_ims.service.files.importing import import_file
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.verifying import verify
from localgov_ims.storage import settlements

REPORT = Path(__file__).parents[1] / "builtin" / "samples" / "settlements" / "adyen_settlement_detail.csv"


def test_a_batch_is_recorded_without_the_row_of_its_payout(installation: Installation) -> None:
    council = installation.council
    stripe = evolve(council.sources["stripe"], format="adyen-settlement")
    taking = evolve(installation, council=evolve(council, sources={**council.sources, "stripe": stripe}))
    result = import_file(taking, Incoming(name="batch.csv", stream=io.BytesIO(REPORT.read_bytes())))
    assert (result.status, result.counts) == ("recorded", {"settlements": 1, "lines": 2})
    with taking.store.reading() as connection:
        (payout,) = settlements.some(connection)
        lines = settlements.lines_of(connection, payout.id)
    assert (payout.reference, payout.paid_on, payout.lines) == ("134", date(2026, 10, 7), 2)
    assert (payout.gross.pence, payout.fees.pence, payout.net.pence) == (8000, 60, 7940)
    assert [each.line.net.pence for each in lines] == [9940, -2000]
    assert all(law.holds for law in verify(taking))
