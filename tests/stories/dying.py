"""Dying as a power cut would, at the n-th call of the database: for the children of the tests that kill, and the tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from localgov_ims.storage import store

_ROOT = Path(__file__).parents[2]


class Calls:
    """Counts this process's calls of the database, and kills it at the *dies_at*-th; at 0 it never dies."""

    def __init__(self, dies_at: int) -> None:
        """Count what is loaded in bulk, before and after it; `watch` counts the rest."""
        self.made, self._dies_at = 0, dies_at
        load = store.load

        def counted(*args: object) -> None:
            self._called()
            load(*args)  # type: ignore[arg-type]
            self._called()

        store.load = counted

    def watch(self, engine: Engine) -> None:
        """Count the statements and commits of a database."""
        event.listen(engine, "before_cursor_execute", self._called)
        event.listen(engine, "commit", self._called)

    def _called(self, *_: object) -> None:
        self.made += 1
        if self.made == self._dies_at:
            os.kill(os.getpid(), signal.SIGKILL)


def apart(work: Callable[[Path, int], int], folder: Path, dies_at: int) -> tuple[int, int]:
    """Work in a process of its own; return the signal that ended it, and the calls it took."""
    told = folder / "calls"
    child = os.fork()
    if not child:
        status = 1
        try:
            told.write_text(str(work(folder, dies_at)))
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    assert not os.WIFEXITED(ended) or os.WEXITSTATUS(ended) == 0, "the work failed by itself"
    return (os.WTERMSIG(ended), 0) if os.WIFSIGNALED(ended) else (0, int(told.read_text()))


def ran(child: str, *arguments: object, seconds: int) -> subprocess.CompletedProcess[str]:
    """Run a child, which stands beside this, to its end."""
    command = [sys.executable, str(Path(__file__).with_name(child)), *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(_ROOT)}
    return subprocess.run(command, capture_output=True, check=False, timeout=seconds, text=True, env=env)


def tried(child: str, folder: Path, points: Sequence[int], *, seconds: int) -> list[dict[str, Any]]:
    """Have a child die at every point, each in a council of its own, and return what it says of them."""
    done = ran(child, folder, *points, seconds=seconds)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
