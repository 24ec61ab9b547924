"""`ims read` on files of agencies, departments and account holders, and by profiles of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from localgov_ims.cli.root import ims

SAMPLES = Path(__file__).parents[1] / "builtin" / "samples"
OWN = """
[council]
name = "Whatever else stands there"

[profiles.allpay]
kind = "delimited"
yields = "income"
encoding = "utf-8"
header = ["On", "Sum"]
amount = { column = "Sum", sign = "as-printed" }
taken_on = { column = "On", format = "DD/MM/YYYY" }
"""
PAYABLES = """
[profiles.payables]
kind = "delimited"
yields = "list"
encoding = "utf-8"
delimiter = ";"
thousands = "."
decimal = ","
header = ["Run", "Paid on", "Sum"]
day = { column = "Paid on", format = "DD/MM/YYYY" }
reference = { column = "Run", drop_prefix = "RUN " }
amount = { column = "Sum", sign = "unsigned" }
positive = "out"
"""


def read(*arguments: object, code: int) -> list[dict[str, object]]:
    result = CliRunner().invoke(ims, ["read", "--json", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_an_agency_file_is_one_object_with_the_fields_of_every_kind() -> None:
    path = SAMPLES / "allpay" / "allpay_ok.txt"
    assert read(path, code=0) == [
        {
            "file": str(path), "format": "allpay", "kind": "income", "account": None, "currency": "GBP",
            "number": None, "opening_pence": None, "closing_pence": None, "lines": 3, "not_booked": 0,
            "credits_pence": 18525, "debits_pence": 2000, "first_on": "2026-10-05", "last_on": "2026-10-05",
            "evidence": "counted", "issues": [], "accepted": True,
        }
    ]  # fmt: skip


def test_people_are_told_what_came_of_a_file_of_rows() -> None:
    result = CliRunner().invoke(ims, ["read", str(SAMPLES / "allpay" / "allpay_ok.txt")])
    assert "allpay income (GBP): 3 lines, £185.25 in, £20.00 out; counted." in result.output


def test_a_profile_of_ones_own_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    own, file = tmp_path / "council.toml", tmp_path / "file.csv"
    own.write_text(OWN, encoding="utf-8")
    file.write_text("On,Sum\n05/10/2026,1.00\n", encoding="utf-8")
    (entry,) = read("--profile", own, file, code=0)
    assert (entry["format"], entry["credits_pence"]) == ("allpay", 100)
    assert read(file, code=3)[0]["issues"][0]["code"] == "unknown-message"


def test_another_systems_list_is_read_by_its_profile(tmp_path: Path) -> None:
    own, file = tmp_path / "council.toml", tmp_path / "run.csv"
    own.write_text(PAYABLES, encoding="utf-8")
    file.write_text("Run;Paid on;Sum\nRUN 77;11/05/2026;1.234,50\n", encoding="utf-8")
    (entry,) = read("--profile", own, file, code=0)
    assert (entry["format"], entry["kind"], entry["debits_pence"]) == ("payables", "list", 123450)
    shown = CliRunner().invoke(ims, ["profiles", "try", "payables", str(file), "--profile", str(own)])
    assert "reference: 77" in shown.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[profiles.x]\nkind = 'xml'\n", "kind: must be"),
        ("[council]\n", "describes no format"),
        ("profiles = 3\n", "must hold tables"),
        ("[profiles.x", "not valid TOML"),
    ],
)
def test_a_profile_that_cannot_be_used_is_a_wrong_configuration(tmp_path: Path, text: str, said: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(ims, ["read", "--profile", str(own), str(own)])
    assert result.exit_code == 8
    assert said in result.output + result.stderr


def test_reading_a_file_of_income_loads_no_database_and_a_text_no_spreadsheet() -> None:
    import subprocess
    import sys

    program = (
        "import sys\nfrom contextlib import suppress\nfrom localgov_ims.cli.root import ims\n"
        f"with suppress(SystemExit): ims(['read', {str(SAMPLES / 'allpay' / 'allpay_ok.txt')!r}])\n"
        "print([n for n in ('sqlalchemy', 'duckdb', 'python_calamine') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
