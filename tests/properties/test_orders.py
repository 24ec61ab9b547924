"""The order in which files come, and how often reconciliation is run between them, changes nothing of what is matched or posted."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.service.every_match import council_in, effect, of_others, of_the_bank, of_the_cash_office, template

from localgov_ims.service.files.importing import import_files
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.verifying import verify

EQUAL = {("receipt", "payment", "BBBBBBBBBBBC"), ("receipt", "payment", "BBBBBBBBBBBD")}
"""Two receipts of one amount for one account."""


def _worked(
    files: Sequence[Incoming], runs_after: Collection[int] = (), *, posted: bool = False
) -> dict[str, Any]:
    """Import files one by one, reconcile after some and at the end (and journal what is there, if *posted*); return the effect."""
    folder = Path(tempfile.mkdtemp(prefix="order-"))
    shutil.copytree(template(), folder, dirs_exist_ok=True)
    council = council_in(folder)
    for place, file in enumerate(files):
        import_files(council, [file])
        if place in runs_after:
            reconcile(council)
            if posted:
                build_journals(council, "MAIN")
    assert {result.status for result in import_files(council, files)} == {"seen"}
    reconcile(council)
    build_journals(council, "MAIN")
    assert [(law.law, law.broken) for law in verify(council) if not law.holds] == []
    found = effect(council)
    council.store.close()
    shutil.rmtree(folder)
    return found


@cache
def _at_once() -> dict[str, Any]:
    return _worked([*of_the_bank(), *of_the_cash_office(split=False), *of_others()])


def test_the_files_of_the_example_bring_every_kind_of_match() -> None:
    """What is permuted is not nothing."""
    found = _at_once()
    assert {rule for rule, *_ in found["matches"]} == {
        "reference", "settlement", "settlement-line", "income-file", "own-transfer", "reference-in-text", "unpaid-total",
    }  # fmt: skip
    assert Counter(kind for _, kind in found["ends"]) == {
        "matched": 11,
        "suspense": 3,
        "allocated": 2,
        "other": 2,
    }
    assert found["balances"] == {
        "5100": -45950, "7250": 271, "7260": 500, "9001": 39629, "9002": 7150, "9900": -1600,
    }  # fmt: skip


@settings(max_examples=4)
@given(st.data())
def test_the_order_of_files_changes_nothing(data: st.DataObject) -> None:
    files = data.draw(
        st.permutations([*of_the_bank(), *of_the_cash_office(split=data.draw(st.booleans())), *of_others()])
    )
    assert _worked(files) == _at_once()


@settings(max_examples=6)
@given(st.data())
def test_nor_do_runs_between_them_but_for_which_of_two_equal_receipts_is_on_which_line(
    data: st.DataObject,
) -> None:
    """What is open alone is matched at once; of two payments for one account of one amount either may be first."""
    files = data.draw(
        st.permutations([*of_the_bank(), *of_the_cash_office(split=data.draw(st.booleans())), *of_others()])
    )
    runs_after = data.draw(st.sets(st.integers(0, len(files) - 2), min_size=1, max_size=4))
    found = _worked(files, runs_after, posted=data.draw(st.booleans()))
    assert _alike(found) == _alike(_at_once())


def _alike(found: dict[str, Any]) -> dict[str, Any]:
    """Call the two receipts that stand for each other by one name."""
    called = [
        tuple(("receipt", "A JONES") if part in EQUAL else part for part in each) for each in found["matches"]
    ]
    return {**found, "matches": sorted(called, key=repr)}
