"""What every test of the plugin may ask for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from paying import Rig


@pytest.fixture
def rig() -> Rig:
    """Give an account at the mock."""
    return Rig()
