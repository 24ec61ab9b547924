"""`ims profiles`: which there are, whether one is right, what it makes of a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from localgov_ims.cli.root import ims

SAMPLES = Path(__file__).parents[1] / "builtin" / "samples" / "bank_csv"
OWN = SAMPLES / "profiles.toml"


def profiles(*arguments: object, folder: Path | None = None) -> Result:
    settings = ["--config", str((folder or SAMPLES) / "council.toml")]
    return CliRunner().invoke(ims, [*settings, "profiles", *map(str, arguments)])


def test_the_list_says_where_each_is_from() -> None:
    found = json.loads(profiles("list", "--json", "--profile", OWN).stdout)
    sources = {entry["name"]: entry["from"] for entry in found}
    assert sources["barclays-net"] == "shipped"
    assert sources["german"] == str(OWN)


def test_the_councils_own_take_the_place_of_shipped_ones(tmp_path: Path) -> None:
    own = OWN.read_text().replace("profiles.german", "profiles.hsbcnet")
    (tmp_path / "council.toml").write_text(own)
    found = json.loads(profiles("list", "--json", folder=tmp_path).stdout)
    assert {e["name"]: e["from"] for e in found}["hsbcnet"] == str(tmp_path / "council.toml")


def test_a_right_profile_is_told_so() -> None:
    result = profiles("check", OWN)
    assert result.exit_code == 0
    assert "german: can be used. A delimited statement of 6 columns." in result.output


def test_a_wrong_profile_is_named_with_its_keys(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(OWN.read_text().replace('column = "Betrag"', 'column = "Betrga"'))
    result = profiles("check", wrong)
    assert result.exit_code == 8
    assert (
        "Profile 'german' cannot be used. the column 'Betrga' is not in header or columns." in result.output
    )


def test_a_try_shows_rows_field_by_field_totals_and_verdict() -> None:
    file = SAMPLES / "bsp__csv_european_decimals.csv"
    result = profiles("try", "german", file, "--profile", OWN, "--rows", 1)
    assert result.exit_code == 0
    assert result.output.splitlines()[:4] == [
        "row 1, line 2:", "  position: 1", "  amount: -£1,234.56", "  booked_on: 2026-04-02",
    ]  # fmt: skip
    assert "row 2" not in result.output
    assert "3 rows, £3,500.00 in, £1,239.06 out; unproved." in result.output
    assert result.output.endswith("accepted as german\n")


def test_a_try_of_a_faulty_file_shows_every_fault_and_is_refused() -> None:
    result = profiles("try", "lloyds-cbo", SAMPLES / "nasty_excel_mangled.csv", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["accepted"], told["rows"]) == (3, False, [])
    assert [issue["field"] for issue in told["issues"]] == [
        "Account Number", "Amount", "Post Date", "Customer Reference",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["nobody", "camt053"])
def test_what_is_no_profile_cannot_be_tried(name: str) -> None:
    result = profiles("try", name, OWN)
    assert result.exit_code == 6
    assert f"There is no profile {name!r}" in result.output
