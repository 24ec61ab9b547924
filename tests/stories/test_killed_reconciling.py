"""A run of reconciliation that is killed at any point, and done again, has the same Matches as one that nobody disturbed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHILD = Path(__file__).with_name("killed_reconciling.py")
ROOT = Path(__file__).parents[2]
POINTS = 16


def _tried(folder: Path, points: list[int]) -> list[dict[str, Any]]:
    folder.mkdir()
    command = [sys.executable, str(CHILD), str(folder), *map(str, points)]
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        timeout=600,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_a_run_killed_at_any_point_and_done_again_matches_the_same(tmp_path: Path) -> None:
    (whole,) = _tried(tmp_path / "whole", [0])
    assert whole["again"].count("'banked'") == 8
    # Another choice of points every time; the seed of a failure is not needed to see it.
    points = sorted(random.Random().sample(range(1, whole["calls"] + 1), POINTS))
    for each in _tried(tmp_path / "killed", points):
        assert each["ended"] == signal.SIGKILL
        assert each["again"] == whole["again"], f"killed at call {each['point']} of {whole['calls']}"
