"""Printed amounts and days of OFX."""

from __future__ import annotations

import functools
import re
from datetime import date
from typing import Final

from localgov_ims.files.faults import Fault
from localgov_ims.files.text import AmountFormat

_DAY: Final = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{4}(?:[0-9]{2}(?:\.[0-9]{1,6})?)?)?(?:\[[+-]?[0-9.]{1,5}(?::[^\]]{0,40})?\])?",
    re.ASCII,
)
_PLACES: Final = 5


@functools.cache
def amount_format(decimal: str) -> AmountFormat:
    """Return how amounts are printed with that decimal sign: a sign may stand in front, further decimals are zeros."""
    return AmountFormat(signed=True, decimal=decimal, places=_PLACES)


_WORDS: Final = {
    "ACCTID": "The account's number", "CURDEF": "The currency", "DTPOSTED": "The day of the transaction",
    "FITID": "The bank's identifier of the transaction", "TRNAMT": "The amount",
}  # fmt: skip
"""What people call the fields that must be there."""


def required(text: str, field: str) -> str:
    """Return a text that must be there.

    Raises:
        Fault: It is missing or empty.
    """
    if not text:
        message = (
            f"{_WORDS.get(field, 'The field')} ({field}) is missing or empty. Ask the bank for a full file."
        )
        raise Fault("missing-field", field, "", message)
    return text


def pence(text: str, decimal: str, field: str) -> int:
    """Return an amount in whole pence.

    Raises:
        Fault: It is missing or is none.
    """
    found = amount_format(decimal).pence(required(text, field))
    if found is None:
        message = f"An amount is digits with a sign in front and two decimals behind, such as -12{decimal}34."
        if "." in text or "," in text:
            message += " Where a bank prints a decimal comma, set decimal = ',' in [formats.ofx]."
        raise Fault("bad-amount", field, text, message)
    return found


def day(text: str, field: str) -> date:
    """Return the day of a date with or without a time, as printed: no time zone moves it.

    Raises:
        Fault: It is missing or is none.
    """
    found = _day(required(text, field))
    if found is None:
        message = f"{field} is a day of the calendar as YYYYMMDD, with or without a time, such as 20261005."
        raise Fault("bad-date", field, text, message)
    return found


@functools.lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
