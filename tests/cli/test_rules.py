"""`ims rules` as people and scripts call it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.desk import Desk, a_desk
from tests.cli.test_cli import answer, call

ROW = {"amount": "12.34", "taken_on": "2026-05-01"}
TWO = (
    '[[rule]]\nname = "groups"\norder = 1\n'
    'when = [{ field = "fund", op = "equals", value = "99" }, { join = "or", field = "fund", op = "equals", value = "98" }]\n'
    'set = { fund = "03" }\n'
    '[[rule]]\nname = "contains"\norder = 2\n'
    'when = { field = "account_reference", op = "contains", value = "Contains value" }\nset = { fund = "01" }\n'
)
SPLIT = (
    '[[rule]]\nname = "split"\norder = 1\n'
    'split = [{ percent = "33.3", set = { fund = "01" } }, { percent = "33.3", set = { fund = "02" } },'
    ' { percent = "33.4", set = { fund = "03" } }]\n'
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a council with two administrators."""
    return a_desk(tmp_path, monkeypatch)


def rules_in(folder: Path, text: str) -> Path:
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def explained(path: Path, *more: object, **row: Any) -> Any:
    return answer("rules", "explain", "--rules", path, "--row", json.dumps(ROW | row), *more)


@pytest.mark.parametrize(
    ("fund", "account", "to"),
    [("99", "", "03"), ("98", "", "03"), ("97", "", "97"), ("97", "Contains value", "01"), ("97", "A non matching", "97")],
)  # fmt: skip
def test_a_row_is_explained_without_a_council(tmp_path: Path, fund: str, account: str, to: str) -> None:
    found = explained(rules_in(tmp_path, TWO), fund=fund, account_reference=account)
    assert (found["fund"], found["account_reference"], found["lines"][0]["amount"]) == (
        to,
        account or None,
        "12.34",
    )
    assert [step["rule"] for step in found["steps"]] == ["groups", "contains"]


def test_a_rule_that_matched_says_before_and_after_and_one_that_did_not_says_why(tmp_path: Path) -> None:
    first, second = explained(rules_in(tmp_path, TWO), fund="99")["steps"]
    assert (first["outcome"], first["before"], first["after"]) == ("matched", {"fund": "99"}, {"fund": "03"})
    assert (second["outcome"], second["why"]) == (
        "not_matched", "'account_reference contains Contains value' does not hold: account_reference is blank",
    )  # fmt: skip


def test_a_split_is_explained_to_the_penny(tmp_path: Path) -> None:
    found = explained(rules_in(tmp_path, SPLIT), amount="0.10")
    assert [(line["fund"], line["amount"]) for line in found["lines"]] == [
        ("01", "0.03"),
        ("02", "0.03"),
        ("03", "0.04"),
    ]
    assert found["steps"][0]["split"][2] == {"share": "33.4 %", "amount": "0.04"}
    assert (found["fund"], found["rule"]) == (None, "split")


def test_what_no_rule_places_is_suspense_with_its_reason(tmp_path: Path) -> None:
    found = explained(rules_in(tmp_path, TWO))
    assert (found["suspense"], found["reason"], found["lines"], found["rule"]) == (True, "no_fund", [], None)
    assert found["why"] == "No rule says which fund it belongs to."


def test_settings_bring_their_funds_and_formats(tmp_path: Path) -> None:
    assert call("init", tmp_path / "new").exit_code == 0
    settings = tmp_path / "new" / "council.toml"
    rules = rules_in(tmp_path, '[[rule]]\nname = "tax"\norder = 1\nset = { fund = "23" }\n')
    placed = explained(rules, "--settings", settings, account_reference=" 612345674")
    assert (placed["fund"], placed["account_reference"]) == ("23", "612345674")
    held = explained(rules, "--settings", settings, account_reference="612345670")
    assert (held["reason"], held["detail"], held["rule"]) == (
        "invalid_reference",
        "reference_check_digit",
        "tax",
    )
    assert explained(settings, narrative="CT 612345674")["fund"] == "23"


@pytest.mark.parametrize(
    "row", ["{", "[]", '{"amount": 12.34, "taken_on": "2026-05-01"}', '{"amount": "1.00"}', '{"amount": "1", "colour": "red"}',
            '{"amount": "1", "taken_on": "2026-05-01", "fund": 1}', '{"amount": "1", "taken_on": "2026-05-01", "extra": {"a": 1}}'],
)  # fmt: skip
def test_a_row_that_is_none_is_refused(tmp_path: Path, row: str) -> None:
    result = call("rules", "explain", "--rules", rules_in(tmp_path, TWO), "--row", row)
    assert result.exit_code == 3
    assert "row" in result.stderr


def test_people_read_an_explanation(tmp_path: Path) -> None:
    path = rules_in(tmp_path, TWO)
    result = call("rules", "explain", "--rules", path, "--row", json.dumps(ROW | {"fund": "99"}))
    assert "Rule 'groups' places it in fund 03, account none." in result.output
    assert "fund 99 -> 03" in result.output


def test_rules_are_looked_over(tmp_path: Path) -> None:
    never = '[[rule]]\nname = "never"\norder = 3\nwhen.all = [{ field = "fund", op = "blank" }, { field = "fund", op = "equals", value = "01" }]\nset = { fund = "02" }\n'
    same = '[[rule]]\nname = "same"\norder = 2\nset = { fund = "02" }\n'
    found = answer("rules", "check", rules_in(tmp_path, TWO + never + same), code=3)
    assert [(each["kind"], each["rule"], each["other"]) for each in found["findings"]] == [
        ("cannot_fire", "never", None), ("conflict", "contains", "same"),
    ]  # fmt: skip
    assert "2 rules, 0 findings." in call("rules", "check", rules_in(tmp_path, TWO)).output


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[rule]]\nname = 1\n", "must be in quotes"), ("[funds.23]\nname = 'x'\n", "beside"), ("=", "not valid TOML"),
        (TWO.replace('join = "or", ', ""), "the first has none"), (SPLIT.replace("33.4", "33.5"), "add up to 100.1"),
        (TWO.replace('"equals"', '"like"'), "'like' is no question to ask of fund"),
        (TWO.replace('value = "Contains value"', 'value = ""'), "empty operand"),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_used_are_status_8(tmp_path: Path, text: str, fault: str) -> None:
    result = call("rules", "check", rules_in(tmp_path, text))
    assert result.exit_code == 8
    assert fault in result.stderr


def test_versions_are_drafted_shown_tried_and_put_in_force(desk: Desk, tmp_path: Path) -> None:
    path = rules_in(
        tmp_path, '[[rule]]\nname = "rents"\norder = 1\nends_on = 2026-12-31\nset = { fund = "05" }\n'
    )
    assert [version["state"] for version in desk.ask("rules", "list")] == ["in force"]
    draft = desk.ask("rules", "draft", path, "--note", "Rents only")
    assert (draft["number"], draft["state"], draft["note"], draft["rules"]) == (2, "draft", "Rents only", 1)
    tried = desk.ask(
        "rules", "try", path, "--from", "2026-05-01", "--to", "2026-05-31", "--csv", tmp_path / "t.csv"
    )
    assert (tried["files"], tried["against_active"]["rows"]) == (0, 0)
    assert desk.ask("rules", "activate", 2, by="bob")["state"] == "in force"
    shown = rules_in(tmp_path, desk.said("rules", "show"))
    assert "nothing to draft" in desk.refused("rules", "draft", shown, code=4)
    assert "Rents only" in desk.said("rules", "list")
    assert "in force already" in desk.refused("rules", "activate", 2, code=4)
    assert "no version 9" in desk.refused("rules", "show", 9, code=6)


def test_settings_that_change_rules_make_a_version_of_them(desk: Desk) -> None:
    text = desk.config.read_text(encoding="utf-8")
    desk.ask("rules", "list")
    desk.config.write_text(
        text + '\n[[rule]]\nname = "last"\norder = 999\nsuspend = "Ask"\n', encoding="utf-8"
    )
    first, second = desk.ask("rules", "list")
    assert (first["state"], second["state"], second["note"]) == (
        "was in force", "in force", "[[rule]] of settings version 2",
    )  # fmt: skip
    careful = desk.config.read_text(encoding="utf-8") + "\n[two_person]\nrule_change = true\n"
    desk.config.write_text(careful, encoding="utf-8")
    assert len(desk.ask("rules", "list")) == 2
    desk.config.write_text(careful.replace("order = 999", "order = 998"), encoding="utf-8")
    assert "ims rules draft" in desk.refused("rules", "list", code=4)
