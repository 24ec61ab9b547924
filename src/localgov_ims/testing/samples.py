"""Sample files and what must come of them, from the INDEX.tsv beside them."""

from __future__ import annotations

import csv
from pathlib import Path

from attrs import frozen

from localgov_ims.domain.money import Money
from localgov_ims.files.reading import FileRead


@frozen(kw_only=True)
class Sample:
    """One file: accepted with figures, or refused with one of its codes.

    Attributes:
        path: Where it lies.
        codes: The codes that it may be refused with; empty for a file that is accepted.
        figures: Expected figures by column (`n_entries`, `opening`, `closing`, `sum_credits`,
            `sum_debits`), those given; amounts in pence, of several statements with a bar between.
    """

    path: Path
    codes: frozenset[str]
    figures: dict[str, str]

    @property
    def accepted(self) -> bool:
        """Whether the file is clean."""
        return not self.codes

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        return self.path.read_bytes()


FIGURES = ("n_entries", "opening", "closing", "sum_credits", "sum_debits")


def samples_in(folder: Path) -> list[Sample]:
    """Read the folder's INDEX.tsv: tab-separated columns `file`, those of `FIGURES`, and `expected`.

    `expected` begins with `accepted`, or with `refused: ` and a code (several with a bar between mean that
    any of them will do).
    """
    with (folder / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        return [_sample(folder, row) for row in csv.DictReader(index, delimiter="\t")]


def _sample(folder: Path, row: dict[str, str]) -> Sample:
    verdict, _, rest = row["expected"].partition(":")
    codes = rest.split()[0].split("|") if verdict.strip() == "refused" else []
    figures = {name: row[name] for name in FIGURES if row.get(name)}
    return Sample(path=folder / row["file"], codes=frozenset(codes), figures=figures)


def figures_of(read: FileRead) -> dict[str, str]:
    """Return what was read in the form of a sample's figures."""
    closed = [entry.closed for entry in read.entries if entry.closed is not None]
    openings = [entry.opening for entry in read.entries if entry.closed is not None]
    return {
        "n_entries": str(sum(c.computed.count or 0 for c in closed)),
        "opening": "|".join(_pence(opening) for opening in openings),
        "closing": "|".join(_pence(c.closing) for c in closed),
        "sum_credits": str(sum(c.computed.credits or 0 for c in closed)),
        "sum_debits": str(sum(c.computed.debits or 0 for c in closed)),
    }


def _pence(amount: Money | None) -> str:
    return "" if amount is None else str(amount.pence)
