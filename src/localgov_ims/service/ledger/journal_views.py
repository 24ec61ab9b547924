"""Looking at journals: which there are, where each stands, and what a line adds up."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from localgov_ims.domain.journal_states import Standing
from localgov_ims.domain.journals import Journal, JournalLine
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import NotFound
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage import journal_states
from localgov_ims.storage import journals as stored


@frozen(kw_only=True)
class Listed:
    """A journal at a glance; `lines` as they were posted, `debits` before any netting."""

    number: str
    ledger: str
    accounting_on: date
    period: str
    lines: int
    debits: Money
    standing: Standing
    replaces: str | None


@frozen(kw_only=True)
class Drilled:
    """A journal as it was posted, where it stands, and every single line, each with the line that adds it up."""

    journal: Journal
    standing: Standing
    details: tuple[tuple[int, JournalLine], ...]

    def of(self, number: int) -> tuple[JournalLine, list[JournalLine]]:
        """Return a line, and the lines that it adds up.

        Raises:
            NotFound: There is no such line.
        """
        for line in self.journal.lines:
            if line.number == number:
                return line, [detail for place, detail in self.details if place == number]
        message = (
            f"Journal {self.journal.number} has no line {number}; it has 1 to {len(self.journal.lines)}."
        )
        raise NotFound("not_found", message, journal=self.journal.number, line=number)


def list_journals(
    installation: Installation, ledger: str | None = None, period: PeriodNumber | None = None
) -> list[Listed]:
    """Return the journals of a ledger and period, or of all, the newest first.

    Raises:
        NotPermitted: The permission transaction.view is missing.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.TRANSACTION_VIEW)
        return [
            Listed(
                number=row.number, ledger=row.ledger, accounting_on=row.accounting_on, period=row.period, lines=row.lines,
                debits=Money(int(row.debits)), standing=journal_states.standing(connection, row.number), replaces=row.replaces,
            )
            for row in journal_states.heads(connection, ledger, period)
        ]  # fmt: skip


def drill(installation: Installation, number: str) -> Drilled:
    """Return a journal with every single line.

    Raises:
        NotPermitted: The permission transaction.view is missing.
        NotFound: There is no such journal.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.TRANSACTION_VIEW)
        standing = journal_states.standing(connection, number)
        ((whole, places),) = stored.detailed(connection, stored.journals.c.number == number)
        (posted,) = stored.some(connection, stored.journals.c.number == number)
    own = places if places is not None else [line.number for line in whole.lines]
    return Drilled(journal=posted, standing=standing, details=tuple(zip(own, whole.lines, strict=True)))
