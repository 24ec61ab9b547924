"""Records 16: one entry each, its fields before its text, which runs to the end of the record."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import BankLine, References
from localgov_ims.files.text import printed_day
from localgov_ims_bai2.options import Bai2Options
from localgov_ims_bai2.records import Record

PLAIN_FUNDS: Final = frozenset({"", "0", "1", "2", "Z"})
"""Funds types that no fields follow: when the money is available, said by a digit or not at all."""

_LONGEST: Final = 16
_PATTERN: Final = "YYMMDD"
_EMPTY: Final = frozenset({"", "/"})


class Fault(Exception):
    """Raised where a record cannot be read."""

    def __init__(self, code: str, field: str, value: str, message: str) -> None:
        """Keep what the Issue says but its place."""
        super().__init__(message)
        self.code, self.field, self.value, self.message = code, field, value, message

    def issue(self, place: str) -> Issue:
        """Return it as an Issue."""
        return Issue(code=self.code, place=place, field=self.field, value=self.value, message=self.message)


class Entry(NamedTuple):
    """The fields of a record 16, as printed; `tail` are the lines of its text."""

    type: str
    amount: str
    value_on: str
    bank: str
    customer: str
    tail: list[str]


def unsigned(text: str, field: str) -> int:
    """Return whole pence as printed: digits and nothing else.

    Raises:
        Fault: They are missing or something else.
    """
    if text.isdigit() and text.isascii() and len(text) <= _LONGEST:
        return int(text)
    if not text.strip():
        raise Fault("missing-field", field, text, f"The {field} is missing. Ask the bank for a full file.")
    message = f"The {field} is whole pence, digits without a sign or a point, such as 1234 for £12.34."
    raise Fault("bad-amount", field, text, message)


def signed(text: str, field: str) -> int:
    """Return whole pence with a sign that may stand in front.

    Raises:
        Fault: They are missing or something else.
    """
    return -unsigned(text[1:], field) if text.startswith("-") else unsigned(text.removeprefix("+"), field)


def day(text: str, field: str) -> date:
    """Return a day printed as YYMMDD.

    Raises:
        Fault: It is none.
    """
    found = printed_day(text, _PATTERN)
    if found is None:
        message = f"The {field} is a day of the calendar as YYMMDD, such as 261005."
        raise Fault("bad-date", field, text, message)
    return found


def split(record: Record) -> Entry:
    """Divide a record 16 into its fields; continuations before the text go on with the fields, later ones are text.

    Raises:
        Fault: It ends before its fields do, or its funds type is none.
    """
    fields, number = record.body.split(",", 5), 0
    # nearly every record: a plain funds type, its text on the same line
    if len(fields) == 6 and fields[2] in PLAIN_FUNDS:  # noqa: PLR2004 - type, amount, funds, two references, text
        type_, amount, _, bank, customer, text = fields
    else:
        body = record.body
        while (found := _places(body)) is None and number < len(record.more):
            body = f"{body.rstrip(' ').removesuffix('/')},{record.more[number]}"
            number += 1
        type_, amount, value_on, bank, customer, text = found or _short(body)
        return Entry(type_, amount, value_on, bank, customer, [text, *record.more[number:]])
    return Entry(type_, amount, "", bank, customer, [text, *record.more] if record.more else [text])


def _places(body: str) -> list[str] | None:
    """Return type, amount, value day, two references and text, or none where they are not all there yet."""
    fields = body.split(",", 3)
    if len(fields) < 4:  # noqa: PLR2004
        return None
    type_, amount, funds, rest = fields
    count = following(funds, rest)
    if count is None:
        return None
    parts = rest.split(",", count + 2)
    if len(parts) < count + 3:
        return None
    value_on = parts[0] if funds == "V" else ""
    return [type_, amount, value_on, *parts[count:]]


def following(funds: str, rest: str) -> int | None:
    """Return how many fields belong to a funds type, or none where that is not known yet.

    Raises:
        Fault: The funds type is none.
    """
    if funds in PLAIN_FUNDS:
        return 0
    if funds in {"V", "S"}:
        return 2 if funds == "V" else 3
    if funds == "D":
        count, comma, _ = rest.partition(",")
        return 1 + 2 * unsigned(count, "number of distributions") if comma else None
    message = "A funds type is 0, 1, 2, Z, V, S, D or nothing."
    raise Fault("bad-field", "funds type", funds, message)


def _short(body: str) -> list[str]:
    """Return the places of a record that a slash ends before its text.

    Raises:
        Fault: No slash ends it: something is missing.
    """
    bare = body.rstrip(" ")
    found = _places(f"{bare.removesuffix('/')},,,") if bare.endswith("/") else None
    if found is None:
        message = "The record ends before its references do. The line may be cut off: fetch the file again."
        raise Fault("layout-mismatch", "record 16", body, message)
    return [*found[:5], ""]


@functools.lru_cache(maxsize=1024)
def _direction(type_: str, options: Bai2Options) -> int:
    """Return 1 for money in and -1 for money out, 0 where the type says neither."""
    if type_ in options.credit_codes:
        return 1
    if type_ in options.debit_codes:
        return -1
    if not (len(type_) == 3 and type_.isascii() and type_.isdigit()):  # noqa: PLR2004
        return 0
    return 1 if "100" <= type_ <= "399" else -1 if "400" <= type_ <= "699" else 0


def line(
    record: Record, entry: Entry, booked_on: date, options: Bai2Options, count: Callable[[int, date], int]
) -> BankLine:
    """Make the line of a record 16; *count* adds it to its account's totals and returns its position.

    Raises:
        Fault: Its amount, its type or its day is none.
    """
    pence = unsigned(entry.amount, "amount")
    sign = _direction(entry.type, options)
    if not sign:
        message = (
            "This type says neither that money came in (100 to 399) nor that it went out (400 to 699). Ask the bank "
            "what it means, and name it in credit_codes or debit_codes of [formats.bai2]."
        )
        raise Fault("unknown-code", "type", entry.type, message)
    value_on = day(entry.value_on, "value date") if entry.value_on else None
    text = entry.tail if entry.tail[0] not in _EMPTY else entry.tail[1:]
    return BankLine(
        position=count(sign * pence, booked_on), amount=Money(sign * pence), booked_on=booked_on, value_on=value_on,
        place=record.place, code=entry.type, narrative=tuple(text),
        references=References(bank=entry.bank or None, customer=entry.customer.removesuffix("/") or None),
    )  # fmt: skip
