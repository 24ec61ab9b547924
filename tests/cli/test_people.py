"""`ims users` as scripts and people call it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_cli import answer, call

from localgov_ims.cli.root import ims


@pytest.fixture
def council(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the settings of a new council, begun by ann, who is at the keyboard."""
    monkeypatch.setenv("IMS_ACTOR", "ann")
    assert call("init", tmp_path / "new").exit_code == 0
    return tmp_path / "new" / "council.toml"


def users(council: Path, *arguments: object, code: int = 0) -> Any:
    """Call `ims users` with --json and return what it prints."""
    return answer("--config", council, "users", *arguments, code=code)


def test_the_one_who_begins_a_council_is_its_administrator(council: Path) -> None:
    (ann,) = users(council, "list")["users"]
    assert (ann["name"], ann["roles"], ann["expiry_days"], ann["disabled"], ann["locked"]) == (
        "ann", ["administrator"], None, False, False,
    )  # fmt: skip
    assert users(council, "show", "ANN") == ann


def test_a_second_administrator_is_added_alone_and_a_third_user_by_two(
    council: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = users(council, "add", "bob", "--role", "administrator")
    assert (second["waiting"], second["accepted"], second["alone"]) == (False, True, True)
    asked = users(council, "add", "cass", "--role", "cashier", "--fund-group", "housing", "--expiry-days", 30)
    assert (asked["waiting"], asked["accepted"], asked["given"]["roles"]) == (True, None, [])
    (waiting,) = users(council, "list")["waiting"]
    assert (waiting["grant"], waiting["user"], waiting["asked_by"]) == (asked["grant"], "cass", "ann")
    assert call("--config", council, "users", "decide", asked["grant"], "--accept").exit_code == 4
    monkeypatch.setenv("IMS_ACTOR", "bob")
    assert users(council, "decide", asked["grant"], "--accept")["given"]["fund_groups"] == ["housing"]
    assert users(council, "show", "cass")["roles"] == ["cashier"]


def test_rights_are_added_to_and_taken_from_what_somebody_has(council: Path) -> None:
    users(council, "add", "cass", "--role", "cashier", "--method", "90")
    given = users(council, "grant", "cass", "--role", "reporting", "--fund-group", "housing")["given"]
    assert (given["roles"], given["fund_groups"], given["methods"]) == (
        ["cashier", "reporting"],
        ["housing"],
        ["90"],
    )
    given = users(council, "grant", "cass", "--take", "reporting", "--take", "90")["given"]
    assert (given["roles"], given["fund_groups"], given["methods"]) == (["cashier"], ["housing"], [])
    assert call("--config", council, "users", "grant", "cass", "--take", "reporting").exit_code == 3


@pytest.mark.parametrize(("actor", "says"), [("zed", "no user 'zed' here"), ("cass", "is not permitted")])
def test_who_is_unknown_or_not_permitted_is_told_how_to_be_let_in(
    council: Path, monkeypatch: pytest.MonkeyPatch, actor: str, says: str
) -> None:
    users(council, "add", "cass", "--role", "cashier")
    monkeypatch.setenv("IMS_ACTOR", actor)
    result = call("--config", council, "suspense", "list")
    assert result.exit_code == 7
    assert says in result.stderr
    assert "ims users" in result.stderr


def test_disabled_is_out_and_enabled_is_in(council: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    users(council, "add", "cass", "--role", "reporting")
    assert users(council, "disable", "cass")["disabled"]
    monkeypatch.setenv("IMS_ACTOR", "cass")
    assert call("--config", council, "suspense", "list").exit_code == 7
    monkeypatch.setenv("IMS_ACTOR", "ann")
    assert not users(council, "enable", "cass")["disabled"]
    monkeypatch.setenv("IMS_ACTOR", "cass")
    assert answer("--config", council, "suspense", "list") == []


def test_the_review_that_is_shown_is_signed_by_its_hash(council: Path) -> None:
    shown = users(council, "review")
    assert [user["name"] for user in shown["users"]] == ["ann"]
    assert shown["users"][0]["giving"]["given_by"] == "ann"
    assert shown["last_signed"] is None
    assert users(council, "sign-review", shown["sha256"]) == {"sha256": shown["sha256"], "users": 1}
    assert call("--config", council, "users", "sign-review", "0" * 64).exit_code == 4
    assert users(council, "review")["last_signed"]["by"] == "ann"


def test_people_read_tables_and_sentences(council: Path) -> None:
    def said(*arguments: object) -> str:
        result = call("--config", council, "users", *arguments)
        assert result.exit_code == 0, result.output
        return result.output

    assert "the access review says so" in said("add", "bob", "--role", "administrator", "--never-expires")
    waiting = said("add", "cass", "--role", "cashier", "--display-name", "Cass C")
    assert "wait for somebody else" in waiting
    assert "cass" in said("list")
    assert "Waiting: ann asked for cass" in said("list")
    assert "cass (Cass C)" in said("show", "cass")
    assert "expires never" in said("show", "bob")
    review = said("review")
    assert "(alone)" in review
    assert "To sign what you see here: ims users sign-review" in review
    assert "is signed" in said("sign-review", review.split()[-1])
    assert "Last signed by ann" in said("review")
    assert "is disabled" in said("disable", "cass")
    assert "may come in" in said("enable", "cass")


def test_every_command_of_users_has_json() -> None:
    group = ims.get_command(None, "users")  # type: ignore[arg-type]
    assert all(any(p.name == "as_json" for p in command.params) for command in group.commands.values())  # type: ignore[union-attr]


def test_an_account_is_restricted_listed_and_freed(council: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    users(council, "add", "cass", "--role", "cashier")
    made = users(council, "restrict", "23", "612345674", "--own", "cass", "--reason", "Own account")
    assert (made["kind"], made["users"], made["lifted"]) == ("own", ["cass"], False)
    assert users(council, "restrictions") == [made]
    table = call("--config", council, "users", "restrictions").output
    assert "612345674" in table
    assert users(council, "lift", "23", "612345674", "--reason", "Moved")["lifted"]
    assert users(council, "restrictions") == []
    again = call(
        "--config", council, "users", "restrict", "23", "612345674", "--safeguarding", "--reason", "Harm"
    )
    assert "is restricted (safeguarding)" in again.output
    assert (
        "restricted no more"
        in call("--config", council, "users", "lift", "23", "612345674", "--reason", "Over").output
    )
    for wrong in ((), ("--safeguarding", "--own", "cass")):
        refused = call("--config", council, "users", "restrict", "23", "612345674", *wrong, "--reason", "x")
        assert refused.exit_code == 2
    monkeypatch.setenv("IMS_ACTOR", "cass")
    assert call("--config", council, "users", "restrictions").exit_code == 7
