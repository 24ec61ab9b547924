"""`ims personal` as people and scripts call it."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.service.test_retaining import MAIL, NAME, record_past

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.cli.root import ims
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.people import Given, User
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage import people


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Give a council with two administrators and somebody's past."""
    path = tmp_path / "council.toml"
    path.write_text(settings_text(), encoding="utf-8")
    installation = open_installation(path, by="first", create=True)
    with installation.store.unit("add_user", by="first") as unit:
        user = User(
            id=new_id(), name="second", display_name="second", expiry_days=None, created_at=unit.at,
            given=Given(roles=("administrator",)),
        )  # fmt: skip
        people.add(unit, user, "first")
        people.add_version(unit, user, "first")
        unit.commit()
    record_past(installation)
    installation.store.close()
    return path


@pytest.fixture
def call(config: Path) -> Any:
    """Give a way to run `ims personal` as the first person or another."""

    def run_it(*arguments: object, by: str = "first") -> Result:
        words = ["--config", str(config), "personal", *map(str, arguments)]
        return CliRunner(env={"IMS_ACTOR": by}).invoke(ims, words, catch_exceptions=False)

    return run_it


def test_retention_is_previewed_proposed_and_confirmed_by_another(call: Any, config: Path) -> None:
    assert "transactions" in call("retention", "preview").output
    classes = json.loads(call("retention", "preview", "--json").stdout)["classes"]
    assert {each["class"]: each["remove"] for each in classes}["transactions"] == 2
    made = json.loads(call("retention", "propose", "--json").stdout)
    own = call("retention", "confirm", made["proposal"])
    assert (own.exit_code, "Somebody else" in own.output) == (4, True)
    done = json.loads(call("retention", "confirm", made["proposal"], "--json", by="second").stdout)
    assert (done["removed"]["transactions"], done["wiped"]) == (2, True)
    assert call("retention", "confirm", made["proposal"], by="second").exit_code == 4
    verified = CliRunner(env={"IMS_ACTOR": "first"}).invoke(ims, ["--config", str(config), "verify"])
    assert "The personal data of 11 records was lawfully removed." in verified.output


def test_a_person_is_erased_by_two(call: Any, config: Path) -> None:
    shown = call("erase", "propose", "--account", "23", "612345674", "--name", NAME, "--email", MAIL)
    assert "names other people, and stays" in shown.output
    proposal = shown.output.split()[-1]
    done = call("erase", "confirm", proposal, by="second")
    assert "Removed the personal data of" in done.output
    database = b"".join(path.read_bytes() for path in config.parent.glob("ims.sqlite*"))
    assert b"quillfeather" not in database.lower()


def test_holds_are_added_listed_and_lifted(call: Any) -> None:
    assert call("hold", "list").output == "There is no legal hold.\n"
    made = json.loads(
        call("hold", "add", "--payer", NAME, "--reason", "claim", "--until", "2099-01-31", "--json").stdout
    )
    assert (made["kind"], made["payer"], made["until"]) == ("payer", NAME, "2099-01-31")
    assert NAME in call("hold", "list").output
    assert call("hold", "lift", made["hold"], "--reason", "settled").exit_code == 0
    assert json.loads(call("hold", "list", "--json").stdout) == []
    assert [each["lifted"] for each in json.loads(call("hold", "list", "--all", "--json").stdout)] == [True]
    assert call("hold", "add", "--account", "23", "612345674", "--reason", "claim").exit_code == 0
    assert call("hold", "add", "--file", "a" * 64, "--reason", "claim").exit_code == 6
    assert call("hold", "add", "--reason", "claim").exit_code == 2


def test_what_is_held_of_a_person_is_written_for_their_eyes(call: Any, tmp_path: Path) -> None:
    for name in ("held.json", "held.html"):
        result = call("export", "--account", "23", "612345674", "--name", NAME, "-o", tmp_path / name)
        assert result.exit_code == 0
        assert "Read it before it is sent." in result.output
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert json.loads((tmp_path / "held.json").read_text(encoding="utf-8"))["subject"]["names"] == [NAME]
    assert NAME in (tmp_path / "held.html").read_text(encoding="utf-8")
    assert call("export", "--name", NAME, "-o", tmp_path / "held.pdf").exit_code == 2
    assert call("export", "-o", tmp_path / "held.json").exit_code == 3
