"""Printed amounts, directions, days and marks. What cannot be read becomes an Issue with its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from localgov_ims.domain.issues import Issue
from localgov_ims.files.events import Event
from localgov_ims.files.text import has_pence, iso_day

_DECIMAL = re.compile(r"([0-9]{1,16})(?:\.([0-9]{0,5}))?|\.([0-9]{1,5})", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,15}", re.ASCII)
_LONGEST = 18
_SIGNS: Final = {"CRDT": 1, "DBIT": -1}
_MARKS: Final = {"true": True, "1": True, "false": False, "0": False}
_WHITE = " \t\r\n"


def pence(text: str) -> int | None:
    """Return an unsigned `xs:decimal` of at most five places in whole pence, or none where it is not one.

    Nearly every amount is digits, a point and two digits: those are read by slicing.
    """
    if text[-3:-2] == "." and text.isascii():
        digits = text[:-3] + text[-2:]
        if digits.isdigit() and len(digits) <= _LONGEST:
            return int(digits)
    found = _DECIMAL.fullmatch(text.strip(_WHITE))
    if found is None:
        return None
    whole, places, bare = found.groups(default="")
    places = places or bare
    if places[2:].strip("0"):
        return None
    return int((whole or "0") + places[:2].ljust(2, "0"))


_WORDS: Final = {
    "Acct/Ccy": "The account's currency", "Amt": "The amount", "Amt@Ccy": "The amount's currency",
    "BookgDt": "The booking date", "CdtDbtInd": "The direction", "CpyDplctInd": "The mark of a copy", "Id": "The identifier",
    "LastPgInd": "The mark of the last page", "NbOfNtries": "The number of entries", "NbOfTxs": "The number of payments",
    "PgNb": "The page number", "RvslInd": "The mark of a reversal", "Sts": "The status", "Sum": "The sum of entries",
    "TtlAmt": "The batch's total", "ValDt": "The value date",
}  # fmt: skip
"""What people call the elements; one that has no name here is named after its element."""


def words(field: str) -> str:
    """Return what people call a field, with the element's name behind it."""
    last = field.rpartition("/")[2]
    called = _WORDS.get(field) or _WORDS.get(last)
    return f"{called} ({field})" if called else field


class Printed:
    """Reads the values of one file and emits an Issue for each that is missing or is not what it must be.

    Attributes:
        faults: How many Issues there were of values that totals are made of.
    """

    __slots__ = ("emit", "faults")

    def __init__(self, emit: Callable[[Event], None]) -> None:
        """Take where the Issues go."""
        self.emit = emit
        self.faults = 0

    def fault(self, code: str, place: str, message: str, *, field: str = "", value: str = "") -> None:
        """Emit an Issue; totals that rest on the value are not compared after it."""
        self.faults += 1
        self.emit(Issue(code=code, place=place, message=message, field=field, value=value))

    def missing(self, place: str, field: str, message: str = "") -> None:
        """Emit the Issue for a field that is not there or is empty."""
        said = message or f"{words(field)} is missing or empty. Ask the bank for a full file."
        self.fault("missing-field", f"{place}/{field}", said, field=field)

    def amount(self, text: str | None, place: str, field: str = "Amt") -> int | None:
        """Return an amount in pence."""
        found = pence(text) if text else None
        if found is None:
            self._bad_amount(text, place, field)
        return found

    def _bad_amount(self, text: str | None, place: str, field: str) -> None:
        if not text or not text.strip(_WHITE):
            self.missing(place, field)
            return
        message = (
            "An amount is digits and a decimal point, without sign, exponent or third decimal, such as 12.34."
        )
        self.fault("bad-amount", f"{place}/{field}", message, field=field, value=text)

    def count(self, text: str, place: str, field: str) -> int | None:
        """Return a declared number."""
        stripped = text.strip(_WHITE)
        if _COUNT.fullmatch(stripped):
            return int(stripped)
        self.fault(
            "bad-field",
            f"{place}/{field}",
            f"{words(field)} is a whole number, such as 17.",
            field=field,
            value=text,
        )
        return None

    def currency(self, text: str | None, place: str, field: str = "Amt") -> bool:
        """Tell whether a currency is there and has two decimals."""
        if not text:
            self.missing(place, f"{field}@Ccy")
            return False
        if not has_pence(text):
            message = "A currency is a code of three capitals whose amounts have two decimals, such as GBP."
            self.fault("bad-field", f"{place}/{field}@Ccy", message, field="Ccy", value=text)
            return False
        return True

    def sign(self, text: str | None, place: str, field: str = "CdtDbtInd") -> int | None:
        """Return 1 for money in and -1 for money out."""
        found = _SIGNS.get(text or "") or _SIGNS.get((text or "").strip(_WHITE))
        if found is None:
            self._bad_choice(text, place, field, "CRDT (money in) or DBIT (money out)")
        return found

    def mark(self, text: str | None, place: str, field: str) -> bool:
        """Return a yes or no; none said is no."""
        if text is None:
            return False
        found = _MARKS.get(text.strip(_WHITE))
        if found is None:
            self._bad_choice(text, place, field, "true or false")
        return bool(found)

    def choice(self, text: str | None, place: str, field: str, choices: frozenset[str]) -> str | None:
        """Return one of *choices*."""
        stripped = (text or "").strip(_WHITE)
        if stripped in choices:
            return stripped
        self._bad_choice(text, place, field, f"one of {', '.join(sorted(choices))}")
        return None

    def day(self, text: str, place: str, field: str) -> date | None:
        """Return the day of a date or date-time as printed."""
        found = iso_day(text) or iso_day(text.strip(_WHITE))
        if found is None:
            message = f"{words(field)} is a day of the calendar such as 2026-10-05, with or without a time."
            self.fault("bad-date", f"{place}/{field}", message, field=field, value=text)
        return found

    def _bad_choice(self, text: str | None, place: str, field: str, expected: str) -> None:
        if not (text or "").strip(_WHITE):
            self.missing(place, field)
            return
        self.fault(
            "bad-field", f"{place}/{field}", f"{words(field)} is {expected}.", field=field, value=text or ""
        )
