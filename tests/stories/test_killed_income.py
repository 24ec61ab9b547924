"""An import of an income file that is killed at any point leaves all of it or nothing, and done again it completes."""

from __future__ import annotations

import csv
import random
import signal
from pathlib import Path
from typing import Any

import pytest
from tests.service.incomes import row
from tests.stories.dying import tried

from localgov_ims.simulator.small_council import settings_text

POINTS = 20
ROWS = 2100
TYPE = """
[import_types.agency]
name = "Agency"
format = "standard-income"
defaults = { mop = "12" }
"""


def _tried(folder: Path, points: list[int]) -> list[dict[str, Any]]:
    return tried("killed_income.py", folder, points, seconds=300)


def _folder(folder: Path) -> Path:
    (folder / "empty").mkdir(parents=True)
    (folder / "empty" / "council.toml").write_text(settings_text() + TYPE, encoding="utf-8")
    with (folder / "income.csv").open("w", encoding="utf-8", newline="") as file:
        # No rule of Small Council's asks for a reference, so a half goes to suspense.
        csv.writer(file).writerows(
            row("1.00", "GW1234562" if n % 2 else f"N{n}", fund="13" if n % 2 else "") for n in range(ROWS)
        )
    return folder


@pytest.mark.slow
def test_an_income_file_killed_at_any_point_is_recorded_whole_or_not_at_all(tmp_path: Path) -> None:
    (whole,) = _tried(_folder(tmp_path / "whole"), [0])
    expected = {
        "lines": [ROWS, ROWS * 100],
        "items": ROWS // 2,
        "statuses": ["received", "in_progress", "recorded"],
    }
    assert whole["again"] == expected
    nothing = {"lines": [0, 0], "items": 0}
    points = sorted(random.Random().sample(range(1, whole["calls"] + 1), POINTS))
    tried = _tried(_folder(tmp_path / "killed"), points)
    for each in tried:
        killed = each["killed"]
        assert each["ended"] == signal.SIGKILL
        assert killed == expected or {**killed, "statuses": []} == {**nothing, "statuses": []}, each
        assert each["again"] == expected, each
