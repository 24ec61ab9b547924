"""The plugin that people copy: built, installed, found by its entry point, and right by its own tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "my-first-plugin"
SAMPLES = EXAMPLE / "tests" / "samples"
IMS = "from localgov_ims.cli import main; main()"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that has the example installed, and nothing else of it on its path."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=EXAMPLE, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:  # a wheel of pure Python is installed by unpacking it
        packed.extractall(folder / "site")
    return {**os.environ, "PYTHONPATH": str(folder / "site")}


def test_a_statement_of_my_bank_is_recognised_and_proved(installed: dict[str, str]) -> None:
    command = [sys.executable, "-c", IMS, "read", "--json", str(SAMPLES / "ok.txt")]
    said = subprocess.run(command, env=installed, check=True, capture_output=True, text=True).stdout
    [entry] = json.loads(said)
    assert (entry["format"], entry["evidence"], entry["lines"]) == ("my-bank", "proved", 2)
    assert (entry["opening_pence"], entry["closing_pence"], entry["accepted"]) == (100_000, 109_750, True)


def test_its_own_tests_pass(installed: dict[str, str], tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path),
        str(EXAMPLE / "tests"),
    ]  # fmt: skip
    run = subprocess.run(command, env=installed, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 0, run.stdout
    assert "passed" in run.stdout


def test_a_reader_is_about_twenty_five_lines() -> None:
    """What a supplier must write is what only he knows: how the lines of his bank look."""
    text = (EXAMPLE / "src" / "my_first_plugin" / "__init__.py").read_text()
    body = text.split("def read(", 1)[1].split("@hookimpl", 1)[0].strip().splitlines()
    assert len(body) < 30


@pytest.mark.parametrize(
    "path", ["pyproject.toml", "src/my_first_plugin/__init__.py", "tests/test_contract.py", "tests/samples/INDEX.tsv"]
)  # fmt: skip
def test_the_page_shows_what_the_example_holds(path: str) -> None:
    page = EXAMPLE.parents[1] / "docs" / "how-to" / "write-a-reader.md"
    assert (EXAMPLE / path).read_text() in page.read_text()
