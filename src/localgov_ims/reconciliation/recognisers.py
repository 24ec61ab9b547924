"""Recognisers: what a bank line says of itself, before anybody asks whose money it is.

A line that names a provider, agency or service user number is *awaiting* that source's file until it is here:
never income meanwhile. One that names charges, payroll or payables is *other*.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence

from attrs import field, frozen

from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.patterns import Pattern, compile_pattern
from localgov_ims.domain.policies import Treatment, check_policy
from localgov_ims.domain.statements import StatementLine
from localgov_ims.errors import ConfigurationError

_LONGEST_WAIT = 366

BY_A_PERSON = "person"
"""The name of whatever a person decided: the rule of a Match made by hand, or of a disposition."""


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

    `format` is the reader of its files, `wait_days` the working days after which a missing one is a Break, `tariff` the
    name of what it keeps of each payment, `policy` what becomes of its settlements for some of their faults, by their codes.

    Raises:
        ConfigurationError: Its days are too many, it relaxes what cannot be, or has a policy where its files have an import
            type or a service user number, which say so.
    """

    name: str
    kind: SourceKind
    wait_days: int = 5
    format: str | None = None
    tariff: str | None = None
    policy: Mapping[str, Treatment] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Refuse what nobody could mean."""
        if not 0 <= self.wait_days <= _LONGEST_WAIT:
            message = f"Source {self.name!r}: wait_days must be 0 to {_LONGEST_WAIT}, not {self.wait_days}."
            raise ConfigurationError("bad_source", message, source=self.name)
        check_policy(self.policy, f"[sources.{self.name}] policy")
        if self.policy and self.kind is not SourceKind.SETTLEMENT:
            message = (
                f"Source {self.name!r}: only settlements have a policy here. Of other files their import type or their service "
                "user number says it."
            )
            raise ConfigurationError("bad_source", message, source=self.name)


@frozen(kw_only=True)
class Recogniser:
    """A pattern that names what a line is.

    Attributes:
        text: RE2, searched in the whole text of the line; its named groups are evidence, and some are compared by match
            rules: `payout`, `merchant`, `run`, `sun`, `advice`, `slip`, and `original`, the receipt that is taken back.
        account: Only lines of this bank account; none: of all.
        code: Only lines with this transaction code of the bank; counterparty: with this name, whatever its capitals.
        source: The answer *awaiting*: the source whose file explains the line.
        transfer: The answer *awaiting* too: the council's other bank account, whose line is the other leg.
        other: The answer *other*: what it is instead of income.
        ledger: Where *other* is journalled here; system: the system that journals it instead.
        wait_days: Days until the other leg is missed (three where nothing is said), or working days until that
            system's list is; nothing said: no list is expected.

    Raises:
        ConfigurationError: It has no answer or two, or its pattern is not RE2.
    """

    name: str
    sign: Sign
    text: str
    version: int = 1
    account: str | None = None
    code: str | None = None
    counterparty: str | None = None
    source: str | None = None
    transfer: str | None = None
    other: str | None = None
    ledger: LedgerAccount | None = None
    system: str | None = None
    wait_days: int | None = None
    _pattern: Pattern = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Compile the pattern, and refuse what contradicts itself."""
        faults = {
            "give either source (awaiting), transfer or other": (
                [self.source, self.transfer, self.other].count(None) != 2  # noqa: PLR2004 - all but one
            ),
            f"wait_days must be 0 to {_LONGEST_WAIT}": not 0 <= (self.wait_days or 0) <= _LONGEST_WAIT,
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

    @property
    def answer(self) -> tuple[str, str]:
        """What it says a line is; two that differ need a person."""
        if self.source is not None:
            return "awaiting", self.source
        return ("transfer", self.transfer) if self.transfer is not None else ("other", self.other or "")

    @property
    def groups(self) -> dict[str, int]:
        """The named groups of the pattern, with their numbers."""
        return dict(self._pattern.groupindex)

    def recognise(self, line: StatementLine) -> dict[str, str] | None:
        """Return the evidence (named groups) if the line is what this recogniser names, else none."""
        said = line.line
        if self.account not in {None, line.account} or self.code not in {None, said.code}:
            return None
        if (said.amount.pence > 0) is not (self.sign is Sign.CREDIT):
            return None
        name = (said.counterparty_name or "").casefold()
        if self.counterparty is not None and self.counterparty.casefold() != name:
            return None
        found = self._pattern.search(said.text)
        return {name: value for name, value in found.groupdict().items() if value} if found else None


@frozen(kw_only=True)
class Recognition:
    """That a line was recognised: by which recogniser, and the evidence."""

    recogniser: Recogniser
    evidence: dict[str, str]


def said_by_a_person(source: str, line: StatementLine) -> Recognition:
    """Return that a line is a source's because a person said so; no recogniser is asked then."""
    sign = Sign.CREDIT if line.line.amount.pence > 0 else Sign.DEBIT
    return Recognition(
        recogniser=Recogniser(name=BY_A_PERSON, sign=sign, text="", source=source), evidence={}
    )


def recognise(recognisers: Iterable[Recogniser], line: StatementLine) -> Sequence[Recognition]:
    """Return every recognition of a line, those with one answer once; more than one is ambiguous."""
    answers: dict[tuple[str, str], Recognition] = {}
    for recogniser in recognisers:
        evidence = recogniser.recognise(line)
        if evidence is not None:
            recognition = Recognition(recogniser=recogniser, evidence=evidence)
            answers.setdefault(recogniser.answer, recognition)
    return list(answers.values())
