"""An entry: field 61 and the narrative behind it, as a line of a statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, NamedTuple

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import BankLine, References
from localgov_ims_mt940 import printed
from localgov_ims_mt940.fields import Field
from localgov_ims_mt940.options import Mt940Options
from localgov_ims_mt940.structure import Said, codewords, subfields

_ENTRY: Final = re.compile(
    r"([0-9]{6})([0-9]{4}|    )?(R?[CD]|E[CD])([A-Z]?)([^A-Z]+)([A-Z].{3})(.*?)(?://(.*))?", re.ASCII
)
_SWIFT: Final = {"C": 1, "D": -1, "RC": -1, "RD": 1, "EC": 1, "ED": -1}
_IGNORE_R: Final = {**_SWIFT, "RC": 1, "RD": -1}
_NO_REFERENCE: Final = "NONREF"
_STRUCTURES: Final[dict[str, Callable[[Sequence[str]], Said]]] = {
    "subfields": subfields,
    "codewords": codewords,
}
_SHAPE: Final = (
    "An entry is its value date (YYMMDD), perhaps its booking date (MMDD), C, D, RC or RD, an amount with a decimal "
    "comma, a type such as NTRF and a reference: 2610051005C100,00NTRFNONREF."
)


class Entry(NamedTuple):
    """What field 61 says: signed pence, its days, and what names it."""

    pence: int
    mark: str
    letter: str
    booked_on: date
    value_on: date
    code: str
    customer: str | None
    bank: str | None
    line: int
    more: list[str]

    @property
    def expected(self) -> bool:
        """Whether the bank only expects it."""
        return self.mark[0] == "E"


def read(field: Field, options: Mt940Options) -> Entry | Issue:
    """Read field 61, or say what is wrong with it."""
    found = _ENTRY.fullmatch(field.text)
    if found is None:
        return _fault(field, "bad-field", "61", field.text, _SHAPE)
    valued, booked, mark, letter, amount, code, customer, bank = found.groups()
    size = printed.pence(amount)
    if size is None:
        return _bad_amount(field, amount)
    value_on = printed.day(valued)
    if value_on is None:
        return _bad_date(field, "value date", valued)
    booked_on = value_on if booked is None or booked == "    " else printed.entry_day(booked, value_on)
    if booked_on is None:
        return _bad_date(field, "booking date", booked)
    signs = _SWIFT if options.reversal_marks == "swift" else _IGNORE_R
    return Entry(
        size * signs[mark], mark, letter, booked_on, value_on, code[1:],
        None if customer in ("", _NO_REFERENCE) else customer, bank or None, field.line, field.more,
    )  # fmt: skip


def line(entry: Entry, narrative: Sequence[str], position: int, options: Mt940Options) -> BankLine:
    """Make the line of an entry; what a structured narrative says is added, its text stays as it is."""
    customer, end_to_end, mandate, name, account = entry.customer, None, None, None, None
    if options.structure != "none":
        said = _STRUCTURES[options.structure](narrative)
        end_to_end, mandate, name, account = said.end_to_end, said.mandate, said.name, said.account
        customer = customer or said.customer
    return BankLine(
        position=position, amount=Money(entry.pence), booked_on=entry.booked_on, place=f"line {entry.line}",
        value_on=entry.value_on, code=entry.code, counterparty_name=name, counterparty_account=account,
        references=References(bank=entry.bank, customer=customer, end_to_end=end_to_end, mandate=mandate),
        narrative=(*entry.more, *narrative), reversal=entry.mark[0] == "R",
    )  # fmt: skip


def _fault(field: Field, code: str, name: str, value: str, message: str) -> Issue:
    return Issue(code=code, place=f"line {field.line}", field=name, value=value, message=message)


def _bad_amount(field: Field, amount: str) -> Issue:
    message = "An amount is digits and a decimal comma, with two decimals at most and no sign, such as 12,34."
    return _fault(field, "bad-amount", "61 amount", amount, message)


def _bad_date(field: Field, name: str, value: str) -> Issue:
    message = (
        f"The {name} of this entry is no day of the calendar. Some banks print 30 February for interest: ask yours "
        "which day it is."
    )
    return _fault(field, "bad-date", f"61 {name}", value, message)
