"""A new council with two administrators, ann and bob, who work it by commands alone."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from click.testing import Result
from tests.cli.test_cli import answer, call

TAX, RENT = "23:612345674", "05:12345678902"


@frozen
class Desk:
    """A council at whose keyboard somebody sits."""

    config: Path
    sit: Callable[[str], None]

    def ask(self, *arguments: object, by: str = "ann", code: int = 0) -> Any:
        """Run a command with --json and return what it prints."""
        self.sit(by)
        return answer("--config", self.config, *arguments, code=code)

    def run(self, *arguments: object, by: str = "ann") -> Result:
        """Run a command as people do."""
        self.sit(by)
        return call("--config", self.config, *arguments)

    def said(self, *arguments: object, by: str = "ann") -> str:
        """Run a command that works, and return what people read."""
        result = self.run(*arguments, by=by)
        assert result.exit_code == 0, result.output
        return result.output

    def refused(self, *arguments: object, by: str = "ann", code: int) -> str:
        """Run a command that does not, and return why."""
        result = self.run(*arguments, by=by)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result.stderr

    def employ(self, name: str, *roles: str, groups: tuple[str, ...] = ()) -> None:
        """Add a user, whom ann asks for and bob authorises."""
        given = [part for role in roles for part in ("--role", role)]
        given += [part for group in groups for part in ("--fund-group", group)]
        asked = self.ask("users", "add", name, *given)
        self.ask("users", "decide", asked["grant"], "--accept", by="bob")

    def paid(self, *items: str, word: str = "authorised", theirs: str = "P1") -> str:
        """Take a payment at the counter and say that it was paid; return its reference."""
        given = [part for item in items or (f"{TAX}:120.00",) for part in ("--item", item)]
        taken = self.ask("payments", "take", *given, "--channel", "counter")
        paid = f"{taken['pence'] // 100}.{taken['pence'] % 100:02}"
        self.ask(
            "payments",
            "settle",
            taken["payment"],
            "--said",
            word,
            "--paid",
            paid,
            "--provider-reference",
            theirs,
        )
        return str(taken["payment"])

    def laws_hold(self) -> bool:
        """Tell whether every law holds."""
        return all(law["holds"] for law in self.ask("verify")["laws"])


def a_desk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Begin a council in a new folder, with ann and bob."""
    shutil.copytree(_begun(), folder, dirs_exist_ok=True)
    return Desk(folder / "council.toml", lambda name: monkeypatch.setenv("IMS_ACTOR", name))


@cache
def _begun() -> Path:
    """Begin it by commands, once; every desk is a copy."""
    folder = Path(tempfile.mkdtemp(prefix="desk-"))
    atexit.register(shutil.rmtree, folder)
    with pytest.MonkeyPatch.context() as patch:
        desk = Desk(folder / "council.toml", lambda name: patch.setenv("IMS_ACTOR", name))
        desk.sit("ann")
        assert call("init", folder).exit_code == 0
        desk.ask("users", "add", "bob", "--role", "administrator")
    return folder
