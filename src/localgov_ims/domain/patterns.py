"""Regular expressions that councils and profiles write: RE2, linear in the text, so that none can hang us."""

from __future__ import annotations

from typing import Any

import re2

LONGEST = 200
"""The most characters a pattern may have, unless its place says less."""

Pattern = Any
"""A compiled pattern; google-re2 ships no annotations."""


def compile_pattern(text: str, *, longest: int = LONGEST, ignore_case: bool = False) -> Pattern:
    """Compile a pattern.

    Raises:
        ValueError: It is too long, or not RE2 (look-around and back-references are not); the message is a clause
            that follows the name of what has the pattern.
    """
    if len(text) > longest:
        message = f"its pattern has {len(text)} characters; {longest} are allowed"
        raise ValueError(message)
    options = re2.Options()
    options.log_errors = False  # the caller says what is wrong; nothing else belongs on stderr
    options.case_sensitive = not ignore_case
    try:
        return re2.compile(text, options)
    except re2.error as error:
        reason = (
            error.args[0].decode("utf-8", "replace")
            if error.args and isinstance(error.args[0], bytes)
            else error
        )
        message = (
            f"its pattern {text!r} is not RE2, which has no look-around and no back-references ({reason})"
        )
        raise ValueError(message) from error


def anywhere(text: str) -> str:
    """Return the pattern that fits a whole text where *text* fits somewhere in it.

    Settings that came from a system which searched (an unanchored regex) keep their meaning so.
    """
    return f".*(?:{text}).*"
