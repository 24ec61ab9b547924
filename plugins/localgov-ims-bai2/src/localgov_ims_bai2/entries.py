"""Records 16: one entry each, its fields before its text, which runs to the end of the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import NO_REFERENCES, BankLine
from localgov_ims.files.checked_lines import line_of, references_of
from localgov_ims.files.faults import Fault
from localgov_ims.files.text import printed_day
from localgov_ims_bai2.options import Bai2Options

PLAIN_FUNDS: Final = frozenset({"", "0", "1", "2", "Z"})
"""Funds types that no fields follow: when the money is available, said by a digit or not at all."""

_LONGEST: Final = 16
_PATTERN: Final = "YYMMDD"
_EMPTY: Final = frozenset({"", "/"})
_IN, _OUT, _END = 100, 400, 700
_NO_DIRECTION: Final = (
    "This type says neither that money came in (100 to 399) nor that it went out (400 to 699). Ask the bank what it "
    "means, and name it in credit_codes or debit_codes of [formats.bai2]."
)


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


def _split(body: str, more: Sequence[str]) -> Entry:
    """Divide a record 16 into its fields; continuations before the text go on with the fields, later ones are text.

    Raises:
        Fault: It ends before its fields do, or its funds type is none.
    """
    number = 0
    while (found := _places(body)) is None and number < len(more):
        body = f"{body.rstrip(' ').removesuffix('/')},{more[number]}"
        number += 1
    type_, amount, value_on, bank, customer, text = found or _short(body)
    return Entry(type_, amount, value_on, bank, customer, [text, *more[number:]])


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


def signs(options: Bai2Options) -> Mapping[str, int]:
    """Return each type code's direction: 1 money in, -1 money out."""
    own = dict.fromkeys(options.credit_codes, 1) | dict.fromkeys(options.debit_codes, -1)
    return {str(code): 1 if code < _OUT else -1 for code in range(_IN, _END)} | own


def line(
    at: int, body: str, more: Sequence[str], booked_on: date, sign_of: Mapping[str, int],
    count: Callable[[int, date], int],
) -> BankLine:  # fmt: skip
    """Make the line of the record 16 on line *at*; *count* adds it to its account's totals and returns its position.

    Raises:
        Fault: Its fields end too soon; its amount, its type or its day is none.
    """
    fields, value_on = body.split(",", 5), None
    narrative: tuple[str, ...]
    # Nearly every record has a plain funds type, its text on the same line, and no continuation.
    if not more and len(fields) == 6 and fields[2] in PLAIN_FUNDS:  # noqa: PLR2004
        type_, amount, _, bank, customer, text = fields
        narrative = () if not text or text == "/" else (text,)
    else:
        type_, amount, printed, bank, customer, tail = _split(body, more)
        narrative = tuple(tail if tail[0] not in _EMPTY else tail[1:])
        value_on = day(printed, "value date") if printed else None
    sign = sign_of.get(type_)
    if sign is None:
        raise Fault("unknown-code", "type", type_, _NO_DIRECTION)
    plain = len(amount) <= _LONGEST and amount.isdigit() and amount.isascii()
    pence = sign * (int(amount) if plain else unsigned(amount, "amount"))
    references = NO_REFERENCES
    if bank or customer:
        own = customer.removesuffix("/") if customer else ""
        references = references_of(bank=bank or None, customer=own or None)
    return line_of(
        position=count(pence, booked_on), amount=Money(pence), booked_on=booked_on, value_on=value_on, place=f"line {at}",
        code=type_, references=references, narrative=narrative,
    )  # fmt: skip
