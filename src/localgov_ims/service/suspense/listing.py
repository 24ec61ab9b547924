"""Suspense: what nobody could place yet, item by item, with its age; listed, searched a page at a time, seen whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.suspense import OPEN_ITEMS, SuspenseCriteria, SuspenseItem, SuspenseState
from localgov_ims.errors import InvalidValue, NotFound
from localgov_ims.service.finding import stored_reference
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.service.reconciliation.batch_payments import booked_of
from localgov_ims.service.rules.bank_rows import said_of_part
from localgov_ims.service.suspense.items import Held, held_where
from localgov_ims.storage import statements
from localgov_ims.storage import suspense as stored
from localgov_ims.storage.searching import file_named
from localgov_ims.storage.suspense import SuspenseSearch
from localgov_ims.storage.transactions import lines

PAGE: Final = 20
MOST: Final = 500
"""Items of a page: usually, and at most."""

_FEW: Final = 2_000
_BLOCK: Final = 500


@frozen(kw_only=True)
class OpenItem:
    """A suspense item with what a person needs to place it.

    Attributes:
        reference: Of the line in the suspense fund.
        amount: What is left of it; whole: what it came to.
        age: In days since the money was taken.
        account: The council's bank account that it came to, where it came by one; text: what the bank or a person said.
        bank_line: The statement line it came from.
        mop: The method of payment that brought it.
    """

    item: SuspenseItem
    reference: str
    amount: Money
    whole: Money
    taken_on: date
    age: int
    account: str
    text: str
    bank_line: str
    mop: str

    @property
    def state(self) -> SuspenseState:
        """Whether all of it is left, a part or nothing."""
        return SuspenseState.of(self.whole, self.amount)


@frozen(kw_only=True)
class SuspensePage:
    """A page of items; `total_count` and `total`, what is left, are of all that fit. Pages are counted from 1."""

    items: tuple[OpenItem, ...]
    total_count: int
    total: Money
    page: int
    pages: int


def list_suspense(installation: Installation, criteria: SuspenseCriteria = OPEN_ITEMS) -> list[OpenItem]:
    """Return every item that fits with what is left of it, the oldest first, then the largest.

    Raises:
        NotPermitted: The permission suspense.view is missing.
        NotFound: There is no such file.
    """
    today = local_day(installation.clock())
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.SUSPENSE_VIEW)
        wanted = stored.page(connection, _ready(connection, criteria))
        return list(_items(connection, [line for line, _ in wanted], today))


def search_suspense(
    installation: Installation, criteria: SuspenseCriteria = OPEN_ITEMS, *, page: int = 1, size: int = PAGE
) -> SuspensePage:
    """Return a page of the items that fit, the oldest first, then the largest, with the number and sum of all.

    Raises:
        NotPermitted: The permission suspense.view is missing.
        InvalidValue: The size is not 1 to 500 (`bad_limit`), or there can be no such page (`bad_page`).
        NotFound: There is no such file.
    """
    today = local_day(installation.clock())
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.SUSPENSE_VIEW)
        if not 1 <= size <= MOST:
            raise InvalidValue("bad_limit", f"A page has 1 to {MOST} items, not {size}.", value=size)
        if not 1 <= page < 2**32:
            raise InvalidValue("bad_page", f"Pages are counted from 1; there is no page {page}.", value=page)
        search = _ready(connection, criteria)
        count, total, wanted = _page(connection, search, page, size)
        found = tuple(_items(connection, wanted, today))
    return SuspensePage(
        items=found, total_count=count, total=total, page=page, pages=max(1, -(-count // size))
    )


def _ready(connection: Connection, criteria: SuspenseCriteria) -> SuspenseSearch:
    file = file_named(connection, criteria.file) if criteria.file is not None else None
    if criteria.file is not None and file is None:
        message = f"There is no file '{quoted(criteria.file)}'. Give its id or the SHA-256 of its bytes."
        raise NotFound("no_such_file", message, file=criteria.file)
    typed = criteria.reference
    forms = (
        {typed, "".join(typed.split()), typed.upper(), stored_reference(typed)}
        if typed is not None
        else set()
    )
    return SuspenseSearch(criteria=criteria, references=tuple(sorted(forms)), file=file)


def _page(
    connection: Connection, search: SuspenseSearch, page: int, size: int
) -> tuple[int, Money, list[UUID]]:
    """Return how many items fit, what is left of them, and the lines of one page."""
    start = (page - 1) * size
    if search.criteria.narrative is not None:
        # Every text has to be looked at, so once is enough where few have it.
        every = stored.page(connection, search, limit=_FEW + 1)
        if len(every) <= _FEW:
            wanted = [line for line, _ in every[start : start + size]]
            return len(every), Money.total(left for _, left in every), wanted
    count, total = stored.totals(connection, search)
    if start >= count:
        return count, total, []
    found = stored.page(connection, search, limit=size, offset=start, fitting=count)
    return count, total, [line for line, _ in found]


def _items(connection: Connection, wanted: Sequence[UUID], today: date) -> Iterator[OpenItem]:
    for start in range(0, len(wanted), _BLOCK):
        block = wanted[start : start + _BLOCK]
        by_line = {each.line.id: each for each in held_where(connection, lines.c.id.in_(block))}
        yield from shown(connection, [by_line[line] for line in block], today)


def shown(connection: Connection, found: Sequence[Held], today: date) -> Iterator[OpenItem]:
    """Yield items as they are listed, with what the bank said of each, in the order given."""
    origins = {each.line.id: each.transaction.origin for each in found}
    wanted = {line: UUID(origin.id) for line, origin in origins.items() if origin.kind == "statement_line"}
    banked = {
        line.id: line
        for line in booked_of(connection, statements.with_ids(connection, list(wanted.values())))
    }
    for each in found:
        yield _open(each, banked.get(wanted[each.line.id]) if each.line.id in wanted else None, today)


def _open(found: Held, bank: StatementLine | None, today: date) -> OpenItem:
    taken_on = found.transaction.taken_on
    return OpenItem(
        item=found.item, reference=found.line.reference, amount=found.left, whole=found.line.amount, taken_on=taken_on,
        age=(today - taken_on).days, account=bank.account if bank is not None else "",
        text=said_of_part(bank, found.transaction, found.line).text if bank is not None else found.line.narrative or "",
        bank_line=str(bank.id) if bank is not None else "", mop=found.line.mop,
    )  # fmt: skip
