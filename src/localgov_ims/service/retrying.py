"""Doing a thing again when somebody else was first: the database lets one in, the others read again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from localgov_ims.errors import AlreadyDone

Result = TypeVar("Result")

TRIES: Final = 50
"""More than will ever race for one line or payment; whoever is still beaten then is told."""


def retried(act: Callable[[], Result]) -> Result:
    """Return what *act* returns, doing it anew whenever another's record took the place of its own.

    *act* is one unit of work that reads all it needs; what it does after another was first is what is right then.

    Raises:
        AlreadyDone: It was beaten every time.
    """
    for _ in range(TRIES - 1):
        try:
            return act()
        except AlreadyDone as error:
            if error.code != "already_recorded":
                raise
    return act()
