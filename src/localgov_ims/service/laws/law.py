"""What proving a law gives: how much was looked at, and a sentence for every record that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import define, field, frozen
from sqlalchemy import Connection

from localgov_ims.service.council import Council

KEPT = 100
"""Sentences kept of each law; the rest is counted."""


@define
class Findings:
    """Gathers what a check looks at and finds; `retired` counts the records whose personal data was lawfully removed.

    `told` is what breaks nothing and should be known.
    """

    checked: int = 0
    retired: int = 0
    broken: list[str] = field(factory=list)
    count: int = 0
    told: list[str] = field(factory=list)

    def look_at(self, number: int = 1) -> None:
        """Count records looked at."""
        self.checked += number

    def breaks(self, sentence: str) -> None:
        """Note a record that breaks the law."""
        self.count += 1
        if len(self.broken) < KEPT:
            self.broken.append(sentence)

    def take(self, sentences: Iterator[str]) -> None:
        """Note each of several."""
        for sentence in sentences:
            self.breaks(sentence)


Check = Callable[[Connection, Council, Findings], None]


@frozen(kw_only=True)
class LawReport:
    """Whether a law holds on a database.

    Attributes:
        checked: How many records and proofs were looked at.
        broken: A sentence for each record that breaks it, the first 100; `count` says how many there are.
        retired: How many records have lost their personal data, or files their bytes, lawfully.
        told: A sentence for whatever breaks nothing and should be known.
    """

    law: int
    name: str
    checked: int
    broken: tuple[str, ...]
    count: int
    retired: int = 0
    told: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Tell whether nothing breaks it."""
        return self.count == 0
