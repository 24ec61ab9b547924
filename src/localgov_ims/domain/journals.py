"""Journals: balanced debits and credits for the finance ledger, and nothing else."""

from __future__ import annotations

import enum
from collections import defaultdict
from datetime import date
from typing import Final

from attrs import field, frozen

from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.errors import ConfigurationError, InvalidValue, RuleViolation

LARGEST: Final = 100_000
"""A journal has at most this many lines; a bigger day makes several, split between sources."""


@frozen(order=True)
class LedgerAccount:
    """A code of the finance ledger, with its dimensions (cost centre, project ...)."""

    code: str = field()
    dimensions: tuple[str, ...] = ()

    @code.validator
    def _printable(self, _: object, code: str) -> None:
        if not code.strip() or not code.isprintable():
            raise ConfigurationError("bad_ledger_code", f"{code!r} is no ledger code.", value=code)

    def __str__(self) -> str:
        """Return what people read: code and dimensions, slashes between."""
        return "/".join((self.code, *self.dimensions))


class Side(enum.Enum):
    """The two sides of double entry, debit first."""

    DEBIT = "debit"
    CREDIT = "credit"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


class Role(enum.Enum):
    """What a journal line is for, in the order in which lines of one side are written."""

    BANK = "bank"
    CLEARING = "clearing"
    AWAITING = "awaiting"
    DISPUTED = "disputed"
    FEE = "fee"
    DIFFERENCE = "difference"
    SUSPENSE = "suspense"
    OTHER = "other"
    FUND = "fund"
    VAT = "vat"


ROLE_ORDER = {role: place for place, role in enumerate(Role)}


@frozen(order=True, cache_hash=True)
class Source:
    """One thing that is journalled once: `kind` and identifier, unique for each ledger. As text `kind:id`.

    Kinds: `line` (of a transaction), `transfer`, `banking` (a bank line beside the Receipt it became),
    `awaiting`, `match`, `undo` (of a match), `settlement`, `found` (a payment, after its payout was journalled), `other`;
    `journal` of the lines of a summary, which balance together.
    """

    kind: str
    id: str

    @classmethod
    def parse(cls, text: str) -> Source:
        """Read `kind:id`.

        Raises:
            InvalidValue: There is no colon, or nothing on one side of it.
        """
        kind, _, identifier = text.partition(":")
        if not kind or not identifier:
            message = f"{text!r} is no source: write kind:id, such as line:R7."
            raise InvalidValue("bad_source", message, value=text)
        return cls(kind, identifier)

    def __str__(self) -> str:
        """Return `kind:id`."""
        return f"{self.kind}:{self.id}"


@frozen(kw_only=True)
class JournalLine:
    """A numbered line of a Journal: an amount above zero on one side of a ledger account.

    Attributes:
        number: From 1.
        role: What its account was chosen for; kind: what happened (`Receipt`, `Settlement` ...).
        narrative: What it says, `{kind} {reference}` unless it is a summary's.
        reference: That of the transaction, settlement or bank line.
        taken_on: The true day of what happened; the journal's own day may be a later one.
        vat_code: The council's, on lines of funds and of VAT.
        merchant_account: Of a line of clearing, what its provider pays out by; none where it has none.
        source: What it balances with.
        sources: In a summary, everything that is added up in this line; else empty.
    """

    number: int
    account: LedgerAccount
    side: Side
    amount: Money
    role: Role
    kind: str
    narrative: str
    reference: str
    taken_on: date
    source: Source
    vat_code: str | None = None
    fund: str | None = None
    mop: str | None = None
    office: str | None = None
    merchant_account: str | None = None
    sources: tuple[Source, ...] = ()

    @property
    def signed(self) -> Money:
        """The amount with its direction: debit positive, credit negative."""
        return self.amount if self.side is Side.DEBIT else -self.amount


@frozen(kw_only=True)
class Journal:
    """Lines of one ledger and one day, in which debits equal credits, source by source.

    A journal never changes; it is corrected by another that names it in `replaces`. Its number,
    `{ledger}-{accounting_on:%Y%m%d}-{seq:03d}`, is the batch id by which the finance system knows it.

    Raises:
        RuleViolation: It does not balance, has more than 100,000 lines, or one that is not above zero.
    """

    number: str
    ledger: str
    accounting_on: date
    period: PeriodNumber
    created_on: date
    lines: tuple[JournalLine, ...] = field()
    replaces: str | None = None

    @lines.validator
    def _balanced(self, _: object, lines: tuple[JournalLine, ...]) -> None:
        by_source: dict[Source, int] = defaultdict(int)
        for line in lines:
            pence = line.amount.pence  # in plain numbers: a journal has a hundred thousand lines
            by_source[line.source] += pence if line.side is Side.DEBIT else -pence
            if pence <= 0:
                message = f"Journal {self.number}, line {line.number}: its amount must be above zero."
                raise RuleViolation("bad_journal_line", message, journal=self.number, line=line.number)
        for source, pence in by_source.items():
            if pence:
                message = (
                    f"Journal {self.number} does not balance: the lines of {source.kind} {source.id} "
                    f"differ by {Money(pence).shown()}. It was not made."
                )
                raise RuleViolation("unbalanced", message, journal=self.number, source=source)
        if len(lines) > LARGEST:
            message = (
                f"Journal {self.number} has {len(lines):,} lines; at most {LARGEST:,} are allowed. Split it."
            )
            raise RuleViolation("too_many_lines", message, journal=self.number)

    @property
    def debits(self) -> Money:
        """The sum of the debits."""
        return Money.total(line.amount for line in self.lines if line.side is Side.DEBIT)

    @property
    def credits(self) -> Money:
        """The sum of the credits."""
        return Money.total(line.amount for line in self.lines if line.side is Side.CREDIT)
