"""Printing: rows become the lines of a file, a column at a time.

A layout is compiled once. Each field then makes all its cells of a block of rows in one go, which is several times
faster than going from field to field in every row, and what is the same in all rows is made once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, repeat
from typing import Any, Final, Protocol

from attrs import frozen

from localgov_ims.domain.ledger_files import Problem
from localgov_ims.domain.quoting import quoted
from localgov_ims.files.writing.fitting import Fitting
from localgov_ims.files.writing.layout import LITERAL, Field, Layout
from localgov_ims.files.writing.words import Kind, Words, texts_of

_BLOCK: Final = 2_000
"""So many rows are in memory as cells at once."""

Setting = Mapping[str, Any]


class Row(Protocol):
    """What is printed as one row."""

    number: int
    side: str

    @property
    def label(self) -> str:
        """What a person calls it: `line 7`."""
        ...


@frozen(kw_only=True)
class Column:
    """A field of a layout, ready to make its cells."""

    field: Field
    layout: Layout
    words: Words
    settings: Setting
    fitting: Fitting

    @property
    def constant(self) -> bool:
        """Whether every row of a file has the same."""
        field = self.field
        by_row = field.step is not None or field.when is not None or field.beside is not None
        return not by_row and all(self.words[source].of_file for source in field.sources)

    def texts(self, file: object, rows: Sequence[Any], problems: list[Problem]) -> list[str]:
        """Return the texts of all *rows*; *file* is what words of the whole file are asked of."""
        beside = self.field.beside
        if beside is None:
            texts = self._own(file, rows, problems)
        else:
            there = [bool(text) for text in self._part(beside, file, rows)]
            texts = self._own(file, rows, problems) if any(there) else [""] * len(rows)
            texts = [text if other else "" for text, other in zip(texts, there, strict=True)]
        if self.field.required and "" in texts and not self.field.default:
            problems.extend(
                Problem("missing_setting", f"{row.label}, {self.field.name}", "It must not be blank.")
                for row, text in zip(rows, texts, strict=True)
                if not text
            )
        return texts

    def _own(self, file: object, rows: Sequence[Any], problems: list[Problem]) -> list[str]:
        field, count = self.field, len(rows)
        if field.literal is not None:
            return [field.literal] * count
        if field.setting is not None:
            return [self._setting(problems)] * count
        if field.step is not None:
            return [str(row.number * field.step).rjust(field.digits, "0") for row in rows]
        parts = [self._part(source, file, rows) for source in field.from_]
        texts = parts[0] if len(parts) == 1 else list(map(field.join.join, zip(*parts, strict=True)))
        if field.join:
            problems.extend(self._torn(parts, rows))
        if field.map is not None:
            texts = self._mapped(field.map, texts, rows, problems)
        if field.when is not None:
            return [text if row.side == field.when else "" for text, row in zip(texts, rows, strict=True)]
        return texts

    def _part(self, source: str, file: object, rows: Sequence[Any]) -> list[str]:
        if source.startswith(LITERAL):
            return [source.removeprefix(LITERAL)] * len(rows)
        word, pence = self.words[source], self.layout.amount == "pence"
        if word.of_file:
            return texts_of(word, [word.get(file)], self.field, pence=pence) * len(rows)
        return texts_of(word, list(map(word.get, rows)), self.field, pence=pence)

    def _setting(self, problems: list[Problem]) -> str:
        name = self.field.setting
        value = self.settings.get(str(name))
        if not value and not self.field.default:
            problems.append(
                Problem("missing_setting", self.field.name, f"The setting {name!r} is not given.")
            )
        return str(value) if value else ""

    def _torn(self, parts: Sequence[Sequence[str]], rows: Sequence[Any]) -> Iterator[Problem]:
        for part in parts:
            for row, text in zip(rows, part, strict=True):
                if self.field.join in text:
                    message = f"'{quoted(text)}' holds {self.field.join!r}, which stands between the parts of the field."
                    yield Problem("not_encodable", f"{row.label}, {self.field.name}", message)

    def _mapped(
        self, mapping: Mapping[str, str], texts: list[str], rows: Sequence[Any], problems: list[Problem]
    ) -> list[str]:
        problems.extend(
            Problem(
                "missing_setting",
                f"{row.label}, {self.field.name}",
                f"{quoted(text)!r} is not in the layout's map.",
            )
            for row, text in zip(rows, texts, strict=True)
            if text not in mapping and text
        )
        return [mapping.get(text, "") for text in texts]


@frozen
class Printer:
    """Writes the rows of one record, in blocks."""

    columns: tuple[Column, ...]
    layout: Layout

    @classmethod
    def of(
        cls, fields: Sequence[Field], layout: Layout, words: Words, settings: Mapping[str, Any]
    ) -> Printer:
        """Compile *fields*."""
        return cls(tuple(_column(field, layout, words, settings) for field in fields), layout)

    def lines(self, file: object, rows: Sequence[Any], problems: list[Problem]) -> Iterator[str]:
        """Yield the text of blocks of rows, each line ended; every fault is added to *problems*."""
        between, end = "" if self.layout.is_fixed else self.layout.delimiter, self.layout.end
        same = {
            n: self._same(column, file, problems) for n, column in enumerate(self.columns) if column.constant
        }
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK]
            cells: list[Any] = []
            made: Iterable[Any] = (
                same[n] if n in same else self._varying(column, file, block, problems)
                for n, column in enumerate(self.columns)
            )  # fmt: skip
            for constant, columns in groupby(made, key=lambda each: isinstance(each, str)):
                if constant:
                    cells.append(repeat(between.join(columns), len(block)))
                else:
                    cells += columns
            yield end.join(map(between.join, zip(*cells, strict=True))) + end

    def once(self, file: object, problems: list[Problem]) -> str:
        """Return the text of one record about the whole file, such as its trailer."""
        return "".join(self.lines(file, [_NoRow()], problems))

    def names(self) -> str:
        """Return the line that names the columns."""
        named = [
            column.fitting.enclosed([column.field.name], [], lambda _: "header")[0] for column in self.columns
        ]
        return self.layout.delimiter.join(named) + self.layout.end

    @staticmethod
    def _same(column: Column, file: object, problems: list[Problem]) -> str:
        texts = column.texts(file, [_NoRow()], problems)
        return column.fitting.cells(texts, problems, lambda _: "every line")[0]

    @staticmethod
    def _varying(
        column: Column,
        file: object,
        block: Sequence[Any],
        problems: list[Problem],
    ) -> Sequence[str] | str:
        """Return the column's cells, or the one that all of them are."""
        texts = column.texts(file, block, problems)
        cells = column.fitting.cells(texts, problems, lambda row: str(block[row].label))
        return cells[0] if cells.count(cells[0]) == len(cells) else cells


@frozen
class _NoRow:
    number: int = 1
    side: str = ""
    label: str = "every line"


def _column(field: Field, layout: Layout, words: Words, settings: Mapping[str, Any]) -> Column:
    text = any(words[source].kind is Kind.TEXT for source in field.sources) and field.map is None
    fitting = Fitting(field=field, layout=layout, text=text)
    return Column(field=field, layout=layout, words=words, settings=settings, fitting=fitting)
