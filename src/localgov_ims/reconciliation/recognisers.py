"""Recognisers: what a bank line says of itself, before anybody asks whose money it is.

A line that names a provider, agency or service user number is *awaiting* that source's file until it is here:
never income meanwhile. One that names charges, payroll or payables is *other*.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence

from attrs import field, frozen

from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.patterns import Pattern, compile_pattern
from localgov_ims.errors import ConfigurationError

_LONGEST_WAIT = 366


class Sign(enum.Enum):
    """Which way the money goes."""

    CREDIT = "credit"
    DEBIT = "debit"


class SourceKind(enum.Enum):
    """What kind of file a source sends."""

    SETTLEMENT = "settlement"
    INCOME = "income"
    DIRECT_DEBIT = "direct_debit"


@frozen(kw_only=True)
class IncomeSource:
    """Somebody whose bank credits are explained by a file: a provider, an agency, a collection.

    `format` is the reader of its files, `wait_days` the working days after which a missing one is a Break.
    """

    name: str
    kind: SourceKind
    wait_days: int = 5
    format: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what nobody could mean."""
        if not 0 <= self.wait_days <= _LONGEST_WAIT:
            message = f"Source {self.name!r}: wait_days must be 0 to {_LONGEST_WAIT}, not {self.wait_days}."
            raise ConfigurationError("bad_source", message, source=self.name)


@frozen(kw_only=True)
class Recogniser:
    """A pattern that names what a line is.

    Attributes:
        text: RE2, searched in the whole text of the line; its named groups are evidence. The group `payout`
            is compared with the numbers of settlements.
        account: Only lines of this bank account; none: of all.
        source: The answer *awaiting*: the source whose file explains the line.
        other: The answer *other*: what it is instead of income.
        ledger: Where *other* is journalled here; system: the system that journals it instead.

    Raises:
        ConfigurationError: It has no answer or two, or its pattern is not RE2.
    """

    name: str
    sign: Sign
    text: str
    version: int = 1
    account: str | None = None
    source: str | None = None
    other: str | None = None
    ledger: LedgerAccount | None = None
    system: str | None = None
    _pattern: Pattern = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Compile the pattern, and refuse what contradicts itself."""
        faults = {
            "give either source (awaiting) or other": (self.source is None) is (self.other is None),
            "other needs ledger (journalled here) or system (journalled there)": self.other is not None
            and (self.ledger is None) is (self.system is None),
        }
        for fault, present in faults.items():
            if present:
                raise ConfigurationError(
                    "bad_recogniser", f"Recogniser {self.name!r}: {fault}.", recogniser=self.name
                )
        try:
            object.__setattr__(self, "_pattern", compile_pattern(self.text))
        except ValueError as error:
            message = f"Recogniser {self.name!r}: {error}."
            raise ConfigurationError("bad_recogniser", message, recogniser=self.name) from error

    def recognise(self, account: str, pence: int, text: str) -> dict[str, str] | None:
        """Return the evidence (named groups) if the line is what this recogniser names, else none."""
        if self.account is not None and self.account != account:
            return None
        if (pence > 0) is not (self.sign is Sign.CREDIT):
            return None
        found = self._pattern.search(text)
        return {name: value for name, value in found.groupdict().items() if value} if found else None


@frozen(kw_only=True)
class Recognition:
    """That a line was recognised: by which recogniser, and the evidence."""

    recogniser: Recogniser
    evidence: dict[str, str]

    @property
    def answer(self) -> tuple[str, str]:
        """What the recogniser says the line is; two that differ need a person."""
        if self.recogniser.source is not None:
            return "awaiting", self.recogniser.source
        return "other", self.recogniser.other or ""


def recognise(
    recognisers: Iterable[Recogniser], account: str, pence: int, text: str
) -> Sequence[Recognition]:
    """Return every recognition of a line, those with one answer once; more than one is ambiguous."""
    answers: dict[tuple[str, str], Recognition] = {}
    for recogniser in recognisers:
        evidence = recogniser.recognise(account, pence, text)
        if evidence is not None:
            recognition = Recognition(recogniser=recogniser, evidence=evidence)
            answers.setdefault(recognition.answer, recognition)
    return list(answers.values())
