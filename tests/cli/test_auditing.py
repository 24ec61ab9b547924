"""`ims audit`: who did what, and the proof."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_cli import answer, call

from localgov_ims.simulator.running import ACTOR, run


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the settings of a short demo, which nothing here changes."""
    return run(tmp_path_factory.mktemp("audit") / "council", seed=11, days=3).folder / "council.toml"


def show(config: Path, *options: object) -> Any:
    """Call `ims audit show` with --json."""
    return answer("--config", config, "audit", "show", *options)


def test_the_newest_comes_first_and_the_limit_holds(config: Path) -> None:
    entries = show(config, "--limit", 5)
    numbers = [entry["number"] for entry in entries]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 5
    assert set(entries[0]) == {"number", "at", "by", "action", "detail", "records", "hash"}
    assert show(config, "--limit", 1)[0]["hash"] == entries[0]["hash"]


def test_entries_are_chosen_by_user_action_and_day(config: Path) -> None:
    everything = show(config, "--limit", 100_000)
    assert [e["number"] for e in everything] == list(range(len(everything), 0, -1))
    mine = show(config, "--by", ACTOR.upper(), "--action", "import_file", "--limit", 1000)
    assert [e["number"] for e in mine] == [e["number"] for e in everything if e["action"] == "import_file"]
    assert mine
    day = mine[0]["at"][:10]
    on = show(config, "--since", day, "--until", day, "--limit", 1000)
    assert [e["number"] for e in on] == [e["number"] for e in everything if e["at"][:10] == day]
    assert show(config, "--by", "nobody") == []


def test_moments_are_those_of_london(config: Path) -> None:
    assert {entry["at"][-6:] for entry in show(config)} <= {"+01:00", "+00:00"}


def test_the_entry_that_wrote_a_record_is_found_by_its_id_and_by_a_reference(config: Path) -> None:
    item = answer("--config", config, "suspense", "list")[0]
    for name in (item["line"], item["bank_line"], item["line"].lower()):
        found = show(config, "--record", name)
        assert found
        assert {e["action"] for e in found} <= {"dispose", "import_file"}
    assert show(config, "--record", "no such thing") == []
    begun = show(config, "--record", ACTOR)
    assert [entry["action"] for entry in begun] == ["begin"]
    assert begun[0]["records"] == {"user_versions": 1, "users": 1}


def test_people_read_what_changed(config: Path) -> None:
    result = call("--config", config, "audit", "show", "--action", "add_user")
    assert "before: {" in result.output
    assert "after: {" in result.output
    assert "users: 1 record" in result.output
    assert "Nothing in the audit trail fits." in call("--config", config, "audit", "show", "--by", "x").output


def test_no_personal_data_stands_in_the_trail(config: Path) -> None:
    with sqlite3.connect(config.parent / "ims.sqlite") as connection:
        kept = [value for (value,) in connection.execute("SELECT value FROM personal_data")]
    connection.close()
    texts = {part for value in kept for part in value.split('"') if len(part) > 12}
    trail = str(show(config, "--limit", 100_000))
    assert texts
    assert [text for text in texts if text in trail] == []


def test_the_trail_is_proved_and_a_change_is_found(config: Path, tmp_path: Path) -> None:
    proved = answer("--config", config, "audit", "verify")
    assert (proved["holds"], proved["law"], proved["broken"]) == (True, 2, [])
    assert proved["checked"] > 100
    copy = Path(shutil.copytree(config.parent, tmp_path / "copy"))
    with sqlite3.connect(copy / "ims.sqlite") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE audit_entries SET by = 'nobody' WHERE number = 4")
    connection.close()
    broken = answer("--config", copy / "council.toml", "audit", "verify", code=5)
    assert any("Audit entry 4" in sentence for sentence in broken["broken"])
    assert "BROKEN" in call("--config", copy / "council.toml", "audit", "verify").output


def test_it_needs_audit_view(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMS_ACTOR", "nobody")
    assert call("--config", config, "audit", "show").exit_code == 7
    assert call("--config", config, "audit", "verify").exit_code == 7
