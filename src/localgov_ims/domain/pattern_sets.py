"""Many patterns asked of one text at once, in time that hardly grows with their number (`re2.Set`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import re2

from localgov_ims.domain.patterns import compile_pattern

_LONGEST: Final = (
    5000  # a pattern of 200 characters, or a text written as one, with what joins it to the others
)
_PLAIN: Final = re.compile(
    r"(?:(?:\\d|\[(?:[0-9A-Za-z](?:-[0-9A-Za-z])?)+\]|[0-9A-Za-z /-])(?:\{[0-9]{1,3}\})?)+", re.ASCII
)


def plain(pattern: str) -> bool:
    """Tell whether a pattern is a row of letters, digits and classes of them, each of a known number."""
    return _PLAIN.fullmatch(pattern) is not None


def fitter(pattern: str, *, search: bool = False, ignore_case: bool = False) -> Callable[[str], bool]:
    """Return the quickest way to ask whether a pattern fits a whole text, or with *search* a part of one.

    Raises:
        ValueError: It is not RE2, or too long.
    """
    compile_pattern(pattern, ignore_case=ignore_case)
    if plain(pattern) and not search and not ignore_case:
        # Python's own engine reads it as RE2 does, four times as fast, and nothing in it can run back and forth.
        fits = re.compile(pattern, re.ASCII).fullmatch
        return lambda text: fits(text) is not None
    fitting = PatternSet([(part if search else whole)(pattern, ignore_case=ignore_case)]).fitting
    return lambda text: bool(fitting(text))


def whole(pattern: str, *, ignore_case: bool = False) -> str:
    """Return the pattern that is found where *pattern* fits a whole text."""
    return rf"\A{'(?i:' if ignore_case else '(?:'}{pattern})\z"


def part(pattern: str, *, ignore_case: bool = False) -> str:
    """Return the pattern that is found where *pattern* fits anywhere."""
    return f"{'(?i:' if ignore_case else '(?:'}{pattern})"


def literal(text: str) -> str:
    """Return the pattern that is found where *text* stands."""
    escaped: str = re2.escape(text)
    return escaped


class PatternSet:
    """Patterns, each known by its number.

    Raises:
        ValueError: One of them is not RE2.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        """Compile *patterns*, which are searched for; those made by `whole` fit whole texts."""
        self._single = [compile_pattern(pattern, longest=_LONGEST) for pattern in patterns]
        self._set = _compiled(patterns)
        self._last = len(patterns)

    def fitting(self, text: str) -> list[int]:
        """Return the numbers of the patterns that fit *text*, in no order."""
        if self._set is not None:
            found: list[int] | None = self._set.Match(text)
            # The empty pattern at the end is found in every text. Where it is not, RE2 ran out of memory for them all.
            if found is not None and self._last in found:
                found.remove(self._last)
                return found
        return [number for number, each in enumerate(self._single) if each.search(text) is not None]


def _compiled(patterns: Sequence[str]) -> re2.Set | None:
    options = re2.Options()
    options.log_errors = False
    made = re2.Set.SearchSet(options)
    for pattern in (*patterns, ""):
        made.Add(pattern)
    try:
        made.Compile()
    except re2.error:
        return None  # too much for one set; each is asked by itself
    return made
