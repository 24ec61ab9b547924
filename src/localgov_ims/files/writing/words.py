"""Words: the sources that a layout's fields may name, and how their values become texts."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import frozen

from localgov_ims.files.writing.layout import Field


class Kind(enum.Enum):
    """What values a source has."""

    TEXT = "text"
    DAY = "day"
    AMOUNT = "amount"
    COUNT = "count"


@frozen
class Word:
    """A source: its kind, and how a value is got of a row - or of the whole file, where `of_file`.

    A value is a text, a date, whole pence or a whole number; none is a blank. With a `place`, it is texts, of which
    the one at that place is printed, from 0; there need not be so many.
    """

    kind: Kind
    get: Callable[[Any], Any]
    of_file: bool = False
    place: int | None = None


Words = Mapping[str, Word]


def texts_of(word: Word, values: Sequence[Any], field: Field, *, pence: bool) -> list[str]:
    """Return values as they are printed, before they are fitted into the field."""
    place = word.place
    if place is not None:
        return [value[place] if value and len(value) > place else "" for value in values]
    if word.kind is Kind.TEXT:
        return ["" if value is None else value for value in values]
    if word.kind is Kind.DAY:
        return _days(values, field.date)
    if word.kind is Kind.COUNT:
        digits = field.digits
        return ["" if value is None else str(value).rjust(digits, "0") for value in values]
    return _amounts(values, field.zero, pence=pence)


def _days(values: Sequence[date | None], pattern: str) -> list[str]:
    # a file has few days, and each is printed once
    printed = {
        day: "" if day is None else day.strftime(pattern) if pattern else day.isoformat()
        for day in set(values)
    }
    return [printed[day] for day in values]


def _amounts(values: Sequence[int | None], zero: str | None, *, pence: bool) -> list[str]:
    if pence:
        texts = ["" if value is None else str(value) for value in values]
    else:
        texts = [
            "" if value is None
            else f"{value // 100}.{value % 100:02d}" if value >= 0
            else f"-{-value // 100}.{-value % 100:02d}"
            for value in values
        ]  # fmt: skip
    if zero is not None and 0 in values:
        return [zero if value == 0 else text for value, text in zip(values, texts, strict=True)]
    return texts
