"""Trailers: the rows in which a file says how many rows it has and what they come to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import evolve

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import LIMIT
from localgov_ims.files.layouts import Layout
from localgov_ims.files.places import Span, Trailer
from localgov_ims.files.tables import Table

_COUNT = re.compile(r"[0-9]{1,15}", re.ASCII)


class Trailers:
    """Finds the trailers of one file, and writes what they state into its table."""

    def __init__(self, layout: Layout, table: Table) -> None:
        """Begin before the first row."""
        self._layout, self._table = layout, table
        self._found = set[Trailer]()

    def take(self, row: Sequence[str] | str, line: int) -> list[Issue] | None:
        """Take a row (of fields, or a fixed record): none where it is data, else what is wrong with it as a trailer.

        Data after a trailer is an Issue too: two files may have been joined.
        """
        for trailer in self._layout.trailers:
            if _bears(row, trailer):
                return list(self._read(trailer, row, f"line {line}"))
        if self._found:
            message = "A row after the trailer that closes the file. Were two files joined? Take them apart as they came."
            return [Issue(code="layout-mismatch", place=f"line {line}", message=message)]
        return None

    def end(self) -> Iterator[Issue]:
        """Yield an Issue for each trailer that the file must have and has not."""
        for trailer in self._layout.trailers:
            if trailer.required and trailer not in self._found:
                message = (
                    f"The file has no row {trailer.literal!r}, by which it proves that it is whole. It may be cut off: "
                    "fetch it again."
                )
                yield Issue(
                    code="control-missing", place="end of file", field=trailer.literal, message=message
                )

    def _read(self, trailer: Trailer, row: Sequence[str] | str, place: str) -> Iterator[Issue]:
        if trailer in self._found:
            message = (
                f"A second row {trailer.literal!r}. Were two files joined? Take them apart as they came."
            )
            yield Issue(code="layout-mismatch", place=place, message=message)
            return
        self._found.add(trailer)
        if beyond := _beyond(trailer, row):
            message = f"The row {trailer.literal!r} goes on after the last thing that it states."
            yield Issue(code="bad-field", place=place, field=trailer.literal, value=beyond, message=message)
        self._table.place = place
        for name, at in (
            ("count", trailer.count), ("net", trailer.sum), ("credits", trailer.credits), ("debits", trailer.debits),
        ):  # fmt: skip
            if at is None:
                continue
            text = _cell(row, at).strip()
            value = self._value(trailer, name, text)
            if value is None:
                yield _unread(trailer, name, text, place)
            else:
                self._table.declared = evolve(self._table.declared, **{name: value})

    def _value(self, trailer: Trailer, name: str, text: str) -> int | None:
        if name == "count":
            return int(text) if _COUNT.fullmatch(text) else None
        sign = trailer.sign if name == "net" else "unsigned"
        pence = self._layout.amounts(sign, trailer.unit).pence(text)
        return pence if pence is not None and abs(pence) < LIMIT else None


def _bears(row: Sequence[str] | str, trailer: Trailer) -> bool:
    if isinstance(row, str):
        return trailer.spot.on(row)
    return len(row) >= trailer.start and row[trailer.start - 1].strip() == trailer.literal


def _cell(row: Sequence[str] | str, at: int | Span) -> str:
    if isinstance(row, str):
        return at.text(row) if isinstance(at, Span) else ""
    return row[at - 1] if isinstance(at, int) and len(row) >= at else ""


def _beyond(trailer: Trailer, row: Sequence[str] | str) -> str:
    """Return what stands in a fixed record after its last total."""
    totals = (trailer.count, trailer.sum, trailer.credits, trailer.debits)
    ends = [at.end for at in totals if isinstance(at, Span)]
    return row[max(ends) :].strip() if ends and isinstance(row, str) else ""


def _unread(trailer: Trailer, name: str, text: str, place: str) -> Issue:
    what = "number of rows" if name == "count" else "sum"
    code = "missing-field" if not text else "bad-field" if name == "count" else "bad-amount"
    message = f"The row {trailer.literal!r} must state a {what}, and says {'nothing' if not text else 'something else'}."
    return Issue(code=code, place=place, field=trailer.literal, value=text, message=message)
