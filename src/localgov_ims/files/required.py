"""Fields that must be right, or the file is refused: what a reader asks for first, with messages that are the same for all."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from localgov_ims.files.limits import refuse
from localgov_ims.files.text import AmountFormat, printed_day

_COUNT: Final = re.compile(r"[0-9]{1,15}", re.ASCII)


def amount(text: str, printed: AmountFormat, place: str, field: str) -> int:
    """Return an amount in pence.

    Raises:
        Refused: It is not an amount as the format prints them.
    """
    found = printed.pence(text)
    if found is None:
        example = printed.printed(123456)
        message = f"The {field} is not an amount as this format prints them, such as {example}."
        raise refuse("bad-amount", place, message, field=field, value=text)
    return found


def day(text: str, layout: str, place: str, field: str) -> date:
    """Return a day that is printed by *layout*, such as `DD/MM/YYYY`.

    Raises:
        Refused: It is not a day of the calendar, or printed otherwise.
    """
    found = printed_day(text, layout)
    if found is None:
        message = f"The {field} is not a day of the calendar, printed as {layout}."
        raise refuse("bad-date", place, message, field=field, value=text)
    return found


def count(text: str, place: str, field: str) -> int:
    """Return a declared number.

    Raises:
        Refused: It is not a whole number.
    """
    if _COUNT.fullmatch(text) is None:
        message = f"The {field} is not a whole number, such as 17."
        raise refuse("bad-field", place, message, field=field, value=text)
    return int(text)
