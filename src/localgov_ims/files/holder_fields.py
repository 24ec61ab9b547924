"""Account holders as named fields: what a row of a CSV file and a table of the settings' one file say alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from attrs import evolve, field, fields_dict, frozen

from localgov_ims.domain.holders import AccountHolder, Person
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import InvalidValue

KEY: Final = ("fund", "account_reference")
"""The fields that every account holder has."""

_PERSON: Final = tuple(fields_dict(Person))
AMOUNTS: Final = ("balance", "period_debit", "period_credit")
"""The fields that are amounts."""

DAYS: Final = ("balance_as_at", "closed_on")
"""The fields that are days."""

_TEXTS: Final = ("record_type", "user_field_1", "user_field_2", "user_field_3", "message")

FIELDS: Final = (*KEY, *_PERSON, *AMOUNTS, *DAYS, *_TEXTS)
"""Every field that a file may have, in the order in which files are written."""

LONGEST: Final[Mapping[str, int]] = {
    "title": 10, "forename": 50, "surname": 50, "address_1": 60, "address_2": 30, "address_3": 30, "address_4": 30,
    "postcode": 10, "record_type": 10, "user_field_1": 50, "user_field_2": 50, "user_field_3": 50,
}  # fmt: skip
"""How many characters each text may have; of a reference, its fund's format judges."""

_SAID: Final = FIELDS[len(KEY) :]

Value = str | date
"""What a field holds: text, an amount in pounds as text, or a day."""


@frozen(kw_only=True)
class HolderRow:
    """What a file says of one account holder.

    Attributes:
        place: Where: `line 17`.
        fields: What it says, by name; a field that the file has not is not there, one that it leaves blank is none
            (or not there either, where the profile says that a blank keeps what is stored).
        whole: Whether a field that is not there is blank, or stays as it is.
        position: Of the data row in its file, from 1; line: the line of the file on which it begins.
        issues: What is wrong with the row, though it names an account.
        plain: What it says as `plain_holders` has it, where its reader saw that nothing is wrong with it.
    """

    place: str
    fields: Mapping[str, Value | None]
    whole: bool = False
    position: int = 0
    line: int = 0
    issues: tuple[Issue, ...] = ()
    plain: Mapping[str, Any] | None = field(default=None, eq=False, repr=False)

    @property
    def key(self) -> tuple[str, str]:
        """The fund and the account reference; empty where they are missing."""
        fund, reference = (str(self.fields.get(name) or "") for name in KEY)
        return fund, reference


def applied(row: HolderRow, before: AccountHolder) -> AccountHolder | Issue:
    """Return *before* with what *row* says of it, or the first fault in that."""
    person, own = dict[str, Any](), dict[str, Any]()
    for name in _SAID:
        if row.whole or name in row.fields:
            value = row.fields.get(name)
            try:
                (person if name in _PERSON else own)[name] = _made(name, value) if value is not None else None
            except InvalidValue as error:
                return _fault(row, name, error)
    try:
        return evolve(before, person=evolve(before.person, **person), **own)
    except InvalidValue as error:
        return _fault(row, str(error.data["field"]), error)


def fields_of(holder: AccountHolder) -> dict[str, Value]:
    """Return what is known of an account holder, by field; what is not known is left out."""
    found: dict[str, Value] = {}
    for name in FIELDS:
        value = getattr(holder.person if name in _PERSON else holder, name)
        if value is not None:
            found[name] = str(value) if isinstance(value, Money) else value
    return found


def _made(name: str, value: Value) -> object:
    if name in DAYS:
        return value if type(value) is date else _day(str(value))
    if type(value) is not str:
        message = f"The {name.replace('_', ' ')} must be text in quotes, not {value!r}."
        raise InvalidValue("bad_text", message, field=name)
    return Money.parse(value) if name in AMOUNTS else value


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    # fromisoformat also takes 20260504 and 2026-W19-1.
    if found is None or found.isoformat() != text:
        message = f"'{quoted(text)}' is not a day, such as 2026-05-04."
        raise InvalidValue("bad_day", message, value=text)
    return found


def _fault(row: HolderRow, name: str, error: InvalidValue) -> Issue:
    code = "bad-amount" if name in AMOUNTS else "bad-date" if name in DAYS else "bad-field"
    return Issue(
        code=code, place=row.place, field=name, value=str(row.fields.get(name)), message=error.message
    )
