"""Finding items of suspense by the references of their lines; access to the suspense fund is not needed for it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.draws import NONE_TAKEN, Taken, available
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.suspense import SuspenseItem
from localgov_ims.domain.transactions import Line, Transaction
from localgov_ims.errors import NotFound
from localgov_ims.service.finding import stored_reference
from localgov_ims.service.reconciliation.batch_payments import booked_of
from localgov_ims.storage import draws, statements, transactions


@frozen(kw_only=True)
class Held:
    """An item of suspense: what is kept of it, its line and transaction, and what stands against the line."""

    item: SuspenseItem
    line: Line
    transaction: Transaction
    taken: Taken = NONE_TAKEN

    @property
    def left(self) -> Money:
        """What of it can still be taken, with its sign."""
        return available(self.line, self.taken)


def held(connection: Connection, references: Iterable[str]) -> dict[str, Held]:
    """Return the items of the lines that *references* name, as typed, by these.

    Raises:
        NotFound: One of them is no item of suspense (`no_such_item`).
    """
    wanted = {typed: stored_reference(typed) for typed in references}
    found = held_where(connection, transactions.lines.c.reference.in_(sorted(set(wanted.values()))))
    by_reference = {each.line.reference: each for each in found}
    for typed, reference in wanted.items():
        if reference not in by_reference:
            raise no_such_item(typed)
    return {typed: by_reference[reference] for typed, reference in wanted.items()}


def held_where(connection: Connection, *where: object) -> list[Held]:
    """Return the items whose lines fit."""
    whole = list(transactions.whole(connection, *where))  # type: ignore[arg-type]
    lines = {line.id: (line, each) for each in whole for line in each.lines}
    items = list(transactions.some_suspense(connection, transactions.suspense.c.line.in_(list(lines))))
    standing = draws.taken(connection, [item.line for item in items])
    return [
        Held(item=item, line=lines[item.line][0], transaction=lines[item.line][1], taken=standing[item.line])
        for item in items
    ]


def bank_line_of(connection: Connection, item: Held) -> StatementLine | None:
    """Return the statement line that an item came by, if it came by one; of a batch, what of it became income or suspense."""
    origin = item.transaction.origin
    if origin.kind != "statement_line":
        return None
    return next(booked_of(connection, statements.with_ids(connection, [UUID(origin.id)])), None)


def no_such_item(reference: str) -> NotFound:
    """Make the error for a reference that names no item of suspense."""
    message = (
        f"There is no item {reference!r} in suspense. `ims suspense list --state all` names each by its line, such as "
        "K7MP-2QXW-9TRN_1."
    )
    return NotFound("no_such_item", message, reference=reference)
