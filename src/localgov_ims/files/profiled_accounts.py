"""Rows of a back office's file to account holders: what it says of each, field by field."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.files.account_fields import AccountFields, HolderField
from localgov_ims.files.closing import Sums, closed
from localgov_ims.files.events import Event, Opened
from localgov_ims.files.holder_fields import AMOUNTS, DAYS, KEY, LONGEST, HolderRow, Value
from localgov_ims.files.income_values import Unreadable, text_taker
from localgov_ims.files.layouts import Layout
from localgov_ims.files.moments import day_reader
from localgov_ims.files.tables import Cells, Columns, Table


def events(layout: Layout, fields: AccountFields, table: Table) -> Iterator[Event]:
    """Yield the one file of account holders that *table* is; its totals are those of the balances."""
    reading, sums = _Reading(layout, fields, table.columns), Sums()
    for record in table.records:
        if isinstance(record, Issue):
            sums.faulty = True
            yield record
            continue
        number, line, cells = record
        row, balance = reading.row(number, line, cells)
        if not sums.count:
            yield Opened(account=fields.source, message=layout.name, place=row.place)
        sums.add(balance, None)
        yield row
    yield from closed(table, sums, fields.source, layout.name, nil_returns=False)


class _Reading:
    """How the rows of one file are read."""

    def __init__(self, layout: Layout, fields: AccountFields, columns: Columns) -> None:
        self._layout, self._clears = layout, {name for name in fields.told if fields.clears(name)}
        self._fields: list[tuple[str, HolderField, Callable[[Cells], str], str]] = [
            (name, each, text_taker(layout, each, columns), _named(each, columns))
            for name, each in fields.told.items()
            if each.value is not None or any(column in columns.index for column in each.column)
        ]
        self._quick = _quick(layout, fields, columns)

    def row(self, number: int, line: int, cells: Cells) -> tuple[HolderRow, int]:
        """Return what a row says, and its balance in pence; what cannot be read stays as it is printed."""
        if self._quick is not None and (found := self._quick(number, line, cells)) is not None:
            return found
        said, issues, place, balance = dict[str, Value | None](), list[Issue](), f"line {line}", 0
        for name, each, take, column in self._fields:
            try:
                text = take(cells)
            except Unreadable:
                message = "The row says nothing here that the profile knows, and it must."
                issues.append(Issue(code="unknown-code", place=place, field=column, message=message))
                continue
            if text:
                said[name], fault = self._value(name, each, text)
                if fault is not None:
                    issues.append(
                        Issue(code=fault[0], place=place, field=column, value=text, message=fault[1])
                    )
                elif name == "balance":
                    balance = Money.parse(str(said[name])).pence
            elif name in self._clears:
                said[name] = None
        issues += _without_key(said, place)
        row = HolderRow(place=place, fields=said, position=number, line=line, issues=tuple(issues))
        return row, balance

    def _value(self, name: str, each: HolderField, text: str) -> tuple[Value, tuple[str, str] | None]:
        if name in AMOUNTS:
            pence = self._layout.amounts(each.sign, each.unit).pence(text)
            if pence is None:
                return text, ("bad-amount", "Not an amount as the profile says that amounts are printed.")
            return str(Money(pence)), None
        if name in DAYS:
            day = day_reader(each.format)(text)
            return (
                (text, ("bad-date", f"Not a day printed as {each.format}.")) if day is None else (day, None)
            )
        longest = LONGEST.get(name, len(text))
        if len(text) > longest:
            return text, ("text-too-long", f"The text has {len(text)} characters; {longest} are allowed.")
        return text, None


Quick = Callable[[int, int, Cells], tuple[HolderRow, int] | None]
"""Makes a row of its number, line and cells, with its balance in pence; none where it is read field by field."""


def _quick(layout: Layout, fields: AccountFields, columns: Columns) -> Quick | None:
    """Return what reads rows quickly, where every field is a column that stands for itself."""
    plan = _plan(layout, fields, columns)
    if plan is None:
        return None
    texts, values = plan

    def quick(number: int, line: int, cells: Cells) -> tuple[HolderRow, int] | None:
        said = _texts(texts, cells) if "".join(cells).isprintable() else None
        if said is None:
            return None
        plain: dict[str, Any] = said.copy()
        del plain[KEY[0]], plain[KEY[1]]
        for name, at, clears, read in values:
            if text := cells[at].strip():
                known = read(text)
                if known is None:
                    return None
                said[name], plain[name] = known
            elif clears:
                said[name] = plain[name] = None
        row = HolderRow(place=f"line {line}", fields=said, position=number, line=line, plain=plain)
        return row, plain.get("balance") or 0

    return quick


def _texts(texts: Sequence[tuple[str, int, int, bool]], cells: Cells) -> dict[str, Value | None] | None:
    """Return the texts of a row that names an account; none where one of them is not plainly right."""
    said: dict[str, Value | None] = {}
    for name, at, longest, clears in texts:
        text = cells[at].strip()
        if not text:
            if clears:
                said[name] = None
        elif text[0] == "'" or len(text) > longest:
            return None
        else:
            said[name] = text
    return said if said.get(KEY[0]) and said.get(KEY[1]) else None


Read = Callable[[str], tuple[Value, int | str] | None]
"""What an amount or a day says, and the same as a plain value; none where it is none."""

Plan = tuple[list[tuple[str, int, int, bool]], list[tuple[str, int, bool, Read]]]
"""Of each field its name, place and whether a blank clears it: texts with the longest, and values with what reads them."""


def _plan(layout: Layout, fields: AccountFields, columns: Columns) -> Plan | None:
    texts, values = [], []
    for name, each in fields.told.items():
        there = [columns.index[column] for column in each.column if column in columns.index]
        if not there and each.value is None:
            continue
        codes = each.map is not None or each.allowed or each.required
        if len(there) != 1 or codes or each.strip_spaces or each.drop_prefix or not each.trim:
            return None
        if name in AMOUNTS or name in DAYS:
            values.append((name, there[0], fields.clears(name), _known(layout, name, each)))
        else:
            texts.append((name, there[0], LONGEST.get(name, sys.maxsize), fields.clears(name)))
    return texts, values


def _known(layout: Layout, name: str, each: HolderField) -> Read:
    """Return what reads the amounts or days of a column, each text of a file once."""
    amount, day = layout.amounts(each.sign, each.unit), day_reader(each.format)

    @lru_cache(maxsize=65536)
    def read(text: str) -> tuple[Value, int | str] | None:
        if name in AMOUNTS:
            pence = amount.pence(text)
            return (str(Money(pence)), pence) if pence is not None else None
        found = day(text)
        return (found, found.isoformat()) if found is not None else None

    return read


def _named(each: HolderField, columns: Columns) -> str:
    there = [column for column in each.column if column in columns.index]
    return columns.printed(there[0]) if there else ""


def _without_key(said: Mapping[str, Value | None], place: str) -> Iterator[Issue]:
    for name in KEY:
        if not said.get(name):
            message = (
                f"There is no {name.replace('_', ' ')}. Every account holder has a fund and a reference."
            )
            yield Issue(code="missing-field", place=place, field=name, message=message)
