"""Counting a journal's file from its bytes alone: which fields say account, side and amount, and what they come to."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from attrs import evolve, frozen

from localgov_ims.domain.ledger_files import ControlTotals
from localgov_ims.errors import ConfigurationError
from localgov_ims.files.writing.layout import Field, Layout, Sign, Vat
from localgov_ims.files.writing.reading_back import (
    Cells,
    ReadFile,
    not_this,
    pence_of,
    plain,
    read_back,
    unpadded,
)


@frozen(kw_only=True)
class Counter:
    """Counts files of one layout. Made of the layout and the ledger's policies, as the printer is.

    Raises:
        ConfigurationError: The layout does not print what must be counted, so that no file of it could be proved.
    """

    layout: Layout
    sign: Sign
    vat: Vat

    def __attrs_post_init__(self) -> None:
        """Refuse a layout whose files could not be counted."""
        needed = ["line.account"] + ["offset.account"] * self.layout.pair + _AMOUNTS[self.sign]
        needed += ["line.tax"] * (self.vat is Vat.NET_WITH_TAX)
        for source in needed:
            if self._place(source) is None:
                message = (
                    f"The layout {self.layout.name!r} must have a field that is made of {source} (with vat "
                    f"{self.vat.value!r} and sign {self.sign.value!r}): without it no file could be proved."
                )
                raise ConfigurationError("bad_layout", message, layout=self.layout.name, source=source)

    def coder(self) -> Callable[[str], str]:
        """Return what makes of an account code the text that is read back: filled with zeros, it has none in front."""
        place = self._place("line.account")
        each = self.layout.fields[place] if place is not None else None
        if each is None or each.width is None:
            return str
        return functools.partial(unpadded, each)

    def totals(self, entries: Sequence[tuple[str, str | None, int]]) -> ControlTotals:
        """Count (account, offset's account, signed pence) of each row; `rows` are those of the file."""
        counted = [(code, pence) for code, _, pence in entries]
        counted += [(offset, -pence) for _, offset, pence in entries if offset is not None]
        return evolve(ControlTotals.of(counted), rows=len(entries))

    def count(self, data: bytes) -> ControlTotals:
        """Count a file, and prove its trailer.

        Raises:
            RuleViolation: The bytes are not a file of this layout, or its trailer says otherwise.
        """
        read = read_back(self.layout, data)
        account, offset = self._code_at("line.account"), self._code_at("offset.account")
        signed = self._signed()
        totals = self.totals(
            [(account(row), offset(row) if self.layout.pair else None, signed(row)) for row in read.rows]
        )
        self._prove(read, totals)
        return totals

    def _prove(self, read: ReadFile, totals: ControlTotals) -> None:
        if read.trailer is None or self.layout.trailer is None:
            return
        known = {
            "journal.line_count": totals.rows,
            "journal.debit": totals.debit.pence,
            "journal.credit": totals.credit.pence,
        }
        for each, cell in zip(self.layout.trailer.fields, read.trailer, strict=True):
            if each.from_ and each.from_[0] in known:
                source = each.from_[0]
                said = int(cell) if source.endswith("count") and cell.strip().isdecimal() else None
                if said is None:
                    said = pence_of(self.layout, each, cell)
                if said != known[source]:
                    raise not_this(
                        self.layout,
                        f"the trailer's {each.name} says {cell.strip()}, but the rows come to {known[source]}",
                    )

    def _place(self, source: str) -> int | None:
        return next((n for n, each in enumerate(self.layout.fields) if _says(each, source)), None)

    def _code_at(self, source: str) -> Callable[[Cells], str]:
        place = self._place(source)
        if place is None:
            return lambda _: ""
        each = self.layout.fields[place]
        if not each.join:
            return lambda row: plain(self.layout, each, row[place])
        part = each.from_.index(source)
        return lambda row: plain(self.layout, each, row[place]).split(each.join)[part]

    def _signed(self) -> Callable[[Cells], int]:
        """Return what reads the signed pence of a row, its tax included."""
        amounts = {
            source: self._pence_at(source)
            for source in ("line.debit", "line.credit", "line.amount", "line.signed")
        }
        tax = self._pence_at("line.tax") if self.vat is Vat.NET_WITH_TAX else lambda _: 0
        if self.sign in {Sign.DEBIT_POSITIVE, Sign.CREDIT_POSITIVE}:
            turn = 1 if self.sign is Sign.DEBIT_POSITIVE else -1
            return lambda row: turn * (amounts["line.signed"](row) + tax(row))
        if self.sign is Sign.TYPE_CODE:
            side = self._side()
            return lambda row: side(row) * (amounts["line.amount"](row) + tax(row))
        return lambda row: self._of_columns(amounts["line.debit"](row), amounts["line.credit"](row), tax(row))

    def _of_columns(self, debit: int, credit: int, tax: int) -> int:
        if bool(debit) == bool(credit) or min(debit, credit, tax) < 0:
            raise not_this(self.layout, "a row must have either a debit or a credit, and neither is negative")
        return debit + tax if debit else -(credit + tax)

    def _side(self) -> Callable[[Cells], int]:
        place = self._place("line.side")
        assert place is not None, "checked when this was made"  # noqa: S101
        each = self.layout.fields[place]
        printed = each.map or {"debit": "debit", "credit": "credit"}
        signs = {printed["debit"]: 1, printed["credit"]: -1}

        def side(row: Cells) -> int:
            text = plain(self.layout, each, row[place])
            if text not in signs:
                raise not_this(self.layout, f"{each.name}: {text!r} is no side")
            return signs[text]

        return side

    def _pence_at(self, source: str) -> Callable[[Cells], int]:
        place = self._place(source)
        if place is None:
            return lambda _: 0
        each = self.layout.fields[place]
        return lambda row: pence_of(self.layout, each, row[place])


_AMOUNTS = {
    Sign.DEBIT_POSITIVE: ["line.signed"],
    Sign.CREDIT_POSITIVE: ["line.signed"],
    Sign.DR_CR_COLUMNS: ["line.debit", "line.credit"],
    Sign.TYPE_CODE: ["line.amount", "line.side"],
}


def _says(each: Field, source: str) -> bool:
    """Tell whether a field can be read back as *source*; an amount printed on one side only is that side's column."""
    if each.when is not None:
        return each.from_ == ("line.amount",) and source == f"line.{each.when}"
    if each.map is not None and source != "line.side":
        return False
    return each.from_ == (source,) or (bool(each.join) and source in each.from_)
