"""What rows say of account holders as plain values, checked quickly; whatever is not plainly right is looked at again.

Texts are texts, amounts whole pence, days ISO text. It says nothing about why a value is wrong: `holder_fields.applied`
does, and is asked wherever this is in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from attrs import evolve

from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.money import Money
from localgov_ims.files.holder_fields import AMOUNTS, DAYS, FIELDS, KEY, LONGEST, HolderRow, Value, fields_of

_PENCE: Final = re.compile(r"-?[0-9]{1,15}\.[0-9]{2}", re.ASCII)
_LONGEST_MESSAGE: Final = 30

LONGEST_REFERENCE: Final = 30
"""The most characters of an account reference."""


def plain_amount(value: Value) -> int | None:
    """Return an amount printed with two decimals in pence; none where it is anything else."""
    if type(value) is str and _PENCE.fullmatch(value) is not None:
        return int(value[:-3] + value[-2:])
    return None


@lru_cache(maxsize=4096)  # a file's days are few
def plain_day(value: Value) -> str | None:
    """Return a day as ISO text; none where it is anything else."""
    return value.isoformat() if type(value) is date else None


def plain_text(value: Value, longest: int) -> bool:
    """Tell whether a value is a text of at most so many characters that can be kept as it stands."""
    # What is printable begins and ends with no other white space than this.
    return (
        type(value) is str
        and 0 < len(value) <= longest
        and value[0] != " " != value[-1]
        and value.isprintable()
    )


def said_of(row: HolderRow, before: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what is known after a row as plain values, or none where one of its own must be looked at again."""
    if row.plain is not None:
        after = {**before, **row.plain}
        return (
            {name: value for name, value in after.items() if value is not None}
            if None in after.values()
            else after
        )
    after = dict(before)
    for name, value in row.fields.items():
        if value is None:
            after.pop(name, None)
            continue
        longest = _TEXTS.get(name)
        if longest is not None:
            # As `plain_text` has it; written out, for a file has millions of them.
            if type(value) is not str or not 0 < len(value) <= longest or not value.isprintable():
                return None
            if value[0] == " " or value[-1] == " ":
                return None
            after[name] = value
        elif name not in _KEY:
            known = plain_amount(value) if name in _PENCE_FIELDS else plain_day(value)
            if known is None:
                return None
            after[name] = known
    return after


_KEY: Final = frozenset(KEY)
_PENCE_FIELDS: Final = frozenset(AMOUNTS)
_TEXTS: Final[Mapping[str, int]] = {
    name: LONGEST.get(name, _LONGEST_MESSAGE) for name in FIELDS if name not in {*KEY, *AMOUNTS, *DAYS}
}


def plain_of(holder: AccountHolder) -> dict[str, Any]:
    """Return what is known of an account holder as plain values."""
    found: dict[str, Any] = {}
    for name, value in fields_of(holder).items():
        if name in AMOUNTS:
            found[name] = Money.parse(str(value)).pence
        elif name not in KEY:
            found[name] = value.isoformat() if isinstance(value, date) else value
    return found


def holder_of(account: tuple[str, str], said: Mapping[str, Any]) -> AccountHolder:
    """Return the account holder that plain values make.

    Raises:
        InvalidValue: The account's reference, or a value, cannot be.
    """
    holder = AccountHolder(fund=account[0], account_reference=account[1])
    person, own = dict[str, Any](), dict[str, Any]()
    for name, value in said.items():
        made = Money(value) if name in AMOUNTS else date.fromisoformat(value) if name in DAYS else value
        (own if hasattr(holder, name) else person)[name] = made
    return evolve(holder, person=evolve(holder.person, **person), **own)
