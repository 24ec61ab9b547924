"""`ims read` on every sample of the project: the built-in formats' and every plugin's, as their INDEX.tsv say."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from localgov_ims.cli.root import ims
from localgov_ims.testing.samples import Sample, samples_in

PROJECT = Path(__file__).parents[2]
INDEXES = sorted(
    [
        *PROJECT.glob("tests/builtin/samples/**/INDEX.tsv"),
        *(
            i
            for p in PROJECT.glob("plugins/*/pyproject.toml")
            for i in p.parent.glob("tests/samples/**/INDEX.tsv")
        ),
    ]
)
SAMPLES = [sample for index in INDEXES for sample in samples_in(index.parent)]

CONTRADICTS = {"balance-mismatch", "total-mismatch", "count-mismatch", "batch-mismatch"}
"""A file says two things: whoever reads that is told what to do."""


def read(sample: Sample) -> tuple[int, list[dict[str, object]]]:
    """Read a sample as a person would, with the profiles that lie beside it."""
    own = sample.path.parent / "profiles.toml"
    profiles = ["--profile", str(own)] if own.exists() else []
    result = CliRunner().invoke(ims, ["read", "--json", *profiles, str(sample.path)])
    return result.exit_code, json.loads(result.stdout)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path.name)
def test_a_sample_answers_as_its_index_says(sample: Sample) -> None:
    code, entries = read(sample)
    stopping = [issue for entry in entries for issue in entry["issues"] if issue["severity"] == "error"]
    assert code == (0 if sample.accepted else 3)
    assert all(entry["accepted"] is sample.accepted for entry in entries)
    if not sample.accepted:
        first = stopping[0]
        assert first["code"] in sample.codes
        assert first["place"]
        assert first["message"]
        if first["code"] in CONTRADICTS:
            assert re.search("[Ff]etch the (file|report) again|ask the bank for it", first["message"]), first[
                "message"
            ]
        return
    assert not stopping
    if "opening" in sample.figures:
        assert figures(entries) == sample.figures
    else:
        found = figures(entries)
        assert {name: found[name] for name in sample.figures} == sample.figures


def figures(entries: list[dict[str, object]]) -> dict[str, str]:
    """What was read, in the form of a sample's figures."""

    def barred(key: str) -> str:
        return "|".join("" if entry[key] is None else str(entry[key]) for entry in entries)

    return {
        "n_entries": str(sum(entry["lines"] or 0 for entry in entries)),
        "opening": barred("opening_pence"), "closing": barred("closing_pence"),
        "sum_credits": str(sum(entry["credits_pence"] or 0 for entry in entries)),
        "sum_debits": str(sum(entry["debits_pence"] or 0 for entry in entries)),
    }  # fmt: skip


def test_the_samples_of_every_plugin_that_reads_have_an_index() -> None:
    """Without one they would be passed over in silence; what a ledger exporter writes is none of them."""
    for samples in PROJECT.glob("plugins/*/tests/samples"):
        plugin = samples.parents[1]
        if any("def ims_file_formats" in source.read_text() for source in plugin.glob("src/*/__init__.py")):
            assert any(samples in index.parents for index in INDEXES), samples


def test_the_files_of_a_zip_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "sent.zip"
    bank = PROJECT / "tests" / "builtin" / "samples" / "bank_csv"
    with zipfile.ZipFile(path, "w") as made:
        made.write(bank / "uk_hsbcnet.csv", "hsbc.csv")
        made.write(bank / "nasty_excel_mangled.csv", "excel.csv")
    result = CliRunner().invoke(ims, ["read", "--json", str(path)])
    found = {entry["file"]: entry["accepted"] for entry in json.loads(result.stdout)}
    assert (result.exit_code, found) == (3, {f"{path}/hsbc.csv": True, f"{path}/excel.csv": False})


def test_an_archive_that_cannot_be_unpacked_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "sent.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("bomb.csv", b"0" * 10_000_000)
    result = CliRunner().invoke(ims, ["read", "--json", str(path)])
    (entry,) = json.loads(result.stdout)
    assert (result.exit_code, entry["issues"][0]["code"]) == (3, "limit-exceeded")
