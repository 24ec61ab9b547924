"""Fitting: texts of one field become its cells - cut or refused, filled up, guarded and quoted. Faults are Problems."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from attrs import frozen

from localgov_ims.domain.ledger_files import Problem
from localgov_ims.domain.quoting import quoted
from localgov_ims.files.writing.layout import Field, Layout

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_ROW: Final = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")
RUN_BY_SPREADSHEETS: Final = re.compile(r"'*[=+\-@]")
"""What a text begins with that an apostrophe is put before; apostrophes count, so that reading back is certain."""


@frozen(kw_only=True)
class Fitting:
    """How the texts of one field of one layout become cells.

    Attributes:
        text: Whether they are words from outside, which a spreadsheet might run; numbers are never guarded.
    """

    field: Field
    layout: Layout
    text: bool

    def cells(
        self, texts: Sequence[str], problems: list[Problem], place: Callable[[int], str]
    ) -> Sequence[str]:
        """Return the cells of *texts*; what cannot be written is added to *problems*, with the *place* of its row."""
        distinct = list(dict.fromkeys(texts))
        if 2 * len(distinct) <= len(texts):
            # many columns hold few texts: each is fitted once, unless there is a fault, which has its row
            faults: list[Problem] = []
            cell = dict(zip(distinct, self._fitted(distinct, faults, place), strict=True))
            if not faults:
                return [cell[text] for text in texts]
        return self._fitted(texts, problems, place)

    def _fitted(
        self, texts: Sequence[str], problems: list[Problem], place: Callable[[int], str]
    ) -> Sequence[str]:
        if self.field.default and "" in texts:
            texts = [text or self.field.default for text in texts]
        problems.extend(self._unwritable(texts, place))
        if self.layout.spreadsheet and self.text:
            texts = [f"'{text}" if RUN_BY_SPREADSHEETS.match(text) else text for text in texts]
        texts = self._sized(texts, problems, place)
        return texts if self.layout.is_fixed else self.enclosed(texts, problems, place)

    def _unwritable(self, texts: Sequence[str], place: Callable[[int], str]) -> Iterable[Problem]:
        lined = not self.layout.is_fixed and self.layout.quote != "none"
        control = _CONTROL_IN_ROW if lined else _CONTROL
        whole = "".join(texts)
        if whole.isascii() and control.search(whole) is None:
            return
        for row, text in enumerate(texts):
            where = f"{place(row)}, {self.field.name}"
            found = control.search(text)
            if found is not None:
                message = f"'{quoted(text)}' holds the control character {found.group()!r}."
                yield Problem("control_character", where, message)
            try:
                text.encode(self.layout.encoding)
            except UnicodeEncodeError as error:
                missing = text[error.start].encode("unicode_escape").decode()
                message = f"{missing!r} in '{quoted(text)}' is not in {self.layout.encoding}, the encoding of the file."
                yield Problem("not_encodable", where, message)

    def _sized(
        self, texts: Sequence[str], problems: list[Problem], place: Callable[[int], str]
    ) -> Sequence[str]:
        field, size = self.field, self.field.size
        if size is None:
            return texts
        plain = "".join(texts).isascii()
        if max(map(len if plain else self._bytes, texts), default=0) > size:
            if field.truncate:
                texts = [self._cut(text, size) for text in texts]
            else:
                problems.extend(
                    Problem("too_long", f"{place(row)}, {field.name}", self._too_long(text, size))
                    for row, text in enumerate(texts)
                    if self._bytes(text) > size
                )
        if field.width is None:
            return texts
        if plain and field.align == "left":
            width, pad = field.width, field.pad
            return [text.ljust(width, pad) for text in texts]
        return [self._filled(text, field.width) for text in texts]

    def _too_long(self, text: str, size: int) -> str:
        return f"'{quoted(text)}' has {self._bytes(text)} bytes in {self.layout.encoding}; the field takes {size}."

    def _bytes(self, text: str) -> int:
        return len(text) if text.isascii() else len(text.encode(self.layout.encoding, "replace"))

    def _cut(self, text: str, size: int) -> str:
        encoding = self.layout.encoding
        # ignoring what is left of a character that the cut went through
        return text.encode(encoding, "replace")[:size].decode(encoding, "ignore")

    def _filled(self, text: str, width: int) -> str:
        pad = self.field.pad
        # what other characters take besides one byte is taken from the filling
        width -= self._bytes(text) - len(text)
        if self.field.align == "left":
            return text.ljust(width, pad)
        if pad == "0" and text.startswith("-") and not self.text:
            return "-" + text[1:].rjust(width - 1, pad)
        return text.rjust(width, pad)

    def enclosed(
        self, texts: Sequence[str], problems: list[Problem], place: Callable[[int], str]
    ) -> Sequence[str]:
        """Return the cells of a delimited file, between quotes where the layout asks for it."""
        style, delimiter = self.layout.quote, self.layout.delimiter
        if style == "all":
            return [quote(text) for text in texts]
        # by hand: what the csv module quotes besides has changed between Python's versions
        special = re.compile(f'[{re.escape(delimiter)}"\r\n]')
        if style == "none":
            special = re.compile(re.escape(delimiter))
        if special.search("".join(texts)) is None:
            return texts
        if style == "minimal":
            return [quote(text) if special.search(text) else text for text in texts]
        problems.extend(
            Problem(
                "not_encodable", f"{place(row)}, {self.field.name}",
                f"'{quoted(text)}' holds the delimiter {delimiter!r}, which this layout cannot quote.",
            )
            for row, text in enumerate(texts)
            if delimiter in text
        )  # fmt: skip
        return texts


def quote(text: str) -> str:
    """Return a text between quotes, its own quotes doubled."""
    return '"' + text.replace('"', '""') + '"'
