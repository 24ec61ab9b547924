"""Searching income: a page at a time, one transaction whole, or everything found as a file."""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import json
from collections.abc import Callable, Iterator
from copy import copy
from datetime import datetime
from typing import BinaryIO, Final
from uuid import UUID

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.documents.tables import Column, Kind, write_csv, write_json, write_xlsx
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.searching import Criteria, as_kept
from localgov_ims.domain.transactions import Transaction
from localgov_ims.domain.vat import VatRate
from localgov_ims.errors import InvalidValue, NotFound, NotPermitted
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.storage import searching as stored
from localgov_ims.storage import transactions
from localgov_ims.storage.searching import FoundLine, Place, Search

PAGE: Final = 20
MOST: Final = 500
"""Rows of a page: usually, and at most."""


class Format(enum.Enum):
    """The kinds of file that an export makes."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


@frozen(kw_only=True)
class Page:
    """A page of what was found, the newest first.

    Attributes:
        total_count, total: Of everything found, not only of this page.
        next_cursor: What to ask with for the next page; none: this is the last.
    """

    rows: tuple[FoundLine, ...]
    total_count: int
    total: Money
    next_cursor: str | None


@frozen(kw_only=True)
class TransactionView:
    """A transaction with the lines that a user may see, and how many are hidden because their funds are not theirs."""

    transaction: Transaction
    hidden: int


def search(
    installation: Installation, criteria: Criteria, *, limit: int = PAGE, cursor: str | None = None
) -> Page:
    """Return a page of the lines that fit, with their number and sum; what is recorded meanwhile moves nothing.

    Raises:
        NotPermitted: The permission `transaction.list` is missing, or a fund asked for is not the user's.
        InvalidValue: A fund or method is unknown, the limit is not 1 to 500, or the cursor is of another search.
        NotFound: There is no such file.
    """
    with installation.store.reading() as connection:
        asked = _ready(installation, connection, criteria)
        if not 1 <= limit <= MOST:
            raise InvalidValue("bad_limit", f"A page has 1 to {MOST} rows, not {limit}.", value=limit)
        after = _place(criteria, cursor) if cursor is not None else None
        found = list(stored.rows(connection, asked, after=after, limit=limit + 1))
        count, total = stored.totals(connection, asked)
    more = len(found) > limit
    rows = tuple(found[:limit])
    return Page(
        rows=rows, total_count=count, total=total,
        next_cursor=_cursor(criteria, rows[-1].place) if more else None,
    )  # fmt: skip


def view_transaction(installation: Installation, reference: str) -> TransactionView:
    """Return the transaction of a receipt number as typed, with those of its lines that the user may see.

    Raises:
        NotPermitted: The permission `transaction.view` is missing, or none of its lines is in a fund of the user's.
        NotFound: There is none.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.TRANSACTION_VIEW)
        wanted = as_kept(reference.strip())
        whole = next(transactions.some(connection, transactions.transactions.c.reference.in_(wanted)), None)
    if whole is None:
        message = f"There is no transaction '{quoted(reference)}'. Compare it with the receipt."
        raise NotFound("no_such_transaction", message, reference=reference)
    own = tuple(line for line in whole.lines if rights.sees(line.fund))
    with installation.store.reading() as connection:
        permit_accounts(
            installation, connection, rights, [(line.fund, line.account_reference) for line in own]
        )
    if not own:
        message = f"Transaction {whole.reference} is in funds that are not yours."
        raise NotPermitted("fund_not_permitted", message, user=rights.user.name)
    part = copy(whole)
    # A part of a transfer does not balance: it is no transaction, only what may be shown of one.
    object.__setattr__(part, "lines", own)
    return TransactionView(transaction=part, hidden=len(whole.lines) - len(own))


def export(installation: Installation, criteria: Criteria, kind: Format, stream: BinaryIO) -> int:
    """Write every line that fits, the newest first, and return how many there were; they are never held.

    Raises:
        NotPermitted: As for `search`.
        InvalidValue: As for `search`, or a text is too long for a spreadsheet.
        NotFound: There is no such file.
        RuleViolation: There are more rows than a spreadsheet holds.
    """
    writes: dict[Format, Callable[..., int]] = {
        Format.CSV: write_csv,
        Format.XLSX: write_xlsx,
        Format.JSON: write_json,
    }
    write = writes[kind]
    with installation.store.reading() as connection:
        asked = _ready(installation, connection, criteria)
        return write(COLUMNS, _cells(stored.rows(connection, asked)), stream)


COLUMNS: Final = (
    Column("line_reference"), Column("payment_reference"), Column("provider_reference"), Column("office"),
    Column("recorded_at", Kind.MOMENT), Column("taken_on"), Column("account_reference"), Column("user"),
    Column("fund"), Column("mop"), Column("amount", Kind.MONEY), Column("vat_code"), Column("vat_rate"),
    Column("vat", Kind.MONEY), Column("narrative"),
)  # fmt: skip
"""What an export says of each line; `taken_on` has its time where that is known, so it is text."""


def _cells(found: Iterator[FoundLine]) -> Iterator[tuple[object, ...]]:
    for row in found:
        yield (
            row.reference, row.payment or row.receipt, row.provider_reference, row.office, row.recorded_at,
            taken(row), row.account_reference, row.user, row.fund, row.mop, row.amount, row.vat_code,
            fraction(row.vat_rate), row.vat, row.narrative,
        )  # fmt: skip


def taken(row: FoundLine) -> str:
    """Return the day on which a line was paid, with its time in London where it is known."""
    if row.taken_at is None:
        return row.taken_on.isoformat()
    return row.taken_at.astimezone(LONDON).isoformat(timespec="seconds")


def fraction(rate: VatRate) -> str:
    """Return a rate of VAT as a decimal fraction of three places: `0.200`."""
    whole, thousandths = divmod(rate.thousandths, 1000)
    return f"{whole}.{thousandths:03}"


def _ready(installation: Installation, connection: Connection, criteria: Criteria) -> Search:
    rights = permit(installation, connection, Permission.TRANSACTION_LIST, funds=criteria.funds)
    council = installation.council
    for what, asked, known in (
        ("fund", criteria.funds, council.funds),
        ("method", criteria.methods, council.methods),
    ):
        for code in asked:
            if code not in known:
                message = f"There is no {what} '{quoted(code)}'; there are: {', '.join(sorted(known))}."
                raise InvalidValue(f"unknown_{what}", message, value=code)
    file = stored.file_named(connection, criteria.file) if criteria.file is not None else None
    if criteria.file is not None and file is None:
        message = f"There is no file '{quoted(criteria.file)}'. Give its id or the SHA-256 of its bytes."
        raise NotFound("no_such_file", message, file=criteria.file)
    return Search(criteria=criteria, accounts=_as_kept(council, criteria), file=file, limit_to=rights.funds)


def _as_kept(council: Council, criteria: Criteria) -> set[str]:
    """Return the account reference in the canonical form of every fund that it can be one of."""
    made = set[str]()
    for code in council.funds if criteria.account_reference is not None else ():
        form = council.references.format_of(code)
        try:
            made |= {form.parse(criteria.account_reference or "").text} if form is not None else set()
        except InvalidValue:
            continue  # not one of this fund's, which is no fault of a search
    return made


def _cursor(criteria: Criteria, place: Place) -> str:
    said = json.dumps([place.recorded_at.isoformat(), place.transaction.hex, place.number, criteria.digest])
    return base64.urlsafe_b64encode(_sum(said) + said.encode()).decode().rstrip("=")


_MOST = 2**63
"""What a database's whole numbers stay below."""


def _place(criteria: Criteria, cursor: str) -> Place:
    """Read a cursor back. It opens nothing (the limits are in every query), so a checksum is enough."""
    text = cursor.strip()
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        said = raw[8:].decode()
        at, transaction, number, digest = json.loads(said)
        place = Place(datetime.fromisoformat(at), UUID(hex=transaction), int(number))
    except (binascii.Error, ValueError, TypeError, AttributeError, OverflowError):
        raise _bad_cursor() from None
    if (
        raw[:8] != _sum(said)
        or digest != criteria.digest
        or not 0 <= place.number < _MOST
        or place.recorded_at.tzinfo is None
    ):
        raise _bad_cursor()
    return place


def _sum(said: str) -> bytes:
    return hashlib.sha256(said.encode()).digest()[:8]


def _bad_cursor() -> InvalidValue:
    message = "The cursor is not one that this search gave. Begin with the first page, without a cursor."
    return InvalidValue("bad_cursor", message)
