"""Issues: faults in somebody else's file, as values with a place."""

from __future__ import annotations

import enum
from typing import Final

import attrs

from localgov_ims.domain.quoting import quoted


class Severity(enum.Enum):
    """What an Issue does to its file."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


CODES: Final = frozenset(
    """
    doctype not-well-formed unknown-message ambiguous-format wrong-kind encoding limit-exceeded truncated
    layout-mismatch missing-field bad-field bad-amount bad-date text-too-long unknown-tag unknown-code
    balance-mismatch total-mismatch count-mismatch control-missing page-gap batch-mismatch currency-mismatch
    date-out-of-range duplicate-id wrong-account chain-broken already-imported
    unknown-import-type disabled-import-type provider-error suspected-duplicate too-many-closures
    negative-amount zero-amount vat-mismatch unknown-fund unknown-mop unknown-office unknown-vat-code
    invalid-reference
    no-namespace later-version preamble-ignored encoding-not-as-declared copy-or-duplicate misfit-reference
    """.split()
)
"""Every code there is so far; a new one is added here first, with a test that provokes it."""

NOTICES: Final = frozenset(
    {
        "no-namespace", "later-version", "preamble-ignored", "encoding-not-as-declared", "copy-or-duplicate",
        "misfit-reference",
    }
)  # fmt: skip
"""Codes that never stop a file."""


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

    def warned(self) -> Issue:
        """Return the same as a warning: recorded with its file, and stopping nothing."""
        return attrs.evolve(self, severity=Severity.WARNING)


def notice(code: str, place: str, message: str, value: str = "") -> Issue:
    """Make an Issue that is recorded with its file and stops nothing."""
    return Issue(code=code, place=place, message=message, value=value, severity=Severity.INFO)
