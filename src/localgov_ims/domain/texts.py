"""Texts with a limit: longer is refused, never cut; blank is nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from attrs import Attribute

from localgov_ims.domain.quoting import holds_card, quoted
from localgov_ims.errors import InvalidValue


def text(longest: int) -> Callable[[Any, Attribute[Any], str | None], None]:
    """Make an attrs validator for a text of 1 to *longest* characters; none passes where the field allows it."""

    def check(record: object, attribute: Attribute[Any], value: str | None) -> None:
        if value is None:
            return
        name = attribute.name.replace("_", " ")
        what = f"The {name} of a {type(record).__name__}"
        if not isinstance(value, str) or not value.strip():
            raise InvalidValue("text_missing", f"{what} must not be blank.", field=attribute.name)
        if len(value) > longest:
            message = (
                f"{what} has {len(value)} characters; {longest} are allowed: '{quoted(value)}'. Shorten it."
            )
            raise InvalidValue("text_too_long", message, field=attribute.name, value=value)
        if not storable(value):
            message = f"{what} holds a character that no database can keep (a null, or half of a pair)."
            raise InvalidValue("text_not_printable", message, field=attribute.name)

    return check


def written(longest: int) -> Callable[[Any, Attribute[Any], str | None], None]:
    """Make an attrs validator for what people write: as `text`, and never the number of a payment card."""
    fits = text(longest)

    def check(record: object, attribute: Attribute[Any], value: str | None) -> None:
        fits(record, attribute, value)
        if value is not None and holds_card(value):
            raise _card(attribute.name.replace("_", " "))

    return check


def _card(name: str) -> InvalidValue:
    message = f"The {name} holds what looks like a card number. Card numbers are never kept; take it out."
    return InvalidValue("card_number", message, field=name)


def fitting(name: str, value: str | None, longest: int) -> str | None:
    """Return a text given by itself, trimmed, or none if nothing is left of it.

    Raises:
        InvalidValue: It has more than *longest* characters (`text_too_long`), or one that cannot be stored.
    """
    kept = blank_is_none(value)
    if kept is not None and len(kept) > longest:
        message = (
            f"The {name} has {len(kept)} characters; {longest} are allowed: '{quoted(kept)}'. Shorten it."
        )
        raise InvalidValue("text_too_long", message, field=name)
    if kept is not None and not storable(kept):
        message = f"The {name} holds a character that no database can keep (a null, or half of a pair)."
        raise InvalidValue("text_not_printable", message, field=name)
    if kept is not None and holds_card(kept):
        raise _card(name)
    return kept


def storable(value: str) -> bool:
    """Tell whether every database can keep a text: it has no null character and no lone surrogate."""
    return "\0" not in value and not any("\ud800" <= symbol <= "\udfff" for symbol in value)


def cleaned(value: str | None) -> str | None:
    """Return what somebody else's program said, as it can be kept and shown: cut, and escaped where it must be."""
    return quoted(value).strip() or None if value is not None else None


def digits(number: int) -> Callable[[Any, Attribute[Any], str], None]:
    """Make an attrs validator for exactly *number* digits, such as those of a sort code."""

    def check(record: object, attribute: Attribute[Any], value: str) -> None:
        if not (isinstance(value, str) and len(value) == number and value.isascii() and value.isdigit()):
            name = attribute.name.replace("_", " ")
            message = (
                f"The {name} of a {type(record).__name__} must be {number} digits without spaces or dashes."
            )
            raise InvalidValue("not_digits", message, field=attribute.name)

    return check


def blank_is_none(value: str | None) -> str | None:
    """Return a text trimmed, or none if nothing is left of it: an attrs converter."""
    return (value.strip() or None) if isinstance(value, str) else value


def alike(value: str) -> str:
    """Return a text by which others that say the same are known: its letters and digits alone, in one case."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
    return "".join(symbol for symbol in plain if symbol.isalnum()) or plain.strip()


def trimmed(value: str) -> str:
    """Return a text without the blanks around it."""
    return value.strip()
