"""A row's cells to a row of income: one function for each profile, made once for a file.

Rows without a fault take a short way; one with a fault is read again by `files.income_faults`, which says what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

from attrs import NOTHING
from attrs import fields as attrs_fields

from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import Money
from localgov_ims.domain.vat import VatRate
from localgov_ims.errors import InvalidValue
from localgov_ims.files.cells import stripped
from localgov_ims.files.columns import AmountColumns
from localgov_ims.files.income_fields import LONGEST_EXTRA, IncomeFields, RateColumn, TextField
from localgov_ims.files.layouts import Layout
from localgov_ims.files.moments import Said, moment_reader
from localgov_ims.files.tables import Cells, Columns

Convert = Callable[[int, int, Cells], IncomeRow | None]
"""Makes a row of its number, line and cells; none where something is wrong with it."""

_CODES: Final = ("fund", "mop", "office", "vat_code")
_KNOWN_MOST, _AMOUNTS_MOST = 8192, 50_000


class Unreadable(Exception):
    """Raised by a field that cannot be read."""


def converter(layout: Layout, fields: IncomeFields, columns: Columns) -> Convert:
    """Return the function that makes the rows of one file."""
    amount_of, monies = _Monies(layout, fields.amount, columns), _monies(layout, fields, columns)
    when_at, when_of = _at(layout, fields.taken_on.column, columns), moment_reader(fields.taken_on.format)
    at_once = fields.taken_at == fields.taken_on
    moments = _moments(layout, fields, columns)
    codes_of, texts_of = _codes(layout, fields, columns), _texts(layout, fields, columns)
    adds = fields.net_amount is not None

    def convert(number: int, line: int, cells: Cells) -> IncomeRow | None:
        try:
            said = codes_of(cells).copy()
            texts_of(cells, said)
            said["amount"] = amount = amount_of(cells)
            when = when_of(when_at(cells))
            if amount is None or when is None:
                return None
            said["taken_on"], moment = when
            if at_once:
                said["taken_at"] = moment
            for name, at, moment_of in moments:
                if text := at(cells):
                    said[name] = moment_of(text)[1]
            for name, money_of in monies:
                said[name] = money_of.optional(cells)
        except Unreadable:
            return None
        if adds and not adds_up(amount.pence, said):
            return None
        said["position"], said["line"] = number, line
        return _row(said)

    return convert


_DEFAULTS: Final[dict[str, Any]] = {
    each.name: each.default for each in attrs_fields(IncomeRow) if each.default is not NOTHING
}


def _row(said: dict[str, Any]) -> IncomeRow:
    """Return the row of these fields, every one of which is there.

    Its own `__init__`, which checks nothing, would do the same in ten times as long; of a million rows that is felt.
    """
    row = IncomeRow.__new__(IncomeRow)
    object.__setattr__(row, "__dict__", said)
    return row


def adds_up(pence: int, said: Mapping[str, Any]) -> bool:
    """Tell whether an amount is its fee, the VAT on that and the net together; absent fees are nothing."""
    net = said.get("net_amount")
    if net is None:
        return said.get("fee_amount") is None and said.get("fee_vat") is None
    kept = sum(said[name].pence for name in ("fee_amount", "fee_vat") if said.get(name) is not None)
    return bool(net.pence + kept == pence)


def _at(layout: Layout, column: str, columns: Columns) -> Callable[[Cells], str]:
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
    return lambda cells: stripped(take(cells), strip)


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


def _texts(layout: Layout, fields: IncomeFields, columns: Columns) -> Callable[[Cells, dict[str, Any]], None]:
    """Return what takes the texts of a row that are no codes, and its further columns."""
    own = [(name, text, longest) for name, text, longest in fields.texts if name not in _CODES]
    further = [(name, text, LONGEST_EXTRA) for name, text in fields.extra.items()]
    take_own, take_further = (_into(layout, texts, columns) for texts in (own, further))

    def take(cells: Cells, said: dict[str, Any]) -> None:
        take_own(cells, said)
        if further:
            said["extra"] = extra = {}
            take_further(cells, extra)

    return take


def _into(
    layout: Layout, texts: Iterable[tuple[str, TextField, int]], columns: Columns
) -> Callable[[Cells, dict[str, Any]], None]:
    plain, judged, strip = [], [], layout.strip
    for name, text, longest in texts:
        if _as_it_stands(text) and text.column[0] in columns.index:
            plain.append((name, columns.index[text.column[0]], longest))
        else:
            judged.append((name, text_taker(layout, text, columns), longest))

    def take(cells: Cells, said: dict[str, Any]) -> None:
        for name, at, longest in plain:
            text = cells[at].strip()
            if strip and text[:1] == "'":
                text = stripped(text, strip)
            if len(text) > longest:
                raise Unreadable
            said[name] = text
        for name, take_text, longest in judged:
            said[name] = text = take_text(cells)
            if len(text) > longest:
                raise Unreadable

    return take


def _as_it_stands(text: TextField) -> bool:
    changed = text.strip_spaces or text.drop_prefix or text.map is not None or text.allowed or text.required
    return len(text.column) == 1 and text.trim and not changed


def _codes(layout: Layout, fields: IncomeFields, columns: Columns) -> Callable[[Cells], dict[str, Any]]:
    """Return what takes the codes of a row, which are few: worked out once for each set of them."""
    takers = [
        (name, text_taker(layout, text, columns), longest)
        for name, text, longest in fields.texts
        if name in _CODES
    ]
    rate = rate_taker(layout, fields.vat_rate, columns) if fields.vat_rate is not None else None
    named = [text.column for name, text, _ in fields.texts if name in _CODES]
    named += [(fields.vat_rate.column,)] if fields.vat_rate is not None else []
    places = sorted({columns.index[name] for names in named for name in names if name in columns.index})
    key_of: Callable[[Cells], object] = itemgetter(*places) if places else lambda _: None
    known: dict[object, dict[str, Any]] = {}

    def take(cells: Cells) -> dict[str, Any]:
        key = key_of(cells)
        found = known.get(key)
        if found is None:
            said: dict[str, Any] = _DEFAULTS | {name: text(cells) for name, text, _ in takers}
            if any(len(said[name]) > longest for name, _, longest in takers):
                raise Unreadable
            if rate is not None:
                said["vat_rate"] = rate(cells)
            if len(known) >= _KNOWN_MOST:
                known.clear()
            known[key] = found = said
        return found

    return take


def _moments(
    layout: Layout, fields: IncomeFields, columns: Columns
) -> Sequence[tuple[str, Callable[[Cells], str], Callable[[str], Said]]]:
    """Return what takes the moments that are not told with the day; blank is none."""
    return [
        (name, _at(layout, moment.column, columns), _certain(moment_reader(moment.format)))
        for name, moment in fields.moments
        if moment.column in columns.index and (name != "taken_at" or moment != fields.taken_on)
    ]


def _certain(moment_of: Callable[[str], Said | None]) -> Callable[[str], Said]:
    def certain(text: str) -> Said:
        said = moment_of(text)
        if said is None:
            raise Unreadable
        return said

    return certain


def _monies(layout: Layout, fields: IncomeFields, columns: Columns) -> Sequence[tuple[str, _Monies]]:
    return [
        (name, _Monies(layout, amount, columns))
        for name, amount in fields.monies
        if all(column in columns.index for column in amount.columns)
    ]


class _Monies:
    """Takes an amount. Amounts come again and again, for an instalment is the same for many: each is read once."""

    def __init__(self, layout: Layout, amount: AmountColumns, columns: Columns) -> None:
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
        money = self(cells)
        if money is None and any(cells[place] for place in self._printed):
            raise Unreadable
        return money


def rate_taker(layout: Layout, rate: RateColumn, columns: Columns) -> Callable[[Cells], VatRate | None]:
    """Return what takes a rate of VAT; blank is none."""
    if rate.column not in columns.index:
        return lambda _: None
    cell = _at(layout, rate.column, columns)

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
        credit, debit = (_at(layout, column, columns) for column in (amount.credit, amount.debit))
        return lambda cells: _one_of(credit(cells), debit(cells), unsigned)
    cell = _at(layout, amount.column or "", columns)
    if amount.direction is None or amount.direction_column is None:
        pence = layout.amounts(amount.sign or "as-printed", unit).pence
        return lambda cells: pence(cell(cells))
    ways, way = amount.direction, _at(layout, amount.direction_column, columns)
    return lambda cells: _directed(unsigned(cell(cells)), ways.get(way(cells).strip()))


def _directed(pence: int | None, way: int | None) -> int | None:
    return None if pence is None or way is None else pence * way


def _one_of(credit: str, debit: str, pence_of: Callable[[str], int | None]) -> int | None:
    if bool(credit) == bool(debit):
        return None
    pence = pence_of(credit or debit)
    return -pence if pence is not None and debit else pence
