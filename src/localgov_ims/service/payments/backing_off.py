"""Backing off: doing a thing again that a provider did not do, or whose outcome nobody knows, after a wait."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from attrs import frozen

from localgov_ims.errors import AdapterError, OutcomeUnknown, RateLimited, Unavailable

Result = TypeVar("Result")

_THOUSANDTHS: Final = 250


@frozen
class Patience:
    """How often to try again, and how long to wait before each time.

    Attributes:
        waits: Seconds, one for each further attempt; a quarter of it at most is added by chance, so that those who
            were turned away together do not come back together.
        pause: What waits.
    """

    waits: Sequence[float] = ()
    pause: Callable[[float], None] = time.sleep


AT_ONCE: Final = Patience()
"""One attempt, for whoever waits at a browser."""

BACKING_OFF: Final = Patience((1, 2, 4, 8, 16))
"""For a job."""


def tried(act: Callable[[], Result], patience: Patience) -> Result:
    """Return what *act* returns, trying again where it may be tried again under the same key.

    Raises:
        AdapterError: The last attempt's, or the first that no attempt would put right.
    """
    for wait in patience.waits:
        try:
            return act()
        except (Unavailable, RateLimited, OutcomeUnknown) as error:
            patience.pause(_wait(error, wait))
    return act()


def _wait(error: AdapterError, wait: float) -> float:
    asked = error.data.get("retry_after", 0)
    longest = max(wait, asked if isinstance(asked, int) else 0)
    return longest * (1000 + random.randrange(_THOUSANDTHS)) / 1000  # noqa: S311 - chance that nobody gains by guessing
