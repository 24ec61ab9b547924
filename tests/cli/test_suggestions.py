"""`ims suggestions`: what a person says of bank lines, by commands."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.cli.desk import Desk, a_desk
from tests.service.files import camt, entry
from tests.service.test_reconciling import CARD_1, _taking, _work

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.service.payments.receipts import record_takings


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a new council with ann and bob."""
    return a_desk(tmp_path / "new", monkeypatch)


def _a_debit(desk: Desk) -> UUID:
    """Bring a receipt to the bank, and a debit of its amount that says nothing; return the debit's line."""
    council = open_installation(desk.config, clock=lambda: datetime.now(UTC), by="ann")
    record_takings(council, [_taking(CARD_1, "45.00")])
    _work(council, camt(entry("45.00", "A", end_to_end=CARD_1)))
    back = camt(
        entry("-45.00", "WHO KNOWS"), day=date(2026, 5, 12), number=2, opening="1045.00", name="b.xml"
    )
    line = _work(council, back)["WHO KNOWS"].line
    council.store.close()
    return line


def test_a_debit_is_matched_by_hand_and_undone_and_explained(desk: Desk) -> None:
    line = str(_a_debit(desk))
    for _ in range(2):
        assert (
            desk.said("suggestions", "debit", line, CARD_1, "--because", "a letter")
            == "1 record taken back.\n"
        )
        told = desk.said("explain", line)
        match = told.rpartition("Match ")[2].split()[0]
        undone = desk.said("suggestions", "undo", match, "--because", "another letter")
        assert undone == "1 record taken from the line, which is open again.\n"
        assert "was restored by" in desk.said("explain", CARD_1)
        assert desk.laws_hold()


def test_what_is_no_line_or_has_no_reason_is_refused(desk: Desk) -> None:
    line = str(uuid4())
    told = desk.refused("suggestions", "debit", line, CARD_1, "--because", "a letter", code=6)
    assert f"There is no bank line {line}." in told
    assert "--because" in desk.refused("suggestions", "debit", line, CARD_1, code=2)
