"""`ims references` as programs call it: answers in JSON, for one format's references and for free text."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from localgov_ims.cli.root import ims

SMALL_COUNCIL = (
    Path(__file__).parents[2] / "src" / "localgov_ims" / "simulator" / "small_council" / "council.toml"
)

FIXED_PENALTY = r"""
[check_digits.fixed-penalty]
kind = "weighted"
modulus = 11
prefix_as = "12"
weights = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
subtract = false
results = { 10 = "A" }

[reference_formats.fixed-penalty]
min_length = 10
max_length = 10
characters = "alphanumeric"
regex = '[A-Z]{2}\d{7}[\dA]'
mask = "FP#######@"
check_digit = "fixed-penalty"
valid = ["FP20000050", "FP2000012A"]
invalid = ["FP20000051"]

[check_digits.card]
kind = "luhn"

[reference_formats.swipe-card]
min_length = 16
max_length = 19
characters = "numeric"
check_digit = "card"
valid = ["9826123456789012346"]
"""


@pytest.fixture
def formats(tmp_path: Path) -> Path:
    path = tmp_path / "formats.toml"
    path.write_text(FIXED_PENALTY, encoding="utf-8")
    return path


def call(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(ims, ["references", *map(str, arguments)], input=stdin, catch_exceptions=False)


def answer(*arguments: object, stdin: bytes | None = None) -> Any:
    result = call(*arguments, "--json", stdin=stdin)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_every_reference_is_answered_in_its_order_and_none_is_an_error(formats: Path) -> None:
    given = [
        "FP20000050",
        " fp2000012a ",
        "FP20000051",
        "",
        "FP2000005",
        "FP-0000050",
        "FP2000005B",
        "AB20000050",
    ]
    answers = answer("check", "--formats", formats, "fixed-penalty", *given)
    assert [each["reference"] for each in answers] == given
    assert [(each["valid"], each["canonical"], each["reason"]) for each in answers] == [
        (True, "FP20000050", None),
        (True, "FP2000012A", None),
        (False, None, "reference_check_digit"),
        (False, None, "reference_missing"),
        (False, None, "reference_length"),
        (False, None, "reference_characters"),
        (False, None, "reference_pattern"),
        (False, None, "reference_mask"),
    ]
    assert set(answers[0]) == {"reference", "valid", "canonical", "reason"}


def test_people_read_the_reason_as_a_sentence_and_never_the_right_digit(formats: Path) -> None:
    result = call("check", "--formats", formats, "fixed-penalty", "FP20000051", "FP20000083")
    assert result.exit_code == 0
    assert "'FP20000051' is not a fixed-penalty reference: it is probably mistyped" in result.output
    assert "FP20000050" not in result.output


def test_a_whole_settings_file_will_do_and_is_the_default() -> None:
    (entry,) = answer("check", "--formats", SMALL_COUNCIL, "rent", "12345678902")
    assert entry["valid"] is True
    result = CliRunner().invoke(
        ims, ["--config", str(SMALL_COUNCIL), "references", "check", "rent", "12345678902", "--json"]
    )
    assert json.loads(result.stdout) == [entry]


def test_an_unknown_format_is_not_found(formats: Path) -> None:
    result = call("check", "--formats", formats, "rent", "12345678902")
    assert result.exit_code == 6
    assert "no reference format 'rent'; there are: fixed-penalty, swipe-card" in result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[reference_formats", "is not valid TOML"),
        ("reference_formats = 5", "reference_formats must be tables"),
        ("[reference_formats]\nx = 5", "[reference_formats.x] must be a table"),
        ("[check_digits.x]\nname = 'y'\nkind = 'luhn'", "its name is 'x' already"),
        ("[check_digits.x]\nkind = 'crc'", "'crc'"),
        ("[check_digits.x]\nkind = 'damm'\nmodulus = 10", "damm takes no modulus"),
        ("[reference_formats.x]\nmin_length = 1\nmax_length = 2\nvalid = []", "at least one valid example"),
        ("[reference_formats.x]\nmin_length = 1\nmax_length = 2\nvalid = ['A']\nchek = 'y'", "unknown: chek"),
        (
            "[reference_formats.x]\nmin_length = 1\nmax_length = 2\nvalid = ['A']\ncheck_digit = 'y'",
            "there is no [check_digits.y]",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_a_fault_of_settings(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "formats.toml"
    path.write_text(text, encoding="utf-8")
    result = call("check", "--formats", path, "x", "A")
    assert result.exit_code == 8
    assert said in result.stderr


def test_a_file_that_is_not_there_or_not_text_is_a_fault_of_settings(tmp_path: Path) -> None:
    missing = call("find", "--formats", tmp_path / "nowhere.toml", "A")
    assert (missing.exit_code, "There is no file" in missing.stderr) == (8, True)
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    latin = call("find", "--formats", tmp_path / "latin.toml", "A")
    assert (latin.exit_code, "is not UTF-8" in latin.stderr) == (8, True)


def test_references_are_found_in_each_text() -> None:
    texts = ["CTAX 612 345 674 AND fp20000050", "", "NOTHING 612345670"]
    assert answer("find", "--formats", SMALL_COUNCIL, *texts) == [
        {
            "text": texts[0],
            "found": [
                {"format": "council-tax", "written": "612 345 674", "canonical": "612345674"},
                {"format": "penalty", "written": "fp20000050", "canonical": "FP20000050"},
            ],
        },
        {"text": "", "found": []},
        {"text": "NOTHING 612345670", "found": []},
    ]


def test_texts_come_from_standard_input_a_line_each() -> None:
    lines = "CTAX 612345674\r\n\n caf\u00e9 12345678902 ".encode()
    answers = answer("find", "--formats", SMALL_COUNCIL, "-", stdin=lines)
    assert [each["text"] for each in answers] == ["CTAX 612345674", "", " caf\u00e9 12345678902 "]
    assert [[found["format"] for found in each["found"]] for each in answers] == [
        ["council-tax"],
        [],
        ["rent"],
    ]


def test_no_lines_give_an_empty_list() -> None:
    assert answer("find", "--formats", SMALL_COUNCIL, "-", stdin=b"") == []


def test_people_see_what_was_found_without_control_characters() -> None:
    result = call("find", "--formats", SMALL_COUNCIL, "612-345-674", "\x1b[31mNONE")
    assert result.output == (
        "612-345-674\n  council-tax: 612345674, written 612-345-674\n\\x1b[31mNONE\n  no reference\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["references", "check", "--formats", str(SMALL_COUNCIL), "rent", "12345678902", "--json"],
        ["references", "find", "--formats", str(SMALL_COUNCIL), "RENT 12345678902", "--json"],
        ["vat", "split", "--rate", "0.2", "10.00", "--json"],
    ],
)
def test_no_database_is_loaded(arguments: list[str]) -> None:
    program = (
        f"import sys\nfrom localgov_ims.cli.root import ims\nims({arguments!r}, standalone_mode=False)\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = done.stderr.splitlines()[-1]
    assert [
        heavy
        for heavy in ("sqlalchemy", "alembic", "duckdb", "psycopg", "holidays")
        if f"'{heavy}'" in loaded
    ] == []
