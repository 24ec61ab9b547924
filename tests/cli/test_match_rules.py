"""`ims match-rules`: the rules in force, one of them with its SQL, and what others would change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from localgov_ims.cli.root import ims

OWN = """
[[match_rule]]
name = "market-slips"
left = "line"
right = "receipt"
alternatives = [{ customer = "provider_reference" }]
order = 35

[[match_rule]]
name = "reference-in-text"
left = "line"
right = "receipt"
alternatives = [{ text_reference = "account_reference" }]
enabled = false
"""


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Give an empty council."""
    folder = tmp_path / "office"
    assert CliRunner().invoke(ims, ["init", str(folder)]).exit_code == 0
    return folder


def rules(folder: Path, *arguments: object) -> Result:
    settings = ["--config", str(folder / "council.toml")]
    return CliRunner().invoke(ims, [*settings, "match-rules", *map(str, arguments)])


def own(folder: Path, text: str = OWN) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_rules_are_listed_shown_and_tried_and_nothing_is_stored(office: Path) -> None:
    listed = json.loads(rules(office, "list", "--json").stdout)
    assert [rule["order"] for rule in listed] == sorted(rule["order"] for rule in listed)
    shown = json.loads(rules(office, "show", "reference", "--json").stdout)
    assert shown["sql"].startswith("SELECT 0 AS alternative")
    tried = json.loads(rules(office, "try", own(office), "--json").stdout)
    assert tried == {
        "matched_before": 0, "matched_after": 0, "suggested_before": 0, "suggested_after": 0, "new": [], "gone": [],
    }  # fmt: skip


def test_a_file_of_rules_is_checked_without_a_council(tmp_path: Path) -> None:
    assert rules(tmp_path, "check", own(tmp_path)).output == "2 rules can be used.\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[match_rule]", "is not valid TOML"),
        ("[[rule]]\nname='x'", "unknown: rule"),
        (OWN.replace('"line"', '"lime"'), "the kinds are"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, text: str, fault: str) -> None:
    result = rules(tmp_path, "check", own(tmp_path, text))
    assert result.exit_code != 0
    assert fault in result.output


def test_a_rule_that_is_not_there_is_said_so(office: Path) -> None:
    assert "There is no match rule 'x'; there are: reference," in rules(office, "show", "x").output
