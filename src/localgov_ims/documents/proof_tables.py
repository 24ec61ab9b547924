"""Proofs as one table for CSV and spreadsheets: a row for each figure, and one for each of its items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from localgov_ims.documents.tables import Column, Kind, Row
from localgov_ims.domain.proofs import Proof

COLUMNS: Final = (
    Column("section"), Column("figure"), Column("row"), Column("count", Kind.NUMBER), Column("amount", Kind.MONEY),
    Column("given", Kind.MONEY), Column("difference", Kind.MONEY), Column("item"), Column("what"), Column("day", Kind.DAY),
    Column("days_old", Kind.NUMBER), Column("due_on", Kind.DAY), Column("note"), Column("id"),
)  # fmt: skip
"""`row` says which a row is: `figure`, `total` or `item`; amounts of items add up to their figure."""


def rows(proof: Proof) -> Iterator[Row]:
    """Yield every figure, followed by its items."""
    for section in proof.sections:
        for f in section.figures:
            head = (section.title, f.label)
            kind = "total" if f.total else "figure"
            yield (
                *head,
                kind,
                f.count,
                f.amount,
                f.given,
                f.difference,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
            )
            for i in f.items:
                yield (
                    *head,
                    "item",
                    None,
                    i.amount,
                    None,
                    None,
                    i.text,
                    i.kind,
                    i.day,
                    i.age,
                    i.due_on,
                    i.note,
                    i.id,
                )
