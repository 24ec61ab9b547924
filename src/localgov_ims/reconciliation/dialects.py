"""Where the engines' SQL differs: a handful of hooks, so that every statement is one text for all of them."""

from __future__ import annotations

from typing import Protocol


class Dialect(Protocol):
    """What an engine writes in its own way."""

    name: str

    def whole(self, dividend: str, divisor: int) -> str:
        """Divide whole numbers above zero, and drop the rest."""

    def characters_wrong(self, one: str, other: str) -> str:
        """Count by how many characters two texts differ: wrong, missing or too many."""


class DuckDb:
    """DuckDB, in process."""

    name = "duckdb"

    def whole(self, dividend: str, divisor: int) -> str:
        """Divide by its own operator."""
        return f"({dividend} // {divisor})"

    def characters_wrong(self, one: str, other: str) -> str:
        """Count by Levenshtein's distance."""
        return f"levenshtein({one}, {other})"


class Spark:
    """Spark SQL, for what is too large for one machine."""

    name = "spark"

    def whole(self, dividend: str, divisor: int) -> str:
        """Divide by its own operator."""
        return f"({dividend} DIV {divisor})"

    def characters_wrong(self, one: str, other: str) -> str:
        """Count by Levenshtein's distance."""
        return f"levenshtein({one}, {other})"


DUCKDB: Dialect = DuckDb()
SPARK: Dialect = Spark()
