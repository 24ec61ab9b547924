"""Journals: balanced debits and credits for the finance ledger, and nothing else."""

from __future__ import annotations

import enum
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.errors import ConfigurationError, RuleViolation


@frozen(order=True)
class LedgerAccount:
    """A code of the finance ledger, with its dimensions (cost centre, project ...)."""

    code: str = field()
    dimensions: tuple[str, ...] = ()

    @code.validator
    def _printable(self, _: object, code: str) -> None:
        if not code.strip() or not code.isprintable():
            raise ConfigurationError("bad_ledger_code", f"{code!r} is no ledger code.", value=code)


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
    FEE = "fee"
    SUSPENSE = "suspense"
    OTHER = "other"
    FUND = "fund"
    VAT = "vat"


ROLE_ORDER = {role: place for place, role in enumerate(Role)}


@frozen(order=True)
class Source:
    """One thing that is journalled once: `kind` and identifier, unique for each ledger.

    Kinds: `line` (of a transaction), `transfer`, `banking` (a bank line beside the Receipt it became),
    `awaiting`, `match`, `settlement`, `other`.
    """

    kind: str
    id: str


@frozen(kw_only=True)
class Posting:
    """A debit or credit before it has a number: what one source says about one ledger account."""

    source: Source
    role: Role
    side: Side
    account: LedgerAccount
    amount: Money
    kind: str
    reference: str
    accounting_on: date
    taken_on: date
    fund: str | None = None
    mop: str | None = None
    vat_code: str | None = None

    @property
    def narrative(self) -> str:
        """The text of the line: what kind of thing, and its reference."""
        return f"{self.kind} {self.reference}"


@frozen(kw_only=True)
class JournalLine:
    """A numbered line of a Journal; its amount is above zero, the side says which way."""

    number: int
    posting: Posting

    @property
    def signed(self) -> Money:
        """The amount with its direction: debit positive, credit negative."""
        return self.posting.amount if self.posting.side is Side.DEBIT else -self.posting.amount


@frozen(kw_only=True)
class Journal:
    """Lines of one ledger and one day, in which debits equal credits, source by source.

    A journal never changes; it is corrected by another that names it in `replaces`.

    Raises:
        RuleViolation: It does not balance, a line is not above zero, or the days differ.
    """

    id: UUID
    number: str
    ledger: str
    accounting_on: date
    created_on: date
    lines: tuple[JournalLine, ...] = field()
    replaces: str | None = None

    @lines.validator
    def _balanced(self, _: object, lines: tuple[JournalLine, ...]) -> None:
        by_source: dict[Source, int] = defaultdict(int)
        for line in lines:
            by_source[line.posting.source] += line.signed.pence
            if line.posting.amount <= NOTHING or line.posting.accounting_on != self.accounting_on:
                message = f"Journal {self.number}, line {line.number}: it must be above zero and of the journal's day."
                raise RuleViolation("bad_journal_line", message, journal=self.number, line=line.number)
        for source, pence in by_source.items():
            if pence:
                message = (
                    f"Journal {self.number} does not balance: the postings of {source.kind} {source.id} "
                    f"differ by {Money(pence).shown()}. It was not made."
                )
                raise RuleViolation("unbalanced", message, journal=self.number, source=source)

    @property
    def debits(self) -> Money:
        """The sum of the debits."""
        return Money.total(line.posting.amount for line in self.lines if line.posting.side is Side.DEBIT)

    @property
    def credits(self) -> Money:
        """The sum of the credits."""
        return Money.total(line.posting.amount for line in self.lines if line.posting.side is Side.CREDIT)


@frozen
class ControlTotals:
    """What a journal file holds, counted from its bytes alone.

    `digest` is the hex SHA-256 over UTF-8 lines `{account code}|{signed pence}`, sorted, each ended by
    a line feed.
    """

    rows: int
    debit: Money
    credit: Money
    digest: str

    @classmethod
    def of(cls, amounts: Iterable[tuple[str, int]]) -> ControlTotals:
        """Count (account code, signed pence: debits above zero)."""
        rows = sorted(f"{code}|{pence}\n" for code, pence in amounts)
        signed = [int(row.rpartition("|")[2]) for row in rows]
        return cls(
            rows=len(rows),
            debit=Money(sum(pence for pence in signed if pence > 0)),
            credit=Money(-sum(pence for pence in signed if pence < 0)),
            digest=hashlib.sha256("".join(rows).encode()).hexdigest(),
        )


@frozen
class Artefact:
    """A file made for another system. `copy` marks one that was made before."""

    name: str
    media_type: str
    data: bytes
    totals: ControlTotals
    copy: bool = False


@frozen
class Problem:
    """Why a journal cannot be exported as asked: a stable code, the place, and a sentence."""

    code: str
    where: str
    message: str
