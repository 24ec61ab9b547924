"""Python's garbage collector while a file is read: it looks for cycles, and rows make none."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SELDOM: Final = 500_000
"""Objects made, and not freed yet, before the collector looks: some blocks of rows. Its usual number is 700."""

_lock = threading.Lock()
_usual: list[tuple[int, int, int]] = []


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Let the collector look seldom while a block of code makes many short-lived objects.

    What rows are made of is freed as soon as nobody holds it; looking through everything that lives, a thousand times
    for a large file, took a third of its import. The usual threshold comes back when the last of several blocks ends.
    """
    with _lock:
        _usual.append(gc.get_threshold())
        gc.set_threshold(_SELDOM, *_usual[0][1:])
    try:
        yield
    finally:
        with _lock:
            # Whoever ends first must leave the others theirs; the last one puts back what the first one found.
            if len(_usual) == 1:
                gc.set_threshold(*_usual[0])
            _usual.pop()
