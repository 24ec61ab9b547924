"""A row's cells to a row of income: one function for each profile, made once for a file.

Rows without a fault take a short way; one with a fault is read again by `files.income_faults`, which says what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

from attrs import NOTHING
from attrs import fields as attrs_fields

from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.files.cells import EXCEL_NUMBER, stripped
from localgov_ims.files.income_fields import LONGEST_EXTRA, IncomeFields, TextField
from localgov_ims.files.income_values import (
    Amounts,
    Unreadable,
    as_it_stands,
    cell_taker,
    moment_taker,
    rate_taker,
    text_taker,
)
from localgov_ims.files.layouts import Layout
from localgov_ims.files.moments import Said, moment_reader
from localgov_ims.files.tables import Cells, Columns

Convert = Callable[[int, int, Cells], IncomeRow | None]
"""Makes a row of its number, line and cells; none where something is wrong with it."""

_Judged = tuple[str, Callable[[Cells], str], int]

_CODES: Final = ("fund", "mop", "office", "vat_code")
_KNOWN_MOST: Final = 8192


def converter(layout: Layout, fields: IncomeFields, columns: Columns) -> Convert:
    """Return the function that makes the rows of one file."""
    amount_of, monies = Amounts(layout, fields.amount, columns), _monies(layout, fields, columns)
    when_at, when_of = (
        cell_taker(layout, fields.taken_on.column, columns),
        moment_reader(fields.taken_on.format),
    )
    at_once = fields.taken_at == fields.taken_on
    moments = _moments(layout, fields, columns)
    codes_of, texts_of = _codes(layout, fields, columns), _texts(layout, fields, columns)
    adds = fields.net_amount is not None

    def convert(number: int, line: int, cells: Cells) -> IncomeRow | None:
        try:
            said = codes_of(cells).copy()
            texts_of(cells, said)
            said["amount"] = amount = amount_of(cells)
            printed = when_at(cells)
            when = when_of(printed)
            if amount is None or when is None:
                return None
            said["taken_on"], moment = when
            if at_once:
                said["taken_at"] = moment
            for name, at, moment_of in moments:
                if text := at(cells):
                    said[name] = moment if at_once and text == printed else moment_of(text)[1]
            for name, money_of in monies:
                said[name] = money_of.optional(cells)
        except Unreadable:
            return None
        if (adds and not adds_up(amount.pence, said)) or (
            "E+" in said["account_reference"] and rounded(said["account_reference"])
        ):
            return None
        said["position"], said["line"] = number, line
        return _row(said)

    return convert


_DEFAULTS: Final[dict[str, Any]] = {
    each.name: each.default for each in attrs_fields(IncomeRow) if each.default is not NOTHING
}


_new, _set = object.__new__, object.__setattr__


def _row(said: dict[str, Any]) -> IncomeRow:
    """Return the row of these fields, every one of which is there.

    Its own `__init__`, which checks nothing, would do the same in ten times as long; of a million rows that is felt.
    """
    row = _new(IncomeRow)
    _set(row, "__dict__", said)
    return row


def rounded(reference: str) -> bool:
    """Tell whether a spreadsheet made a rounded number of a reference: `3.00000E+13`."""
    return EXCEL_NUMBER.fullmatch(reference) is not None


def adds_up(pence: int, said: Mapping[str, Any]) -> bool:
    """Tell whether an amount is its fee, the VAT on that and the net together; absent fees are nothing."""
    net = said.get("net_amount")
    if net is None:
        return said.get("fee_amount") is None and said.get("fee_vat") is None
    kept = sum(said[name].pence for name in ("fee_amount", "fee_vat") if said.get(name) is not None)
    return bool(net.pence + kept == pence)


def _texts(layout: Layout, fields: IncomeFields, columns: Columns) -> Callable[[Cells, dict[str, Any]], None]:
    """Return what takes the texts of a row that are no codes, and its further columns, all in one go."""
    own = [(name, text, longest) for name, text, longest in fields.texts if name not in _CODES]
    further = [(name, text, LONGEST_EXTRA) for name, text in fields.extra.items()]
    (plain, judged), (more, more_judged) = _divided(layout, own, columns), _divided(layout, further, columns)
    strip = layout.strip

    def take(cells: Cells, said: dict[str, Any]) -> None:
        extra: dict[str, str] = {}
        for into, texts in ((said, plain), (extra, more)):
            for name, at, longest in texts:
                text = cells[at].strip()
                if strip and text[:1] == "'":
                    text = stripped(text, strip)
                if len(text) > longest:
                    raise Unreadable
                into[name] = text
        if judged:
            said.update(_judge(judged, cells))
        if further:
            said["extra"] = extra
            if more_judged:
                extra.update(_judge(more_judged, cells))

    return take


def _divided(
    layout: Layout, texts: Iterable[tuple[str, TextField, int]], columns: Columns
) -> tuple[list[tuple[str, int, int]], list[_Judged]]:
    """Return the texts that stand in a cell as they are, by place, and those that are made of what stands there."""
    plain, judged = [], []
    for name, text, longest in texts:
        if as_it_stands(text) and text.column[0] in columns.index:
            plain.append((name, columns.index[text.column[0]], longest))
        else:
            judged.append((name, text_taker(layout, text, columns), longest))
    return plain, judged


def _judge(texts: Iterable[_Judged], cells: Cells) -> Iterator[tuple[str, str]]:
    for name, take, longest in texts:
        text = take(cells)
        if len(text) > longest:
            raise Unreadable
        yield name, text


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
        (name, cell_taker(layout, moment.column, columns), moment_taker(moment.format))
        for name, moment in fields.moments
        if moment.column in columns.index and (name != "taken_at" or moment != fields.taken_on)
    ]


def _monies(layout: Layout, fields: IncomeFields, columns: Columns) -> Sequence[tuple[str, Amounts]]:
    return [
        (name, Amounts(layout, amount, columns))
        for name, amount in fields.monies
        if all(column in columns.index for column in amount.columns)
    ]
