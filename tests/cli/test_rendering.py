"""`ims journals render` and `ims layouts check`: files for a ledger without a council."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.builtin.test_generic_csv import GOLDEN, card_receipt

from localgov_ims.cli.root import ims
from localgov_ims.files.journal_json import journal_to_json

PIPE = Path(__file__).parents[2] / "examples" / "layouts" / "pipe-journal.toml"


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    file = tmp_path / "journal.json"
    file.write_text(journal_to_json(card_receipt()))
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(ims, list(map(str, arguments)))


def test_a_journal_is_rendered_and_counted_before_and_after(journal: Path, tmp_path: Path) -> None:
    result = run("journals", "render", journal, "--exporter", "generic-csv", "-o", tmp_path / "out", "--json")
    assert result.exit_code == 0, result.output
    (file,) = json.loads(result.stdout)["files"]
    assert Path(file["file"]).read_bytes() == GOLDEN.read_bytes()
    assert file["totals"] == file["reparsed"]
    assert (file["totals"]["rows"], file["totals"]["debit_pence"]) == (3, 12000)


def test_a_layout_of_ones_own_is_used_with_its_settings(journal: Path, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('tax_codes = { S = "20" }')
    out = tmp_path / "out"
    result = run(
        "journals", "render", journal, "--exporter", "layout", "--layout", PIPE, "--settings", tmp_path / "settings.toml",
        "-o", out,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "debits £120.00, credits £120.00" in result.output
    assert (out / "MAIN-20260514-001.csv").read_text() == (
        '"MAIN-20260514-001"|"IMS MAIN 2026-05-14"|"2026/05/14"|"1"|"100.00"|"ENV1"|""|"5400"|""|""|""|"9101"|""'
        '|"Receipt R7"|"20"|"20.00"\n'
    )


def test_a_journal_with_problems_is_not_written_and_all_of_them_are_told(
    journal: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = run("journals", "render", journal, "--exporter", "layout", "--layout", PIPE, "-o", out, "--json")
    assert result.exit_code == 4
    assert [problem["code"] for problem in json.loads(result.stdout)["problems"]] == ["unmapped_vat_code"] * 2
    assert not out.exists()


def test_an_unknown_exporter_is_refused_by_those_there_are(journal: Path) -> None:
    result = run("journals", "render", journal, "--exporter", "sage-5000")
    assert result.exit_code == 8
    assert "generic-csv" in result.output


def test_a_layout_is_checked_and_its_sample_shown() -> None:
    result = run("layouts", "check", PIPE)
    assert result.exit_code == 0, result.output
    assert "pipe-journal: can be used. A delimited layout of 16 fields" in result.output
    assert '"5400"' in result.output


def test_a_layout_that_is_wrong_is_refused_with_every_fault(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(
        PIPE.read_text().replace("line.account", "line.acount").replace("line.tax_code", "line.rate")
    )
    result = run("layouts", "check", wrong)
    assert result.exit_code == 8
    assert "line.acount" in result.output
    assert "line.rate" in result.output
