"""Searching income: what a person may ask for, tidied and checked before any database is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from attrs import Attribute, field, frozen

from localgov_ims.domain.calendar import start_of
from localgov_ims.domain.ids import parse_reference
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.texts import blank_is_none
from localgov_ims.errors import InvalidValue

_LONGEST: Final = 255
_FIRST, _LAST = 6, 4


def _codes(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value.strip() for value in values if value.strip()}))


def _short(_: object, attribute: Attribute[Any], value: str | None) -> None:
    if value is not None and (len(value) > _LONGEST or "\0" in value):
        message = f"To search by {attribute.name.replace('_', ' ')}, give at most {_LONGEST} characters, none of them null."
        raise InvalidValue("criterion_too_long", message, field=attribute.name)


def _text() -> Any:  # noqa: ANN401 - what attrs' field gives
    return field(default=None, converter=blank_is_none, validator=_short)


@frozen(kw_only=True)
class Criteria:
    """What is searched for: everything given must fit; texts are trimmed, and a blank one asks for nothing.

    Attributes:
        receipt, payment: Our references as a person types or dictates them.
        provider_reference, caller_reference: To the letter.
        account_reference: The whole of it; account_contains: a part.
        amount: Of the line, to the penny and with its sign.
        funds, methods: Codes; a line has one of them.
        user: Who recorded it, whatever the case.
        recorded_from, recorded_to: The first and the last London day.
        file: The file that the income came from: its id, or the SHA-256 of its bytes.
        card_first: The first digits of the card, up to six; card_last: its last four.

    Raises:
        InvalidValue: A text is too long, the days are the wrong way round, or the digits are none.
    """

    receipt: str | None = _text()
    payment: str | None = _text()
    provider_reference: str | None = _text()
    caller_reference: str | None = _text()
    account_reference: str | None = _text()
    account_contains: str | None = _text()
    amount: Money | None = None
    funds: tuple[str, ...] = field(default=(), converter=_codes)
    methods: tuple[str, ...] = field(default=(), converter=_codes)
    user: str | None = _text()
    narrative: str | None = _text()
    recorded_from: date | None = None
    recorded_to: date | None = None
    file: str | None = _text()
    card_first: str | None = _text()
    card_last: str | None = _text()

    def __attrs_post_init__(self) -> None:
        """Refuse what could find nothing."""
        if self.recorded_from and self.recorded_to and self.recorded_from > self.recorded_to:
            message = f"The days are the wrong way round: from {self.recorded_from} to {self.recorded_to}."
            raise InvalidValue("days_reversed", message)
        _check_digits("first digits of a card", self.card_first, range(1, _FIRST + 1))
        _check_digits("last digits of a card", self.card_last, range(_LAST, _LAST + 1))

    @property
    def digest(self) -> str:
        """A few symbols that tell this search from others."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    @property
    def recorded_between(self) -> tuple[datetime | None, datetime | None]:
        """The moments (UTC) from which and before which it was recorded: whole days of London, 23 to 25 hours each."""
        first, last = self.recorded_from, self.recorded_to
        return (
            start_of(first) if first is not None else None,
            start_of(last + timedelta(days=1)) if last is not None else None,
        )


def as_kept(reference: str) -> tuple[str, ...]:
    """Return what a reference may be kept as: ours without dashes, and as it was typed."""
    try:
        return tuple({parse_reference(reference), reference})
    except InvalidValue:
        return (reference,)  # the provider's, or of a system that came before


def _check_digits(what: str, value: str | None, lengths: range) -> None:
    if value is None or (value.isascii() and value.isdigit() and len(value) in lengths):
        return
    number = f"{lengths[0]}" if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
    raise InvalidValue(
        "not_digits", f"The {what} must be {number} digits, not '{quoted(value)}'.", value=value
    )
