"""A process killed at any point, and run again, leaves exactly one effect."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest
from tests.service.files import camt, csv, payout
from tests.stories.dying import ran

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.money import Money
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.bank import Entry
from localgov_ims.simulator.small_council import settings_text

POINTS = 8


def _council(folder: Path) -> tuple[Path, list[Path]]:
    config = folder / "council.toml"
    config.write_text(settings_text(), encoding="utf-8")
    entries = [
        Entry(amount=Money(1000 + n), text=f"J SMITH {'612345674' if n % 3 else 'NO IDEA'}")
        for n in range(60)
    ]
    made = [
        camt(*entries, Entry(amount=Money(11812), text="STRIPE PAYMENTS po_1")),
        csv(*entries[:20]),
        payout(("ch_1", "120.00", "1.88")),
    ]
    paths = []
    for file in made:
        path = folder / file.name
        path.write_bytes(file.stream.read())
        paths.append(path)
    return config, paths


def _run(config: Path, dies_at: int, files: list[Path]) -> subprocess.CompletedProcess[str]:
    return ran("killed_import.py", config, dies_at, *files, seconds=120)


def _effect(config: Path) -> dict[str, object]:
    """Return what the books say, without the identifiers that differ from run to run."""
    asked = {
        "lines": "SELECT account, position, pence FROM statement_lines ORDER BY 1, 2, 3",
        "statements": "SELECT account, number, opening, closing FROM statements ORDER BY 1, 2",
        "income": "SELECT fund, account_reference, pence FROM transaction_lines ORDER BY 1, 2, 3",
        "suspense": "SELECT reason, count(*) FROM suspense_items GROUP BY 1 ORDER BY 1",
        "matches": "SELECT rule, role, pence FROM matches ORDER BY 1, 2, 3",
        "dispositions": "SELECT kind, count(*) FROM dispositions GROUP BY 1 ORDER BY 1",
        "posted": "SELECT code, side, sum(pence), count(*) FROM journal_lines GROUP BY 1, 2 ORDER BY 1, 2",
    }
    with sqlite3.connect(config.parent / "ims.sqlite") as connection:
        found = {name: connection.execute(query).fetchall() for name, query in asked.items()}
    connection.close()
    return found


@pytest.mark.slow
def test_a_killed_morning_run_again_leaves_exactly_one_effect(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    config, files = _council(whole)
    finished = _run(config, 0, files)
    assert finished.returncode == 0, finished.stderr
    calls, expected = int(finished.stdout), _effect(config)
    assert len(expected["lines"]) == 81  # type: ignore[arg-type]
    chosen = (
        random.Random()
    )  # another choice of points every time; the seed of a failure is not needed to see it
    for dies_at in sorted(chosen.sample(range(1, calls + 1), POINTS)):
        folder = tmp_path / f"dies-at-{dies_at}"
        folder.mkdir()
        config, files = _council(folder)
        assert _run(config, dies_at, files).returncode == -signal.SIGKILL
        again = _run(config, 0, files)
        assert again.returncode == 0, again.stderr
        assert _effect(config) == expected, f"killed at call {dies_at} of {calls}"
        installation = open_installation(config)
        broken = [law.broken for law in verify(installation) if not law.holds]
        installation.store.close()
        assert broken == [], f"killed at call {dies_at} of {calls}"
