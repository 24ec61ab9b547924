"""What a terminal may hand over that no database can keep: a sentence and an exit code, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.desk import Desk, a_desk
from tests.cli.test_cli import call

HALF = "\udcff"
"""What Python makes of a byte that is no UTF-8."""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a council with two administrators."""
    return a_desk(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("rules", "draft", "RULES", "--note", HALF), 3, "no database can keep"),
        (("rules", "draft", "RULES", "--note", "4111 1111 1111 1111"), 3, "card number"),
        (("rules", "draft", "RULES", "--note", "x" * 501), 3, "501 characters"),
        (("files", "list", "--type", HALF), 3, "no database can keep"),
        (("files", "list", "--page", "99999999999999999999"), 3, "A page has 1 to 500 files"),
        (("import", "RULES", "--type", HALF), 3, "no database can keep"),
        (("import", "RULES", "--type", "4111 1111 1111 1111"), 3, "card number"),
        (("accounts", "stop", HALF, "X", "--message", "Y"), 3, "no database can keep"),
        (("files", "show", "4111 1111 1111 1111"), 6, "411111******1111"),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused_in_a_sentence(
    desk: Desk, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text("", encoding="utf-8")
    given = [str(rules) if each == "RULES" else each for each in arguments]
    assert said in desk.refused(*given, code=code)


@pytest.mark.parametrize("given", ["\0", "\ud800"])
@pytest.mark.parametrize("option", ["--settings", "--rules"])
def test_what_no_file_can_be_called_is_a_wrong_command_line(given: str, option: str) -> None:
    result = call("rules", "explain", "--rules", "x", option, given, "--row", "{}")
    assert result.exit_code == 2, result.exception
    assert "that nothing can be called by" in result.stderr
