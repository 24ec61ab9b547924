"""Cells to values: what takes a text, an amount, a moment or a rate from the rows of one file."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Final

from localgov_ims.domain.money import Money
from localgov_ims.domain.vat import VatRate
from localgov_ims.errors import InvalidValue
from localgov_ims.files.cells import stripped
from localgov_ims.files.columns import AmountColumns
from localgov_ims.files.income_fields import RateColumn, TextField
from localgov_ims.files.layouts import Layout
from localgov_ims.files.moments import Said, moment_reader
from localgov_ims.files.tables import Cells, Columns

_AMOUNTS_MOST: Final = 50_000


class Unreadable(Exception):
    """Raised by a field that cannot be read."""


def cell_taker(layout: Layout, column: str, columns: Columns) -> Callable[[Cells], str]:
    """Return what takes the cell of a day, an amount or a code."""
    take = itemgetter(columns.index[column])
    if "leading-quote" not in layout.strip:
        return take
    return lambda cells: take(cells).removeprefix("'")


def _cell(layout: Layout, column: str, columns: Columns) -> Callable[[Cells], str]:
    """Return what takes the cell of a text."""
    take = itemgetter(columns.index[column])
    if not layout.strip:
        return take
    strip = layout.strip

    def cell(cells: Cells) -> str:
        text: str = take(cells)
        bare = text.strip()
        return stripped(bare, strip) if bare[:1] == "'" else text

    return cell


def text_taker(layout: Layout, text: TextField, columns: Columns) -> Callable[[Cells], str]:
    """Return what takes a text from a row; it raises Unreadable where it is none that the profile allows."""
    if text.value is not None:
        value = text.value
        return lambda _: value
    there = [_cell(layout, column, columns) for column in text.column if column in columns.index]

    def take(cells: Cells) -> str:
        said = " ".join(filter(None, (text.cleaned(cell(cells)) for cell in there)))
        meant = text.meant(said)
        if meant is None or (text.required and not meant):
            raise Unreadable
        return meant

    return take


def as_it_stands(text: TextField) -> bool:
    """Tell whether a text is what stands in one column, but for the blanks around it."""
    changed = text.strip_spaces or text.drop_prefix or text.map is not None or text.allowed or text.required
    return len(text.column) == 1 and text.trim and not changed


def moment_taker(layout: str) -> Callable[[str], Said]:
    """Return what reads a moment; it raises Unreadable where it is none."""
    moment_of = moment_reader(layout)

    def certain(text: str) -> Said:
        said = moment_of(text)
        if said is None:
            raise Unreadable
        return said

    return certain


class Amounts:
    """Takes an amount. Amounts come again and again, for an instalment is the same for many: each is read once."""

    def __init__(self, layout: Layout, amount: AmountColumns, columns: Columns) -> None:
        """Begin with none known."""
        self._pence_of = amount_taker(layout, amount, columns)
        self._key_of = itemgetter(*(columns.index[column] for column in amount.columns))
        self._printed = [columns.index[column] for column, _ in amount.printed]
        self._known: dict[object, Money] = {}

    def __call__(self, cells: Cells) -> Money | None:
        """Return the amount, or none where it is no amount."""
        key = self._key_of(cells)
        found = self._known.get(key)
        if found is None and (pence := self._pence_of(cells)) is not None:
            if len(self._known) >= _AMOUNTS_MOST:
                self._known.clear()
            self._known[key] = found = Money(pence)
        return found

    def optional(self, cells: Cells) -> Money | None:
        """Return the amount, or none where it is blank; anything else is Unreadable."""
        money = self._known.get(self._key_of(cells)) or self(cells)
        if money is None and any(cells[place] for place in self._printed):
            raise Unreadable
        return money


def rate_taker(layout: Layout, rate: RateColumn, columns: Columns) -> Callable[[Cells], VatRate | None]:
    """Return what takes a rate of VAT; blank is none."""
    if rate.column not in columns.index:
        return lambda _: None
    cell = cell_taker(layout, rate.column, columns)

    def take(cells: Cells) -> VatRate | None:
        text = cell(cells).strip()
        try:
            return rate_of(text, rate.unit) if text else None
        except InvalidValue as error:
            raise Unreadable from error

    return take


def rate_of(text: str, unit: str) -> VatRate:
    """Return a rate printed in a unit.

    Raises:
        InvalidValue: It is none.
    """
    if unit == "fraction":
        return VatRate.parse(text)
    whole, _, places = text.removesuffix("%").strip().partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 3 and len(places) <= 1):  # noqa: PLR2004 - 100.0
        raise InvalidValue(
            "bad_vat_rate", "This is no rate of VAT in percent, such as 20 or 17.5.", value=text
        )
    if places and not (places.isascii() and places.isdigit()):
        raise InvalidValue(
            "bad_vat_rate", "This is no rate of VAT in percent, such as 20 or 17.5.", value=text
        )
    return VatRate(int(whole) * 10 + int(places or 0))


def amount_taker(layout: Layout, amount: AmountColumns, columns: Columns) -> Callable[[Cells], int | None]:
    """Return what takes an amount in pence from a row by the way the profile says, or none where it is no amount."""
    unit = amount.unit
    unsigned = layout.amounts("unsigned", unit).pence
    if amount.credit is not None and amount.debit is not None:
        credit, debit = (cell_taker(layout, column, columns) for column in (amount.credit, amount.debit))
        return lambda cells: _one_of(credit(cells), debit(cells), unsigned)
    cell = cell_taker(layout, amount.column or "", columns)
    if amount.direction is None or amount.direction_column is None:
        pence = layout.amounts(amount.sign or "as-printed", unit).pence
        return lambda cells: pence(cell(cells))
    ways, way = amount.direction, cell_taker(layout, amount.direction_column, columns)
    return lambda cells: _directed(unsigned(cell(cells)), ways.get(way(cells).strip()))


def _directed(pence: int | None, way: int | None) -> int | None:
    return None if pence is None or way is None else pence * way


def _one_of(credit: str, debit: str, pence_of: Callable[[str], int | None]) -> int | None:
    if bool(credit) == bool(debit):
        return None
    pence = pence_of(credit or debit)
    return -pence if pence is not None and debit else pence
