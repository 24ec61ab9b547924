"""From TOML's values to records: strict, so that nothing is guessed (a number is not text, 1 is not true)."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date
from functools import cache
from typing import Any, TypeVar

import cattrs

from localgov_ims.domain.check_digits import CheckDigits
from localgov_ims.domain.money import Money
from localgov_ims.domain.vat import VatRate
from localgov_ims.errors import ConfigurationError, ImsError
from localgov_ims.service.rules.texts import register_rules

Record = TypeVar("Record")


_NO_SCHEMES: Mapping[str, CheckDigits] = {}

_schemes: ContextVar[Mapping[str, CheckDigits]] = ContextVar("schemes", default=_NO_SCHEMES)
"""What a `check_digit` may name in the settings that are being read."""


def structured(
    raw: Mapping[str, Any], kind: type[Record], where: str, schemes: Mapping[str, CheckDigits] = _NO_SCHEMES
) -> Record:
    """Make a record of *kind* of what TOML holds; *schemes* are what a reference format's `check_digit` may name.

    Raises:
        ConfigurationError: Something is unknown, missing or of another kind; every fault is named by its path.
    """
    before = _schemes.set(schemes)
    try:
        return _converter().structure(raw, kind)
    except (cattrs.BaseValidationError, cattrs.ForbiddenExtraKeysError) as error:
        faults = "\n".join(
            f"  {fault}" for fault in cattrs.transform_error(error, format_exception=_sentence)
        )
        message = f"{where} has settings that cannot be used:\n{faults}"
        raise ConfigurationError("bad_settings", message, where=where) from error
    finally:
        _schemes.reset(before)


def _sentence(error: BaseException, expected: type | None) -> str:
    if isinstance(error, ImsError):
        return error.message
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        return f"unknown: {', '.join(sorted(error.extra_fields))}"
    if isinstance(error, KeyError):
        return f"missing: {error.args[0]}"
    wanted = f" (expected {getattr(expected, '__name__', expected)})" if expected is not None else ""
    return f"{error}{wanted}"


@cache
def _converter() -> cattrs.Converter:
    """Make the converter of settings, once: what it compiles for each class takes longer than reading a file."""
    made = cattrs.Converter(forbid_extra_keys=True)
    made.register_structure_hook(str, _text)
    made.register_structure_hook(int, _whole)
    made.register_structure_hook(Money, lambda value, _: Money.parse(_text(value, str)))
    made.register_structure_hook(VatRate, lambda value, _: VatRate.parse(_text(value, str)))
    made.register_structure_hook(date, _day)
    made.register_structure_hook(bool, _flag)
    made.register_structure_hook(
        str | tuple[str, ...],
        lambda value, _: (
            tuple(_text(v, str) for v in value) if isinstance(value, list) else _text(value, str)
        ),
    )
    register_rules(made)
    made.register_structure_hook(CheckDigits | None, lambda value, _: _scheme(value, _schemes.get()))
    return made


def _text(value: object, _: object) -> str:
    # A number is not text: an account 01 that lost its zero in TOML would be somebody else's.
    if not isinstance(value, str):
        message = f"{value!r} must be in quotes"
        raise TypeError(message)
    return value


def _whole(value: object, _: object) -> int:
    # Keys of TOML are text, so `10 = "A"` comes as "10"; 1.5 is never cut to 1.
    if type(value) is int:
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    message = f"{value!r} must be a whole number"
    raise TypeError(message)


def _flag(value: object, _: object) -> bool:
    if not isinstance(value, bool):
        message = f"{value!r} must be true or false"
        raise TypeError(message)
    return value


def _day(value: object, _: object) -> date:
    if type(value) is not date:
        message = f"{value!r} must be a day, written 2026-05-04 without quotes"
        raise TypeError(message)
    return value


def _scheme(name: object, schemes: Mapping[str, CheckDigits]) -> CheckDigits:
    if name not in schemes:
        message = f"there is no [check_digits.{name}]; there are: {', '.join(schemes) or 'none'}"
        raise ValueError(message)
    return schemes[str(name)]
