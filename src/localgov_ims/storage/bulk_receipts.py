"""Receipts by the hundred thousand: rows of a file as rows of the tables, without a record object for each.

What is written is what `transactions.add` writes of the same Receipts; a test compares the two, column by column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen

from localgov_ims.domain.ids import new_hexes, new_reference
from localgov_ims.domain.transactions import Channel, TransactionKind
from localgov_ims.storage import personal, transactions
from localgov_ims.storage.schema import moment_text
from localgov_ims.storage.store import Unit

ORIGIN = "income_file"
"""The kind of origin of what a file's row became: its id is the file's, a slash, and the row's position."""

_KIND, _CHANNEL = TransactionKind.RECEIPT.value, Channel.FILE.value
_day = lru_cache(maxsize=4096)(date.isoformat)

BulkLine = tuple[str, str | None, int, str | None, str | None, int, int, str, str | None, str | None]
"""Fund, account reference, pence, VAT code, treatment, rate in thousandths, VAT in pence, method, narrative, rule."""


@frozen
class BulkReceipt:
    """A Receipt of a row: its lines, and what of the row is not on them."""

    position: int
    taken_on: date
    lines: Sequence[BulkLine]
    office: str | None = None
    taken_at: datetime | None = None
    provider_reference: str | None = None
    caller_reference: str | None = None


def origin_of(file: UUID, position: int) -> str:
    """Return what the origin of a row's Receipt is called."""
    return f"{file}/{position}"


def of_file(file: UUID, run: int) -> sa.ColumnElement[bool]:
    """Return the condition on transactions that they came from a run of a file; the origins' index answers it."""
    # The character after the slash bounds every id that begins with the file's.
    return sa.and_(
        transactions.transactions.c.origin_kind == ORIGIN,
        transactions.transactions.c.origin_id > f"{file}/",
        transactions.transactions.c.origin_id < f"{file}0",
        transactions.transactions.c.origin_n == run,
    )


def add(
    unit: Unit, receipts: Sequence[BulkReceipt], *, file: UUID, run: int, by: str, personal_narratives: bool = False
) -> list[str]:  # fmt: skip
    """Record Receipts, and return the id of the first line of each, as 32 digits.

    Raises:
        AlreadyDone: A row of this run is recorded already.
    """
    at, prefix = moment_text(unit.at), f"{file}/"
    ids = iter(new_hexes(sum(1 + len(receipt.lines) for receipt in receipts)))
    heads, details, firsts, sealed = [], [], [], []
    for receipt in receipts:
        identifier, reference = next(ids), new_reference()
        moment = receipt.taken_at
        heads.append(
            [
                identifier, _KIND, reference, _CHANNEL, ORIGIN, f"{prefix}{receipt.position}", run, _day(receipt.taken_on),
                at, by, None, receipt.provider_reference, None, None, None, None, receipt.office,
                moment_text(moment) if moment is not None else None, receipt.caller_reference, None, None,
            ]
        )  # fmt: skip
        for number, own in enumerate(receipt.lines, start=1):
            fund, account, pence, code, treatment, rate, vat, mop, narrative, rule = own
            line = next(ids)
            if number == 1:
                firsts.append(line)
            said = None
            if personal_narratives and narrative is not None:
                said = personal.seal(UUID(line), {"narrative": narrative})
                sealed.append(said)
            details.append(
                [
                    line, identifier, number, f"{reference}_{number}", fund, account, pence, code, treatment, rate, vat,
                    mop, narrative if said is None else None, rule, None, None, None, None,
                    said.hash if said is not None else None,
                ]
            )  # fmt: skip
    unit.record_canonical(transactions.transactions, heads)
    unit.record_canonical(transactions.lines, details)
    if sealed:
        unit.personal(sealed)
    return firsts


def add_suspense(unit: Unit, items: Iterable[list[object]]) -> None:
    """Record what is kept of suspense lines, given as canonical rows."""
    unit.record_canonical(transactions.suspense, items)
