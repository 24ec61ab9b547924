"""The command line as scripts call it: JSON, exit codes, and sentences for people."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from localgov_ims.cli.root import COMMANDS, ims
from localgov_ims.simulator.running import DemoResult, run

SAMPLES = Path(__file__).parents[2] / "plugins" / "localgov-ims-camt" / "tests" / "samples"
ENTRY = {
    "file", "format", "kind", "account", "currency", "number", "opening_pence", "closing_pence", "lines", "not_booked",
    "credits_pence", "debits_pence", "first_on", "last_on", "evidence", "issues", "accepted",
}  # fmt: skip


def call(*arguments: object, stdin: bytes | None = None) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(
        ims, [str(argument) for argument in arguments], input=stdin, catch_exceptions=False
    )


def answer(*arguments: object, code: int = 0) -> Any:
    """Run a command with --json and return what it prints."""
    result = call(*arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    """Run a short demo once; commands that change nothing share it."""
    return run(tmp_path_factory.mktemp("cli") / "council", seed=11, days=5)


@pytest.fixture
def config(demo: DemoResult) -> Path:
    """Give the settings of the short demo."""
    return demo.folder / "council.toml"


def test_reading_an_accepted_file_gives_every_field() -> None:
    (entry,) = answer("read", SAMPLES / "uk_ok_v8.xml")
    assert set(entry) == ENTRY
    assert (entry["format"], entry["kind"], entry["evidence"], entry["accepted"]) == (
        "camt053",
        "statement",
        "proved",
        True,
    )
    assert (entry["opening_pence"], entry["closing_pence"]) == (100000, 133816)
    assert (entry["lines"], entry["credits_pence"], entry["debits_pence"]) == (3, 35050, 1234)
    assert (entry["account"], entry["currency"], entry["number"]) == ("20000012345678", "GBP", "1")
    assert (entry["first_on"], entry["last_on"], entry["not_booked"]) == ("2026-10-05", "2026-10-05", 0)


def test_one_refused_entry_refuses_its_file_and_the_exit_code_is_3() -> None:
    entries = answer("read", SAMPLES / "uk_ok_v8.xml", SAMPLES / "nasty_wrong_closing.xml", code=3)
    assert [entry["accepted"] for entry in entries] == [True, False]
    (issue,) = entries[1]["issues"]
    assert set(issue) == {"code", "severity", "place", "field", "value", "message"}
    assert (issue["code"], issue["severity"]) == ("balance-mismatch", "error")
    assert issue["place"]


def test_a_file_in_which_nothing_could_be_opened_still_gives_an_entry() -> None:
    (entry,) = answer("read", SAMPLES / "nasty_billion_laughs.xml", code=3)
    assert set(entry) == ENTRY
    assert entry["accepted"] is False
    assert [issue["code"] for issue in entry["issues"]] == ["doctype"]
    assert entry["lines"] is None
    assert entry["account"] is None


def test_a_statement_with_two_accounts_gives_two_entries() -> None:
    entries = answer("read", SAMPLES / "nasty_two_accounts.xml")
    assert [entry["closing_pence"] for entry in entries] == [133816, 1500]


def test_a_file_is_read_from_standard_input() -> None:
    result = call("read", "-", "--json", stdin=(SAMPLES / "uk_ok_v8.xml").read_bytes())
    assert json.loads(result.stdout)[0]["accepted"] is True


def test_a_format_may_be_named_and_an_unknown_one_is_refused() -> None:
    assert answer("read", SAMPLES / "uk_ok_v8.xml", "--format", "camt053")[0]["accepted"]
    (entry,) = answer("read", SAMPLES / "uk_ok_v8.xml", "--format", "mt999", code=3)
    assert entry["issues"][0]["code"] == "unknown-message"


def test_a_refused_file_is_explained_to_people_without_a_traceback() -> None:
    result = call("read", SAMPLES / "nasty_wrong_closing.xml")
    assert result.exit_code == 3
    assert "refused" in result.output
    assert "balance-mismatch at Stmt[1]" in result.output
    assert "Traceback" not in result.output


def test_a_file_that_is_not_there_is_a_wrong_command_line() -> None:
    assert call("read", "nowhere.xml").exit_code == 2


@pytest.mark.parametrize("path", ["uk_ok_v8.xml", "nasty_wrong_closing.xml"])
def test_reading_loads_no_database(path: str) -> None:
    """What reading imports decides how much memory it takes."""
    program = (
        "import sys\nfrom localgov_ims.cli.root import ims\n"
        f"ims(['read', {str(SAMPLES / path)!r}, '--json'], standalone_mode=False)\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    loaded = done.stderr.splitlines()[-1]
    for heavy in ("sqlalchemy", "alembic", "duckdb", "psycopg", "holidays", "rich"):
        assert f"'{heavy}'" not in loaded


def test_the_demo_gives_every_field_and_is_right(tmp_path: Path) -> None:
    found = answer("demo", "--dir", tmp_path / "d", "--days", 3, "--seed", 5)
    assert {
        "statements",
        "lines",
        "dispositions",
        "income_pence",
        "suspense_pence",
        "journal",
        "laws",
        "truth",
        "seconds",
    } <= set(found)
    assert set(found["dispositions"]) == {"matched", "allocated", "suspense", "awaiting", "other"}
    assert sum(found["dispositions"].values()) == found["lines"]
    assert found["journal"]["debits_pence"] == found["journal"]["credits_pence"] > 0
    assert found["journal"]["files"] == len(list((tmp_path / "d" / "journals").iterdir()))
    assert [law["law"] for law in found["laws"]] == [1, 2, 3, 4, 5]
    assert all(law["holds"] and law["checked"] > 0 for law in found["laws"])
    assert found["truth"]["right"] == found["lines"]
    assert found["truth"]["wrong"] == 0
    assert found["direct_debits"]["collected"] > 0


def test_in_ten_days_every_kind_of_direct_debit_has_come_to_its_end(tmp_path: Path) -> None:
    found = answer("demo", "--dir", tmp_path / "d", "--days", 10, "--seed", 6)
    debits = found["direct_debits"]
    assert (debits["came_back"], debits["advices"], debits["advices_taken"]) == (
        {"debited": 6, "withdrawn": 1}, 2, 1,
    )  # fmt: skip
    assert {"income-file", "unpaid-item", "unpaid-total"} <= {
        rule for rule, n in found["matches"].items() if n
    }


def test_the_demo_does_not_touch_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    result = call("demo", "--dir", tmp_path)
    assert result.exit_code == 4
    assert "not empty" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_demo_ends_in_a_summary_that_people_understand(tmp_path: Path) -> None:
    result = call("demo", "--dir", tmp_path / "d", "--days", 2)
    assert result.exit_code == 0
    for words in ("bank statements", "held until a person can place it", "Law 5", "0 wrong", "suspense list"):
        assert words in result.output


def test_importing_the_same_file_twice_is_seen(config: Path) -> None:
    statement = next((config.parent / "files").glob("main-*.xml"))
    (found,) = answer("--config", config, "import", statement)
    assert (found["status"], found["lines"]) == ("seen", found["lines"])


def test_a_refused_import_exits_with_3_and_says_why(config: Path) -> None:
    (found,) = answer("--config", config, "import", SAMPLES / "nasty_wrong_closing.xml", code=3)
    assert found["status"] == "refused"
    assert found["issues"][0]["code"] == "balance-mismatch"


def test_verify_gives_the_laws(config: Path) -> None:
    assert [(law["law"], law["holds"]) for law in answer("--config", config, "verify")["laws"]] == [
        (number, True) for number in range(1, 6)
    ]


def test_reconciling_again_leaves_everything_where_it_is(config: Path, demo: DemoResult) -> None:
    found = answer("--config", config, "reconcile")
    assert {kind: total["count"] for kind, total in found["dispositions"].items()} == {
        kind.value: total.count for kind, total in demo.dispositions.items()
    }


def test_suspense_is_listed_with_reasons_and_sums(config: Path, demo: DemoResult) -> None:
    items = answer("--config", config, "suspense", "list")
    assert sum(item["pence"] for item in items) == demo.suspense.pence
    assert all(item["reason"] and item["line"] for item in items)
    assert "items," in call("--config", config, "suspense", "list").output


def test_a_suspense_item_its_bank_line_and_its_journal_explain_each_other(config: Path) -> None:
    item = answer("--config", config, "suspense", "list")[0]
    (story,) = answer("--config", config, "explain", item["line"])
    assert story["kind"] == "transaction"
    assert any("suspense" in sentence for sentence in story["sentences"])
    (bank_line,) = answer("--config", config, "explain", story["leads_to"][0])
    assert bank_line["kind"] == "statement line"
    assert any(sentence.startswith("1. suspense") for sentence in bank_line["sentences"])
    journal = next(s for s in story["sentences"] if s.startswith("Journal ")).split()[1].rstrip(",")
    assert answer("--config", config, "explain", journal)[0]["kind"] == "journal"


def test_explaining_what_is_not_there_says_what_can_be_given(config: Path) -> None:
    result = call("--config", config, "explain", "nothing")
    assert result.exit_code == 6
    assert "Nothing here has the identifier 'nothing'" in result.output


def test_exporting_again_makes_nothing(config: Path) -> None:
    answer("--config", config, "journals", "export")
    assert answer("--config", config, "journals", "export") == []


def test_plugins_are_listed_with_and_without_settings(config: Path) -> None:
    for arguments in (["--config", config], ["--config", "nowhere.toml"]):
        found = {plugin["name"]: plugin for plugin in answer(*arguments, "plugins", "list")}
        assert found["camt"]["offers"] == ["camt052", "camt053", "camt054"]
        assert found["builtin"]["distribution"] == "localgov-ims"


def test_a_council_is_begun_once(tmp_path: Path) -> None:
    assert call("init", tmp_path / "new", "--name", 'The "New" Council').exit_code == 0
    assert answer("--config", tmp_path / "new" / "council.toml", "verify")["laws"]
    again = call("init", tmp_path / "new")
    assert again.exit_code == 4
    assert "nothing was changed" in again.output
    (tmp_path / "new" / "ims.sqlite").unlink()
    assert call("--config", tmp_path / "new" / "council.toml", "verify").exit_code == 8
    assert call("init", tmp_path / "new").exit_code == 0
    assert call("init", tmp_path / "other", "--name", "two\nlines").exit_code == 3
    assert not (tmp_path / "other" / "council.toml").exists()


def test_settings_that_are_not_there_or_wrong_are_explained(tmp_path: Path) -> None:
    result = call("--config", tmp_path / "none.toml", "verify")
    assert result.exit_code == 8
    assert "ims init" in result.output
    (tmp_path / "bad.toml").write_text("[council]\nname = 5\n", encoding="utf-8")
    result = call("--config", tmp_path / "bad.toml", "verify")
    assert result.exit_code == 8
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    result = call(command, "--help")
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")


def test_without_click_the_command_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from localgov_ims import cli

    monkeypatch.setitem(sys.modules, "click", None)
    monkeypatch.delitem(sys.modules, "localgov_ims.cli.root")
    with pytest.raises(SystemExit, match="reference extra"):
        cli.main()
