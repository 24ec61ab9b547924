"""What an eReturn says, as a file of JSON or TOML that people and programs write."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

import cattrs
from attrs import asdict, field, frozen

from localgov_ims.domain.denominations import Counted, Denomination
from localgov_ims.domain.ereturn_contents import CardTakings, Contents, EReturnCheque, EReturnLine
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.errors import ImsError, InvalidValue


@frozen(kw_only=True)
class _Cheque:
    """A cheque as it is written down: its item number is its place, unless it is given."""

    amount: Money
    drawer: str | None = None
    item: int | None = None
    sort_code: str | None = None
    account: str | None = None
    number: str | None = None


@frozen(kw_only=True)
class _Written:
    """A file as it is written down; each denomination of cash by its value (text), its count (a number), or both."""

    lines: tuple[EReturnLine, ...] = ()
    slip: str | None = None
    bag_number: str | None = None
    cash: Mapping[str, Any] = field(factory=dict)
    cheques: tuple[_Cheque, ...] = ()
    card: CardTakings = field(factory=CardTakings)
    over_short: Money = NOTHING
    over_short_reason: str | None = None
    nil: bool = False


def contents_from(text: str, name: str) -> Contents:
    """Read what an eReturn says from JSON or TOML; *name* ends in `.toml` where it is TOML.

    Raises:
        InvalidValue: The text is neither (`bad_ereturn_file`), or something in it cannot be; every fault of shape is named
            by its path.
    """
    try:
        raw = tomllib.loads(text) if name.lower().endswith(".toml") else json.loads(text)
    except ValueError as error:
        kind = "TOML" if name.lower().endswith(".toml") else "JSON"
        raise InvalidValue("bad_ereturn_file", f"{name} is not valid {kind}: {error}.", file=name) from error
    return contents_of(raw, name)


def contents_of(raw: object, name: str) -> Contents:
    """Return what an eReturn says of the values of JSON or TOML; *name* names them in messages.

    Raises:
        InvalidValue: As `contents_from`.
    """
    if not isinstance(raw, dict):
        raise InvalidValue(
            "bad_ereturn_file", f"{name} must hold names with values, such as lines.", file=name
        )
    try:
        written = _converter().structure(raw, _Written)
    except (cattrs.BaseValidationError, cattrs.ForbiddenExtraKeysError) as error:
        own = _only(error)
        if own is not None:
            raise own from error
        faults = "\n".join(
            f"  {fault}" for fault in cattrs.transform_error(error, format_exception=_sentence)
        )
        message = f"{name} does not say what an eReturn says:\n{faults}"
        raise InvalidValue("bad_ereturn_file", message, file=name) from error
    cheques = tuple(
        EReturnCheque(
            item=each.item if each.item is not None else place, amount=each.amount, drawer=each.drawer,
            sort_code=each.sort_code, account=each.account, number=each.number,
        )
        for place, each in enumerate(written.cheques, start=1)
    )  # fmt: skip
    return Contents(
        lines=written.lines, slip=written.slip, bag_number=written.bag_number, cash=counted_of(written.cash),
        cheques=cheques, card=written.card, over_short=written.over_short,
        over_short_reason=written.over_short_reason, nil=written.nil,
    )  # fmt: skip


def plain_contents(contents: Contents) -> dict[str, Any]:
    """Return what an eReturn says as a file has it, so that somebody can change it; what there is none of is left out."""
    plain = asdict(contents, value_serializer=lambda _, __, value: _plain(value))
    plain["cash"] = {
        each.value: {"count": count, "value": str(value)} for each, count, value in contents.cash
    }
    return {
        name: given
        for name, given in _given(plain).items()
        if given not in ([], {}, {"schemes": []}, False, "0.00")
    }


def counted_of(written: Mapping[str, Any]) -> Counted:
    """Return cash as somebody wrote it down: `{"£20": "100.00", "10": 4, "50p": {"count": 1, "value": "0.50"}}`.

    Raises:
        InvalidValue: `bad_denomination`, or a value is no amount of money.
    """
    counts: dict[Denomination, int] = {}
    values: dict[Denomination, Money] = {}
    for name, given in written.items():
        denomination = Denomination.parse(name)
        if denomination in counts or denomination in values:
            message = f"{denomination.value} stands twice. Give it once, with its count, its value or both."
            raise InvalidValue("bad_denomination", message, denomination=denomination.value)
        both = given if isinstance(given, dict) else {"value" if isinstance(given, str) else "count": given}
        if not both or not set(both) <= {"count", "value"}:
            message = f"{denomination.value}: give its count, its value or both, not {given!r}."
            raise InvalidValue("bad_denomination", message, denomination=denomination.value)
        if both.get("count") is not None:
            counts[denomination] = both["count"]
        if both.get("value") is not None:
            values[denomination] = Money.parse(_text(both["value"], str))
    return Counted.of(counts, values)


def _plain(value: object) -> object:
    if isinstance(value, Money):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _given(plain: dict[str, Any]) -> dict[str, Any]:
    """Return values without those that are none, all the way down."""
    return {
        name: _given(value) if isinstance(value, dict)
        else [_given(each) for each in value] if isinstance(value, list | tuple)
        else value
        for name, value in plain.items() if value is not None
    }  # fmt: skip


def _converter() -> cattrs.Converter:
    made = cattrs.Converter(forbid_extra_keys=True)
    made.register_structure_hook(str, _text)
    made.register_structure_hook(int, _whole)
    made.register_structure_hook(bool, _flag)
    made.register_structure_hook(date, _day)
    made.register_structure_hook(Money, lambda value, _: Money.parse(_text(value, str)))
    return made


def _only(error: BaseException) -> ImsError | None:
    """Return the one fault of ours, if that is all there is: it says by itself what is wrong, under its own code."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error if isinstance(error, ImsError) else None


def _sentence(error: BaseException, expected: type | None) -> str:
    if isinstance(error, ImsError):
        return error.message
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        return f"unknown: {', '.join(sorted(error.extra_fields))}"
    if isinstance(error, KeyError):
        return f"missing: {error.args[0]}"
    if isinstance(error, AttributeError):
        return "must hold names with values"  # a list or a text stands where a table should
    wanted = f" (expected {getattr(expected, '__name__', expected)})" if expected is not None else ""
    return f"{error}{wanted}"


def _text(value: object, _: object) -> str:
    # A number is not text: an amount of 1.1 is a float that is not 1.10, and an account 01 would lose its zero.
    if not isinstance(value, str):
        message = f"{value!r} must be in quotes"
        raise InvalidValue("bad_ereturn_file", f"{message}.", value=str(value))
    return value


def _whole(value: object, _: object) -> int:
    if type(value) is not int:
        message = f"{value!r} must be a whole number"
        raise TypeError(message)
    return value


def _flag(value: object, _: object) -> bool:
    if not isinstance(value, bool):
        message = f"{value!r} must be true or false"
        raise TypeError(message)
    return value


def _day(value: object, _: object) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else _no_day(value)
    except ValueError:
        return _no_day(value)


def _no_day(value: object) -> date:
    message = f"{value!r} must be a day, such as 2026-05-04"
    raise TypeError(message)
