"""`ims accounts` as people and scripts call it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_cli import answer, call

ROWS = "fund,account_reference,surname,postcode,balance\r\n23,612345674,Jones,AB1 2CD,-12.50\r\n2R,99,Smith,,\r\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a new council with two accounts, one of which has an odd reference."""
    monkeypatch.setenv("IMS_ACTOR", "tester")
    assert call("init", tmp_path / "new").exit_code == 0
    path = tmp_path / "new" / "council.toml"
    (tmp_path / "holders.csv").write_bytes(ROWS.encode())
    found = answer("--config", path, "accounts", "import", tmp_path / "holders.csv")
    assert (found["status"], found["rows"], found["added"]) == ("loaded", 2, 2)
    assert [issue["code"] for issue in found["issues"]] == ["misfit-reference"]
    return path


def test_an_account_is_shown_to_people_and_to_programs(config: Path) -> None:
    result = call("--config", config, "accounts", "show", "23", "612345674")
    assert result.exit_code == 0
    assert (
        "surname: Jones\npostcode: AB1 2CD\nbalance: -12.50\nversion: 1, from holders.csv\n" in result.output
    )
    found = answer("--config", config, "accounts", "show", "23", "612345674")
    assert (found["balance_pence"], found["period_debit_pence"], found["surname"]) == (-1250, None, "Jones")
    assert (found["version"], found["source"], found["message"]) == (1, "holders.csv", None)


def test_a_stop_is_put_on_and_taken_off_and_the_history_says_by_whom(config: Path) -> None:
    stopped = call("--config", config, "accounts", "stop", "23", "612345674", "--message", "bailiff")
    assert stopped.exit_code == 0
    assert "Stops staff and the portal: With the enforcement agent" in stopped.output
    shown = call("--config", config, "accounts", "stop", "23", "612345674", "--message", "arrangement")
    assert "Is shown, and stops nobody: An arrangement" in shown.output
    assert answer("--config", config, "accounts", "unstop", "23", "612345674")["message"] is None
    versions = answer("--config", config, "accounts", "show", "23", "612345674", "--history")
    assert [(v["version"], v["message"], v["by"]) for v in versions] == [
        (1, None, "tester"), (2, "bailiff", "tester"), (3, "arrangement", "tester"), (4, None, "tester"),
    ]  # fmt: skip
    told = call("--config", config, "accounts", "show", "23", "612345674", "--history").output
    assert "  message: bailiff -> arrangement\n" in told
    assert "by tester, from holders.csv" in told


def test_accounts_are_found(config: Path) -> None:
    found = answer("--config", config, "accounts", "find", "--surname", "jon")
    assert [each["account_reference"] for each in found["accounts"]] == ["612345674"]
    assert found["more"] is False
    assert "No account fits." in call("--config", config, "accounts", "find", "--surname", "x").output
    assert "2 accounts" not in call("--config", config, "accounts", "find", "--postcode", "ab12cd").output
    assert call("--config", config, "accounts", "find").exit_code == 3


def test_a_refused_file_exits_with_3_and_says_every_fault(config: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(
        "fund,account_reference,balance\n99,1,\n23,612345674,1.234\n", encoding="utf-8"
    )
    result = call("--config", config, "accounts", "import", tmp_path / "bad.csv")
    assert result.exit_code == 3
    assert "refused (nothing of it was loaded)" in result.output
    assert "unknown-code at line 2, field fund [99]" in result.output
    assert "bad-amount at line 3, field balance [1.234]" in result.output


def test_a_file_is_read_from_standard_input(config: Path) -> None:
    result = call("--config", config, "accounts", "import", "-", stdin=ROWS.encode())
    assert "2 accounts: 0 new, 0 changed, 2 as they were" in result.output
    assert result.output.startswith("standard input: ")


def test_the_register_goes_out_and_comes_back(config: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert answer("--config", config, "accounts", "export", out) == {"file": str(out), "accounts": 2}
    printed = call("--config", config, "accounts", "export", "-")
    assert printed.stdout_bytes == out.read_bytes()
    assert call("--config", config, "accounts", "export", out).exit_code == 4
    found = answer("--config", config, "accounts", "import", out)
    assert (found["unchanged"], found["changed"]) == (2, 0)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["show", "23", "055555555"], 6),
        (["stop", "23", "612345674", "--message", "nothing"], 4),
        (["stop", "2R", "99", "--message", "bailiff"], 4),
        (["stop", "23", "612345674"], 2),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_an_exit_code(
    config: Path, arguments: list[str], code: int
) -> None:
    result = call("--config", config, "accounts", *arguments)
    assert result.exit_code == code
    assert "Traceback" not in result.output


def test_somebody_without_rights_is_told_which_they_need(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMS_ACTOR", "tester")
    assert call("--config", config, "users", "add", "cass", "--role", "ereturns").exit_code == 0
    monkeypatch.setenv("IMS_ACTOR", "cass")
    result = call("--config", config, "accounts", "show", "23", "612345674")
    assert result.exit_code == 7
    assert "cass" in result.output
