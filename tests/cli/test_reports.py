"""`ims report`, `ims stated`, `ims breaks` and `ims sign-off` as people and scripts call them."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from localgov_ims.cli.root import ims
from localgov_ims.simulator.running import ACTOR, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a short demo."""
    return run(tmp_path_factory.mktemp("reports") / "council", seed=7, days=9).folder


@pytest.fixture
def call(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a way to run `ims` on a copy of it."""
    config = Path(shutil.copytree(folder, tmp_path / "council")) / "council.toml"
    monkeypatch.setenv("IMS_ACTOR", ACTOR)
    monkeypatch.chdir(tmp_path)

    def run_it(*arguments: object, by: str = ACTOR) -> Result:
        monkeypatch.setenv("IMS_ACTOR", by)
        return CliRunner().invoke(
            ims, ["--config", str(config), *map(str, arguments)], catch_exceptions=False
        )

    return run_it


def test_a_report_is_printed_and_written_in_every_form(call: Any, tmp_path: Path) -> None:
    shown = call("report", "bank", "main", "--from", "2026-05-05", "--to", "2026-05-12", "--items")
    assert "Everything agrees: 2 figures are stated twice, and equal." in shown.stdout
    assert "more items: --export FILE writes them all." in shown.stdout
    for form in ("html", "csv", "xlsx", "json"):
        assert call("report", "bank", "main", "--from", "2026-05-05", "--export", f"r.{form}").exit_code == 0
        assert (tmp_path / f"r.{form}").stat().st_size > 1000
        assert (tmp_path / f"r.{form}").stat().st_mode & 0o077 == 0
    assert call("report", "bank", "main", "--from", "2026-05-05", "--export", "r.doc").exit_code == 2


def test_the_cut_off_of_a_year_is_printed_and_written(call: Any, tmp_path: Path) -> None:
    shown = call("report", "cut-off", "2025", "--items")
    assert "Cut-off of the financial year 2025/26" in shown.stdout
    assert call("report", "cut-off", "2025", "--in", "MAIN", "--export", "c.csv").exit_code == 0
    assert "In transit and in advance together" in (tmp_path / "c.csv").read_text(encoding="utf-8-sig")
    assert json.loads(call("report", "cut-off", "2025", "--json").stdout)["kind"] == "cut_off"


def test_json_has_every_field(call: Any) -> None:
    found = json.loads(call("report", "clearing", "--on", "2026-05-12", "--json").stdout)
    assert set(found) == {"kind", "subject", "title", "council", "first_on", "as_at", "agrees", "sections"}
    section = found["sections"][0]
    assert set(section) == {"key", "title", "given_by", "note", "picture", "figures"}
    figure = next(f for s in found["sections"] for f in s["figures"] if f["items"])
    assert set(figure) == {"key", "label", "amount_pence", "count", "given_pence", "total", "digest", "items"}
    assert set(figure["items"][0]) == {"id", "kind", "day", "text", "amount_pence", "age", "due_on", "note"}


def test_a_month_is_stated_prepared_reviewed_and_printed(call: Any, tmp_path: Path) -> None:
    assert (
        call("stated", "balance", "main", "100.00", "--on", "2026-05-08", "--source", "GL100").exit_code == 0
    )
    (tmp_path / "list.csv").write_text("day,reference,amount\n2026-05-07,CHQ 1,-5.00\n", encoding="utf-8")
    for words in ("1 item added, 0 here before.", "0 items added, 1 here before."):
        loaded = call(
            "stated", "items", "list.csv", "--account", "main", "--list", "ledger_only", "--source", "AP"
        )
        assert words in loaded.stdout
    differs = json.loads(call("report", "ledger", "main", "--on", "2026-05-08", "--json").stdout)
    assert differs["agrees"] is False
    asked = ("sign-off", "prepare", "--account", "main", "--on", "2026-05-08")
    refused = call(*asked)
    assert refused.exit_code == 4
    assert "--carry ledger" in refused.stderr
    call("users", "add", "reviewer", "--role", "finance")
    assert "Prepared" in call(*asked, "--carry", "ledger", "Asked GL", ACTOR, "2027-01-31").stdout
    (made,) = json.loads(call("sign-off", "list", "--json").stdout)
    assert call("sign-off", "review", made["id"]).exit_code == 4
    call("sign-off", "print", made["id"], "--export", "pack.json")
    assert hashlib.sha256((tmp_path / "pack.json").read_bytes()).hexdigest() == made["sha256"]
    call("sign-off", "print", made["id"], "--export", "pack.html")
    assert made["sha256"] in (tmp_path / "pack.html").read_text(encoding="utf-8")
    assert "Nothing is overdue" in call("sign-off", "overdue").stdout


def test_a_list_with_a_fault_is_refused_and_the_fault_shown(call: Any, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("day,reference,amount\n07/05/2026,CHQ 1,-5.00\n", encoding="utf-8")
    refused = call(
        "stated", "items", "list.csv", "--account", "main", "--list", "ledger_only", "--source", "AP"
    )
    assert refused.exit_code == 3
    assert "bad-date at row 1, line 2, field day" in refused.stdout
    assert json.loads(call("stated", "list", "--json").stdout) == []


def test_breaks_are_listed_given_away_and_closed(call: Any) -> None:
    found = json.loads(call("breaks", "list", "--json").stdout)
    late = found[0]["id"]
    given = call("breaks", "assign", late, "--to", ACTOR, "--due", "2099-01-31", "--because", "Ask")
    assert given.stdout == f"1 Break for {ACTOR}.\n"
    assert "until 31 Jan 2099" in call("breaks", "list", "--owner", ACTOR).stdout
    refused = call("breaks", "close", late, "--because", "Seen")
    assert refused.exit_code == 4
    assert "It goes by itself once the line is settled" in refused.stderr
