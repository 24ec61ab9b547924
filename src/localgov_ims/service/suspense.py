"""Suspense: what nobody could place yet, item by item, with its age."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.draws import available
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.suspense import SuspenseItem
from localgov_ims.domain.transactions import Line, Transaction
from localgov_ims.service.installation import Installation
from localgov_ims.service.permitting import permit
from localgov_ims.storage import draws, statements, transactions


@frozen(kw_only=True)
class OpenItem:
    """A suspense item with what a person needs to place it.

    `reference` names the line of the suspense fund, `bank_line` the statement line it came from; `age` is in days since the money was taken.
    """

    item: SuspenseItem
    reference: str
    amount: Money
    taken_on: date
    age: int
    account: str
    text: str
    bank_line: str


def list_suspense(installation: Installation) -> list[OpenItem]:
    """Return every item in suspense with what is left of it, the oldest first, then the largest.

    Raises:
        NotPermitted: The permission suspense.view is missing.
    """
    today = local_day(installation.clock())
    fund = installation.council.suspense_fund.code
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.SUSPENSE_VIEW)
        items = {item.line: item for item in transactions.some_suspense(connection)}
        held = list(transactions.whole(connection, transactions.lines.c.fund == fund))
        standing = draws.taken(connection, list(items))
        wanted = [UUID(t.origin.id) for t in held if t.origin.kind == "statement_line"]
        banked = {line.id: line for line in statements.with_ids(connection, wanted)}
    found = [
        _open(items[line.id], line, left, transaction, _bank_line(transaction, banked), today)
        for transaction in held
        for line in transaction.lines
        if line.id in items and (left := available(line, standing[line.id]))
    ]
    return sorted(found, key=lambda item: (-item.age, -abs(item.amount.pence), item.reference))


def _bank_line(transaction: Transaction, banked: Mapping[UUID, StatementLine]) -> StatementLine | None:
    return banked.get(UUID(transaction.origin.id)) if transaction.origin.kind == "statement_line" else None


def _open(
    item: SuspenseItem,
    line: Line,
    left: Money,
    transaction: Transaction,
    bank: StatementLine | None,
    today: date,
) -> OpenItem:
    return OpenItem(
        item=item, reference=line.reference, amount=left, taken_on=transaction.taken_on,
        age=(today - transaction.taken_on).days, account=bank.account if bank is not None else "",
        text=bank.line.text if bank is not None else "",
        bank_line=str(bank.id) if bank is not None else "",
    )  # fmt: skip
