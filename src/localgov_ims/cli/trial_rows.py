"""Made-up rows, written as JSON, for trying allocation rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeVar

from attrs import evolve, frozen

from localgov_ims.allocation.rows import Source
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import Money
from localgov_ims.errors import InvalidValue
from localgov_ims.service.council import Council
from localgov_ims.service.income.sources import source_of

_TEXTS: Final = ("account_reference", "fund", "mop", "office", "vat_code", "narrative", "source_reference")
_OF_FILE: Final = ("source", "import_type", "file_name", "received_on")
_ALL: Final = ("amount", "taken_on", *_TEXTS, "extra", *_OF_FILE)

Value = TypeVar("Value")


@frozen(kw_only=True)
class Trial:
    """A made-up row, and where it is said to come from."""

    row: IncomeRow
    source: Source


def trial_of(given: str, council: Council | None) -> Trial:
    """Read a row, and where it came from: an import type of *council* gives its defaults.

    Raises:
        InvalidValue: It is no JSON object, something in it is unknown, missing or of another kind (`bad_row`).
    """
    try:
        raw = json.loads(given)
        given.encode()
    except ValueError as error:
        message = f"The row is not JSON: {error}."
        raise InvalidValue("bad_row", message, value=given) from error
    if not isinstance(raw, dict) or set(raw) - set(_ALL):
        message = f"The row must be a JSON object with no more than {', '.join(_ALL)}."
        raise InvalidValue("bad_row", message, value=given)
    taken_on = _read(raw, "taken_on", date.fromisoformat, "a day such as 2026-05-01")
    texts = {name: _text(raw, name) for name in _TEXTS}
    plain = IncomeRow(
        position=1, line=1, amount=_read(raw, "amount", Money.parse, "pounds in quotes, such as 12.34"),
        taken_on=taken_on, extra=_extra(raw.get("extra", {})),
    )  # fmt: skip
    row = evolve(plain, **texts)  # type: ignore[arg-type] # names of fields that hold text
    received = raw.get("received_on")
    received_on = taken_on
    if received is not None:
        received_on = _read(raw, "received_on", date.fromisoformat, "a day such as 2026-05-01")
    source = _source(raw, received_on, council)
    if council is not None and not row.mop and not source.import_type:
        row = evolve(row, mop=council.bank_transfer)  # as every bank line has it
    return Trial(row=row, source=source)


def _source(raw: Mapping[str, Any], received_on: date, council: Council | None) -> Source:
    code, file_name = _text(raw, "import_type"), _text(raw, "file_name")
    import_type = council.import_types.get(code) if council is not None else None
    if import_type is not None:
        return source_of(import_type, file_name, received_on)
    return Source(
        name=_text(raw, "source") or code, import_type=code, file_name=file_name, received_on=received_on,
    )  # fmt: skip


def _read(raw: Mapping[str, Any], name: str, read: Callable[[str], Value], wanted: str) -> Value:
    given = raw.get(name)
    try:
        if isinstance(given, str):
            return read(given)
    except (ValueError, InvalidValue):
        pass
    message = f"The row's {name} must be {wanted}, not {json.dumps(given)}."
    raise InvalidValue("bad_row", message, value=given)


def _text(raw: Mapping[str, Any], name: str) -> str:
    given = raw.get(name)
    if given is None:
        return ""
    if not isinstance(given, str):
        # A number is not text: an account 01 that lost its zero would be somebody else's.
        message = f"The row's {name} must be text in quotes, not {json.dumps(given)}."
        raise InvalidValue("bad_row", message, value=given)
    return given


def _extra(given: object) -> Mapping[str, str]:
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        message = 'The row\'s extra must be an object of texts, such as {"Ward": "North"}.'
        raise InvalidValue("bad_row", message, value=given)
    return given
