"""Printed amounts, days, balances and marks of SWIFT messages: strict patterns, then integers."""

from __future__ import annotations

import functools
import re
from datetime import date
from typing import Final, NamedTuple

_AMOUNT: Final = re.compile(r"([0-9]{1,15}),([0-9]*)", re.ASCII)
"""Digits, a decimal comma that must be there, and maybe more digits: `20,5` is 20.50, `1000,` is 1000.00."""

_BALANCE: Final = re.compile(r"([CD])([0-9]{6})([A-Z]{3})(.+)", re.ASCII)
_NUMBER: Final = re.compile(r"([0-9]{1,5})(?:/([0-9]{1,5}))?", re.ASCII)
_TOTAL: Final = re.compile(r"([0-9]{1,5})([A-Z]{3})(.+)", re.ASCII)
_YEAR: Final = 366


class Balance(NamedTuple):
    """A balance: signed pence, the day it stands at and its currency; what cannot be read is none."""

    pence: int | None
    on: date | None
    currency: str
    printed_amount: str
    printed_day: str


def pence(text: str) -> int | None:
    """Return an amount in pence, or none where it is not one; decimals beyond two must be zeros."""
    found = _AMOUNT.fullmatch(text)
    if found is None or found[2][2:].strip("0"):
        return None
    return int(found[1] + found[2][:2].ljust(2, "0"))


@functools.lru_cache(maxsize=4096)
def day(text: str, layout: str = "YYMMDD") -> date | None:
    """Return the day that six digits print, or none; years are 20YY."""
    year, second, last = text[:2], text[2:4], text[4:]
    if layout == "DDMMYY":
        year, last = last, year
    try:
        return date(2000 + int(year), int(second), int(last))
    except ValueError:
        return None


@functools.lru_cache(maxsize=4096)
def entry_days(valued: str, booked: str | None) -> tuple[date | None, date | None]:
    """Return an entry's value date and its booking date, none for one that is no day; without the one it has the other.

    The booking date is printed as MMDD, without its year: it has the year that puts it nearest the value date.
    """
    value_on = day(valued)
    if value_on is None or booked is None or booked == "    ":
        return value_on, value_on
    month, number = int(booked[:2]), int(booked[2:])
    near: list[date] = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            near.append(date(year, month, number))
        except ValueError:
            continue
    return value_on, min(near, key=lambda on: abs((on - value_on).days), default=None)


def balance(text: str, layout: str) -> Balance | None:
    """Read `C261005GBP1338,16`, or nothing where it is not of that shape."""
    found = _BALANCE.fullmatch(text.rstrip())
    if found is None:
        return None
    mark, printed_day, currency, amount = found.groups()
    unsigned = pence(amount)
    signed = None if unsigned is None else (unsigned if mark == "C" else -unsigned)
    return Balance(signed, day(printed_day, layout), currency, amount, printed_day)


def number(text: str) -> tuple[str, int] | None:
    """Read a statement's number and page: `7/2` is number 7, page 2; without a page it is page 1."""
    found = _NUMBER.fullmatch(text.strip())
    return None if found is None else (found[1], int(found[2] or 1))


def total(text: str) -> tuple[int, str, str] | None:
    """Read `3PLN0,03`: how many, the currency, and the printed sum."""
    found = _TOTAL.fullmatch(text.strip())
    return None if found is None else (int(found[1]), found[2], found[3])


def far_apart(one: date, other: date) -> bool:
    """Tell whether two days are more than a year apart."""
    return abs((one - other).days) > _YEAR
