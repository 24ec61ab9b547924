"""`ims settings` as people and scripts call it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_cli import answer, call

ACCOUNT = '[[account_holder]]\nfund = "23"\naccount_reference = "612345674"\nsurname = "Jones"\n'


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a new council."""
    monkeypatch.setenv("IMS_ACTOR", "tester")
    assert call("init", tmp_path / "new").exit_code == 0
    return tmp_path / "new" / "council.toml"


@pytest.fixture
def renamed(config: Path, tmp_path: Path) -> Path:
    """Give a file in which a fund has another name, with an account holder."""
    path = tmp_path / "renamed.toml"
    text = config.read_text(encoding="utf-8").replace('"Council tax"', '"Council Tax"', 1)
    path.write_text(text + ACCOUNT, encoding="utf-8")
    return path


def test_a_file_is_checked_without_a_council(renamed: Path) -> None:
    result = call("settings", "check", renamed)
    assert (result.exit_code, result.output) == (
        0,
        f"{renamed}: the settings can be used.\n1 account holder.\n",
    )


def test_every_fault_of_a_file_is_said_by_its_path_and_the_status_is_8(config: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    text = config.read_text(encoding="utf-8")
    path.write_text(
        text.replace('"income"', '"incoem"').replace("suspense = true", "suspence = true"), encoding="utf-8"
    )
    result = call("settings", "check", path)
    assert result.exit_code == 8
    assert "$.funds['2R'].nature" in result.output
    assert "unknown: suspence @ $.funds['SUSP']" in result.output


def test_a_wrong_account_holder_is_status_3(renamed: Path) -> None:
    renamed.write_text(renamed.read_text(encoding="utf-8") + ACCOUNT, encoding="utf-8")
    found = answer("settings", "check", renamed, code=3)
    assert (found["accounts"], [issue["code"] for issue in found["issues"]]) == (2, ["duplicate-id"])


def test_settings_are_imported_listed_shown_and_compared(config: Path, renamed: Path) -> None:
    before = config.read_text(encoding="utf-8")
    found = answer("--config", config, "settings", "import", renamed)
    assert (found["status"], found["version"], found["changes"]) == ("imported", 2, {"changed": ["funds.23"]})
    assert found["account_holders"]["added"] == 1
    assert answer("--config", config, "settings", "import", renamed)["status"] == "unchanged"
    versions = answer("--config", config, "settings", "history")
    assert [(version["version"], version["by"], len(version["sha256"])) for version in versions] == [
        (1, "tester", 64), (2, "tester", 64),
    ]  # fmt: skip
    assert call("--config", config, "settings", "show", "--version", 1).output == before
    assert call("--config", config, "settings", "show").output == config.read_text(encoding="utf-8") != before
    assert '+name = "Council Tax"\n' in call("--config", config, "settings", "diff", 1, 2).output
    assert call("--config", config, "settings", "diff", 1, 1).output == "They say the same.\n"
    assert call("--config", config, "settings", "diff", 1, 3).exit_code == 6


def test_people_read_what_an_import_did(config: Path, renamed: Path) -> None:
    result = call("--config", config, "settings", "import", renamed)
    assert result.output == (
        "renamed.toml: loaded (1 account: 1 new, 0 changed, 0 as they were)\n"
        "Version 2 of the settings is in force.\n  changed: funds.23\n"
    )
    again = call("--config", config, "settings", "import", renamed)
    assert "The settings are as they were, version 2." in again.output
    assert "Version 2" not in again.output


def test_a_refused_import_changes_nothing(config: Path, renamed: Path) -> None:
    before = config.read_bytes()
    renamed.write_text(
        renamed.read_text(encoding="utf-8") + ACCOUNT.replace("Jones", "Smith"), encoding="utf-8"
    )
    result = call("--config", config, "settings", "import", renamed)
    assert result.exit_code == 3
    assert "duplicate-id" in result.output
    assert "Nothing was changed." in result.output
    assert config.read_bytes() == before


def test_settings_go_out_with_and_without_accounts(config: Path, renamed: Path, tmp_path: Path) -> None:
    assert call("--config", config, "settings", "import", renamed).exit_code == 0
    assert answer("--config", config, "settings", "export", tmp_path / "a.toml")["accounts"] == 0
    assert (tmp_path / "a.toml").read_bytes() == config.read_bytes()
    result = call("--config", config, "settings", "export", tmp_path / "b.toml", "--with-accounts")
    assert result.output == f"The settings in force and 1 account holder are in {tmp_path / 'b.toml'}.\n"
    assert (tmp_path / "b.toml").read_text(encoding="utf-8").endswith(ACCOUNT)
    assert call("--config", config, "settings", "export", tmp_path / "a.toml").exit_code == 4
