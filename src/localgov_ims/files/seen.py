"""What a file has named so far, kept on disk: a file may name more than memory should hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from types import TracebackType
from typing import Self


class Seen:
    """Names with the place of their first mention, in a temporary database that is gone when the block ends."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        # An empty name is a temporary file, of which SQLite keeps two megabytes in memory.
        self._names = sqlite3.connect("", isolation_level=None)
        self._names.execute("PRAGMA synchronous = OFF")
        self._names.execute("CREATE TABLE seen (name TEXT PRIMARY KEY, place TEXT) WITHOUT ROWID")

    def __enter__(self) -> Self:
        """Enter the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let the temporary database go."""
        self._names.close()

    def repeated(self, names: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Note names with their places, each place once; return the places that repeat one, with its first place."""
        given = list(names)
        self._names.execute("BEGIN")
        new = self._names.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", given).rowcount
        found: dict[str, str] = {}
        for name, place in given if new < len(given) else ():
            (first,) = self._names.execute("SELECT place FROM seen WHERE name = ?", (name,)).fetchone()
            if first != place:
                found[place] = first
        self._names.execute("COMMIT")
        return found

    def among(self, names: Iterable[str]) -> list[bool]:
        """Tell of each name whether it was noted."""
        query = "SELECT 1 FROM seen WHERE name = ?"
        return [self._names.execute(query, (name,)).fetchone() is not None for name in names]

    def close(self) -> None:
        """Let the temporary database go, where no block does."""
        self._names.close()
