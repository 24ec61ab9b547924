"""What `ims read` loads for each format of bank statements: memory stays small because nothing else is imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
SAMPLES = {
    "camt052": "localgov-ims-camt/tests/samples/camt052/uk_ok_v8.xml",
    "camt053": "localgov-ims-camt/tests/samples/uk_ok_v8.xml",
    "camt054": "localgov-ims-camt/tests/samples/camt054/uk_ok_v8.xml",
    "mt940": "localgov-ims-mt940/tests/samples/mt940/uk_ok.sta",
    "mt942": "localgov-ims-mt940/tests/samples/mt942/uk_ok_942.sta",
    "bai2": "localgov-ims-bai2/tests/samples/uk_ok.bai2",
    "ofx": "localgov-ims-ofx/tests/samples/uk_ok.ofx",
}
LOADED = frozenset({"attr", "attrs", "cattrs", "click", "pluggy", "re2", "typing_extensions"})
"""What is not Python's own: values, settings of profiles, the command line, the hooks, patterns."""

OURS = frozenset({"builtin", "cli", "domain", "errors", "files", "hooks"})
PROGRAM = """
import sys
from localgov_ims.cli.root import ims
ims(["read", "--json", sys.argv[1]], standalone_mode=False)
others = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
ours = {name.split(".")[1] for name in sys.modules if name.startswith("localgov_ims.")}
print("\\n" + repr((sorted(others), sorted(ours))), file=sys.stderr)
"""


@pytest.mark.parametrize("format_", SAMPLES)
def test_reading_a_statement_loads_no_more_than_it_needs(format_: str) -> None:
    run = [sys.executable, "-c", PROGRAM, str(PLUGINS / SAMPLES[format_])]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    others, ours = eval(done.stderr.splitlines()[-1])  # noqa: S307 - a repr that the program above printed
    assert [entry["format"] for entry in json.loads(done.stdout)] == [format_]
    assert set(ours) <= OURS
    plain = {name for name in others if not name.startswith(("_", "localgov_ims"))}
    assert plain <= LOADED, plain - LOADED
