"""`ims search` as people and scripts call it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from localgov_ims.cli.root import ims
from localgov_ims.simulator.running import ACTOR, run

ROW = {
    "line", "receipt", "payment", "provider_reference", "kind", "channel", "office", "recorded_at", "taken_on",
    "account_reference", "user", "fund", "mop", "pence", "vat_code", "vat_rate", "vat_pence", "narrative",
}  # fmt: skip


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the settings of a short demo."""
    return run(tmp_path_factory.mktemp("search") / "council", seed=11, days=5).folder / "council.toml"


@pytest.fixture
def call(config: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a way to run `ims search` on it."""
    monkeypatch.setenv("IMS_ACTOR", ACTOR)

    def run_it(*arguments: object) -> Result:
        words = ["--config", str(config), "search", *map(str, arguments)]
        return CliRunner().invoke(ims, words, catch_exceptions=False)

    return run_it


def test_json_has_every_field_and_its_cursor_leads_on(call: Any) -> None:
    first = json.loads(call("--limit", 2, "--json").stdout)
    assert set(first) == {"total_count", "total_pence", "next_cursor", "rows"}
    assert set(first["rows"][0]) == ROW
    second = json.loads(call("--limit", 2, "--cursor", first["next_cursor"], "--json").stdout)
    assert not {row["line"] for row in first["rows"]} & {row["line"] for row in second["rows"]}
    assert second["total_count"] == first["total_count"] > 4


def test_a_line_is_found_by_everything_that_it_says(call: Any) -> None:
    everything = json.loads(call("--limit", 500, "--json").stdout)["rows"]
    row = next(each for each in everything if each["account_reference"] and each["provider_reference"])
    found = json.loads(
        call(
            "--receipt", row["receipt"].lower(), "--account", row["account_reference"], "--fund", row["fund"],
            "--method", row["mop"], "--amount", f"{row['pence'] // 100}.{row['pence'] % 100:02}", "--user", row["user"],
            "--provider-reference", row["provider_reference"], "--from", row["recorded_at"][:10],
            "--contains", row["account_reference"][1:-1], "--json",
        ).stdout
    )  # fmt: skip
    assert [each["line"] for each in found["rows"]] == [row["line"]]


def test_people_see_a_table_with_count_and_sum(call: Any) -> None:
    result = call("--fund", "23", "--limit", 1)
    assert result.exit_code == 0
    assert "lines, £" in result.output
    assert "1 shown." in result.output
    assert "--cursor " in result.output
    assert "Nothing fits" in call("--receipt", "nothing").output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--amount", "12.345"), 3), (("--fund", "99"), 3), (("--limit", "501"), 3), (("--cursor", "x"), 3),
        (("--card-last", "12"), 3), (("--file", "nowhere"), 6), (("--from", "yesterday"), 2),
        (("--export", "lines.txt"), 2),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_has_its_exit_code(call: Any, arguments: tuple[str, ...], code: int) -> None:
    assert call(*arguments).exit_code == code


def test_an_export_is_whole_and_private(call: Any, tmp_path: Path) -> None:
    total = json.loads(call("--json").stdout)["total_count"]
    for name in ("lines.csv", "lines.json", "lines.xlsx"):
        result = call("--export", tmp_path / name, "--json")
        assert json.loads(result.stdout) == {"file": str(tmp_path / name), "lines": total}
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    with (tmp_path / "lines.csv").open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == total
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lines.csv", "lines.json", "lines.xlsx"]


def test_a_refused_export_leaves_nothing_behind(call: Any, tmp_path: Path) -> None:
    assert call("--fund", "99", "--export", tmp_path / "lines.csv").exit_code == 3
    assert list(tmp_path.iterdir()) == []


def test_somebody_unknown_is_turned_away(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMS_ACTOR", "ghost")
    result = call()
    assert result.exit_code == 7
    assert "There is no user 'ghost'" in result.output
