"""Handing rows to DuckDB: what they say of people stays nowhere, even if the process is killed while it reads."""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path

import pytest

from localgov_ims.reconciliation import handing_over
from localgov_ims.reconciliation.handing_over import passing_file
from localgov_ims.reconciliation.snapshot import Snapshot

ROW = ("1", date(2026, 5, 11), 900, "main", None, None, None, None, "A PAYER", "RENT", "open")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty folder in which temporary files are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def _texts() -> list[tuple[str]]:
    snapshot = Snapshot("VARCHAR")
    snapshot.load("line", [ROW])
    return snapshot.duck.execute("SELECT text FROM all_lines").fetchall()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere an open file needs a name")
def test_a_file_that_is_being_handed_over_has_no_name_that_could_stay(folder: Path) -> None:
    with passing_file() as path:
        path.write_text("A PAYER", encoding="utf-8")
        assert list(folder.iterdir()) == []
        assert path.read_text(encoding="utf-8") == "A PAYER"
    assert _texts() == [("RENT",)]


def test_where_an_open_file_has_no_path_the_file_is_in_a_folder_of_ones_own_and_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "_OPEN_FILES", folder / "nowhere")
    with passing_file() as path:
        path.write_text("A PAYER", encoding="utf-8")
        assert path.parent.parent == folder
        assert path.parent.stat().st_mode & 0o077 == 0
    assert _texts() == [("RENT",)]
    assert list(folder.iterdir()) == []
