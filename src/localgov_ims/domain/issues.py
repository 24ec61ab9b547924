"""Issues: faults in somebody else's file, as values with a place."""

from __future__ import annotations

import enum
import re
from typing import Final

import attrs


class Severity(enum.Enum):
    """What an Issue does to its file."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


CODES: Final = frozenset(
    """
    doctype not-well-formed unknown-message ambiguous-format wrong-kind encoding limit-exceeded truncated
    layout-mismatch missing-field bad-field bad-amount bad-date unknown-code
    balance-mismatch total-mismatch count-mismatch control-missing page-gap batch-mismatch currency-mismatch
    date-out-of-range duplicate-id wrong-account chain-broken already-imported
    no-namespace copy-or-duplicate
    """.split()
)
"""Every code there is so far; a new one is added here first, with a test that provokes it."""

NOTICES: Final = frozenset(
    {"no-namespace", "copy-or-duplicate"}
)
"""Codes that never stop a file."""

SHOWN: Final = 80
_CARD = re.compile(r"(?<![0-9])([0-9]{6})[0-9]{3,9}([0-9]{4})(?![0-9])", re.ASCII)
_CARD_LENGTHS = range(13, 20)


def quoted(value: str) -> str:
    """Return a value of a file as it may be shown: cut, control characters escaped, card numbers masked."""
    # Masked before it is cut, or the cut would leave most of a card number standing.
    masked = _CARD.sub(_masked, value[: 2 * SHOWN])
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in masked)
    return visible if len(visible) <= SHOWN else visible[: SHOWN - 1] + "…"


def _masked(found: re.Match[str]) -> str:
    digits = found.group()
    if len(digits) not in _CARD_LENGTHS or not _luhn(digits):
        return digits
    return f"{found.group(1)}{'*' * (len(digits) - 10)}{found.group(2)}"


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * (1 + place % 2)
        total += doubled - 9 * (doubled > 9)  # noqa: PLR2004 - Luhn's own figure
    return total % 10 == 0


@attrs.frozen(kw_only=True)
class Issue:
    """A fault in a file: what, where, which value, and what was expected, without a look at the file.

    Attributes:
        code: One of `CODES`.
        place: Line and column, row, byte offset or element path: `Stmt[2]/Ntry[17]/Amt`.
        field: Which field of the place, or empty.
        value: What was found, as `quoted` shows it, or empty.
        message: One sentence for a person.
    """

    code: str = attrs.field()
    place: str
    message: str
    field: str = ""
    value: str = attrs.field(default="", converter=quoted)
    severity: Severity = Severity.ERROR

    @code.validator
    def _known(self, _: object, code: str) -> None:
        if code not in CODES:
            message = f"{code!r} is not a code of domain.issues.CODES"
            raise ValueError(message)

    @property
    def stops(self) -> bool:
        """Tell whether the file is refused for this."""
        return self.severity is Severity.ERROR


def notice(code: str, place: str, message: str, value: str = "") -> Issue:
    """Make an Issue that is recorded with its file and stops nothing."""
    return Issue(code=code, place=place, message=message, value=value, severity=Severity.INFO)
