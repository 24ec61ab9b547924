"""`ims notes` and `ims messages`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.desk import Desk, a_desk

CSV = "fund,account_reference,surname\n23,612345674,Bloggs\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a new council with ann and bob."""
    return a_desk(tmp_path / "new", monkeypatch)


def test_notes_are_written_and_read(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "holders.csv"
    file.write_text(CSV, encoding="utf-8")
    desk.ask("accounts", "import", file)
    assert "no notes" in desk.said("notes", "list", "holder", "23:612345674")
    assert "Noted on holder 23:612345674" in desk.said(
        "notes", "add", "holder", "23:612345674", "Rang\nagain"
    )
    made = desk.ask("notes", "add", "holder", "23:612345674", "Paid", by="bob")
    assert (made["text"], made["by"], made["subject"]) == ("Paid", "bob", "23:612345674")
    assert [note["text"] for note in desk.ask("notes", "list", "holder", "23:612345674")] == [
        "Rang\nagain",
        "Paid",
    ]
    said = desk.said("notes", "list", "holder", "23:612345674")
    assert ", ann\n  Rang\n  again\n" in said
    assert "no file" in desk.refused("notes", "add", "file", "ff", "x", code=6).lower()
    assert desk.laws_hold()


def test_messages_are_put_up_and_taken_down(desk: Desk) -> None:
    assert "no messages" in desk.said("messages", "list")
    made = desk.ask(
        "messages", "add", "Closed at noon", "--until", "2100-01-01 12:00", "--severity", "warning"
    )
    assert (made["message"], made["audience"], made["ends_at"]) == (1, "both", "2100-01-01T12:00:00+00:00")
    assert "from 01 Jun 2099 00:00" in desk.said(
        "messages", "add", "Later", "--until", "2099-07-01", "--from", "2099-06-01"
    )
    assert "Closed at noon" in desk.said("messages", "list")
    assert "not shown any more" in desk.said("messages", "end", "1")
    assert [each["message"] for each in desk.ask("messages", "list")] == [2]
    assert [each["ended_by"] for each in desk.ask("messages", "list", "--all")] == [None, "ann"]
    assert "taken down by ann" in desk.refused("messages", "end", "1", code=4)
    assert "no message 9" in desk.refused("messages", "end", "9", code=6)
