"""A run of reconciliation that is killed at any point, and done again, has the same Matches as one that nobody disturbed."""

from __future__ import annotations

import random
import signal
from pathlib import Path
from typing import Any

import pytest
from tests.stories.dying import tried

POINTS = 16


def _tried(folder: Path, points: list[int]) -> list[dict[str, Any]]:
    folder.mkdir()
    return tried("killed_reconciling.py", folder, points, seconds=600)


@pytest.mark.slow
def test_a_run_killed_at_any_point_and_done_again_matches_the_same(tmp_path: Path) -> None:
    (whole,) = _tried(tmp_path / "whole", [0])
    assert whole["again"].count("'banked'") == 8
    # Another choice of points every time; the seed of a failure is not needed to see it.
    points = sorted(random.Random().sample(range(1, whole["calls"] + 1), POINTS))
    for each in _tried(tmp_path / "killed", points):
        assert each["ended"] == signal.SIGKILL
        assert each["again"] == whole["again"], f"killed at call {each['point']} of {whole['calls']}"
