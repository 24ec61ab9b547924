"""An entry: field 61 and the narrative behind it, as a line of a statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import attrs

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import BankLine, References
from localgov_ims_mt940 import faults, printed
from localgov_ims_mt940.fields import Field
from localgov_ims_mt940.options import Mt940Options
from localgov_ims_mt940.structure import Said, codewords, subfields

_ENTRY: Final = re.compile(
    r"([0-9]{6})([0-9]{4}|    )?(R?[CD]|E[CD])([A-Z]?)(?:([0-9]{1,15}),([0-9]{2})|([^A-Z]+))([A-Z].{3})(.*)",
    re.ASCII,
)
_SWIFT: Final = {"C": 1, "D": -1, "RC": -1, "RD": 1, "EC": 1, "ED": -1}
_IGNORE_R: Final = {**_SWIFT, "RC": 1, "RD": -1}
_NO_REFERENCE: Final = ("NONREF", "")
_STRUCTURES: Final[dict[str, Callable[[Sequence[str]], Said]]] = {
    "subfields": subfields,
    "codewords": codewords,
}
_SHAPE: Final = (
    "An entry is its value date (YYMMDD), perhaps its booking date (MMDD), C, D, RC or RD, an amount with a decimal "
    "comma, a type such as NTRF and a reference: 2610051005C100,00NTRFNONREF."
)


class Expected(NamedTuple):
    """An entry that the bank only expects: signed pence, never a line."""

    pence: int


def read(field: Field, position: int, currency: str, options: Mt940Options) -> BankLine | Expected | Issue:
    """Read field 61 and the narrative behind it as the line at a *position*, or say what is wrong with it."""
    found = _ENTRY.fullmatch(field.text)
    if found is None:
        return _fault(field, "bad-field", "61", field.text, _SHAPE)
    valued, booked, mark, letter, pounds, hundredths, amount, code, references = found.groups()
    customer, _, bank = references.partition("//")
    size = printed.pence(amount) if pounds is None else int(pounds + hundredths)
    value_on, booked_on = printed.entry_days(valued, booked)
    if size is None:
        return _bad_amount(field, amount)
    if value_on is None or booked_on is None:
        return _bad_date(field, *(("value date", valued) if value_on is None else ("booking date", booked)))
    if letter and letter != currency[-1:]:
        return faults.foreign(field, letter, currency)
    pence = size * (_SWIFT if options.reversal_marks == "swift" else _IGNORE_R)[mark]
    if mark[0] == "E":
        return Expected(pence)
    line = BankLine(
        position=position, amount=Money(pence), booked_on=booked_on, place=f"line {field.line}", value_on=value_on,
        code=code[1:], narrative=(*field.more, *field.narrative), reversal=mark[0] == "R",
        references=References(bank=bank or None, customer=None if customer in _NO_REFERENCE else customer),
    )  # fmt: skip
    return line if options.structure == "none" else _structured(line, field.narrative, options)


def _structured(line: BankLine, narrative: Sequence[str], options: Mt940Options) -> BankLine:
    """Add what a structured narrative says; its text stays as it is."""
    said = _STRUCTURES[options.structure](narrative)
    references = attrs.evolve(
        line.references, end_to_end=said.end_to_end, mandate=said.mandate,
        customer=line.references.customer or said.customer,
    )  # fmt: skip
    return attrs.evolve(
        line, references=references, counterparty_name=said.name, counterparty_account=said.account
    )


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
