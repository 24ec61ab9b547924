"""Originals: which receipt of ours the bank takes back with an unpaid, if it is here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.transactions import Transaction, TransactionKind
from localgov_ims.domain.unpaids import RecordedUnpaid
from localgov_ims.errors import InvalidValue
from localgov_ims.service.council import Council
from localgov_ims.storage import reversals, transactions

_ASKED_AT_ONCE = 300


@frozen
class Originals:
    """The receipts that some unpaids may be of, each to be taken once."""

    council: Council
    found: Mapping[str, Sequence[Transaction]]
    taken: set[UUID]

    def take(self, recorded: RecordedUnpaid) -> Transaction | None:
        """Return the receipt that an unpaid takes back, and give it to no other; none where it is not certain.

        Where the day of collection is known, equal receipts of one account and day are one as good as another. Where it
        is not, one month's Direct Debit looks like the next, so exactly one must fit.
        """
        unpaid = recorded.unpaid
        found = {
            each.id: each
            for written in spellings(self.council, unpaid.reference)
            for each in self.found.get(written, ())
            if each.id not in self.taken
            and each.total == -unpaid.amount
            and unpaid.original_on in {None, each.taken_on}
            and self._by_direct_debit(each, recorded.service_user)
        }
        fitting = list(found.values())
        accounts = {(line.fund, line.account_reference) for each in fitting for line in each.lines}
        certain = len(fitting) == 1 or (unpaid.original_on is not None and len(accounts) == 1)
        if not fitting or not certain:
            return None
        self.taken.add(fitting[0].id)
        return fitting[0]

    def _by_direct_debit(self, transaction: Transaction, service_user: str) -> bool:
        user = self.council.service_users.get(service_user)
        return user is not None and all(line.mop == user.mop for line in transaction.lines)


def originals_of(connection: Connection, council: Council, unpaids: Iterable[RecordedUnpaid]) -> Originals:
    """Return the receipts on the accounts of some unpaids that have not been taken back, asked for all at once."""
    written = sorted({text for each in unpaids for text in spellings(council, each.unpaid.reference)})
    found: dict[str, list[Transaction]] = {}
    for start in range(0, len(written), _ASKED_AT_ONCE):
        for transaction in _receipts(connection, written[start : start + _ASKED_AT_ONCE]):
            for reference in {line.account_reference for line in transaction.lines}:
                if reference is not None:
                    found.setdefault(reference, []).append(transaction)
    return Originals(council, found, set())


def spellings(council: Council, reference: str) -> list[str]:
    """Return a reference as Bacs prints it and as each format of the council's would keep it."""
    found = {reference}
    for format_ in council.formats.values():
        with suppress(InvalidValue):
            found.add(format_.compact(reference))
    return sorted(text for text in found if text)


def _receipts(connection: Connection, references: Sequence[str]) -> Iterator[Transaction]:
    t, lines, back = transactions.transactions, transactions.lines, reversals.taking_back
    undone = sa.select(lines.c.transaction).join(back, back.c.reverses == lines.c.id)
    named = sa.select(lines.c.transaction).where(lines.c.account_reference.in_(references), lines.c.pence > 0)
    yield from transactions.whole(
        connection,
        t.c.id.in_(named),
        t.c.kind == TransactionKind.RECEIPT.value,
        t.c.id.not_in(undone),
    )
