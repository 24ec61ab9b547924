"""A council with a past: Small Council after eleven days, to copy and to break."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from attrs import evolve
from tests.service import money_in

from localgov_ims.service.installation import Installation
from localgov_ims.simulator.running import DemoResult, run


@pytest.fixture(scope="session")
def eleven_days(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    """Run Small Council for eleven days, once for all tests; copy it before changing it."""
    return run(tmp_path_factory.mktemp("office") / "council", seed=3, days=11)


@pytest.fixture
def council_folder(eleven_days: DemoResult, tmp_path: Path) -> Path:
    """Give a copy of the eleven days to break."""
    return Path(shutil.copytree(eleven_days.folder, tmp_path / "council"))


@pytest.fixture
def desk(installation: Installation) -> Installation:
    """Give a council that takes payments, on each kind of database, with two administrators: tester and second."""
    made = evolve(installation, council=money_in.a_council())
    money_in.employ(made, "second", "administrator")
    return made
