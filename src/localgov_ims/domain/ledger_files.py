"""Files for the finance ledger: what is made of a journal, what is counted in it, and what comes back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from attrs import frozen

from localgov_ims.domain.money import Money


@frozen
class ControlTotals:
    """What a journal file holds, counted from its bytes alone.

    `debit` and `credit` are as written in the file. `digest` is the hex SHA-256 over UTF-8 lines
    `{account code}|{signed pence}`, sorted, each ended by a line feed.
    """

    rows: int
    debit: Money
    credit: Money
    digest: str

    @classmethod
    def of(cls, amounts: Iterable[tuple[str, int]]) -> ControlTotals:
        """Count (account code, signed pence: debits above zero)."""
        debit = credit = 0
        rows = []
        for code, pence in amounts:
            rows.append(f"{code}|{pence}\n")
            if pence > 0:
                debit += pence
            else:
                credit -= pence
        rows.sort()
        return cls(
            rows=len(rows),
            debit=Money(debit),
            credit=Money(credit),
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


@frozen(kw_only=True)
class RejectedLine:
    """A line of a journal that the finance system did not take, by its number, and why."""

    number: int
    reason: str


@frozen(kw_only=True)
class Acknowledgement:
    """What a finance system says of a journal.

    Attributes:
        journal: The journal's number.
        accepted: Whether it took anything of it.
        rejected: The lines it did not take; some in an accepted journal make it accepted in part.
        named: The lines that it names, where it speaks of each by itself; none where it speaks of the whole.
        message: What else it said.
    """

    journal: str
    accepted: bool
    rejected: tuple[RejectedLine, ...] = ()
    named: frozenset[int] | None = None
    message: str = ""
