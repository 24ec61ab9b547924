"""Open claims: what a payer's bank still may take back of receipts, so that nobody refunds the payer as well."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from localgov_ims.domain.quoting import visible
from localgov_ims.domain.transactions import Transaction, TransactionKind
from localgov_ims.domain.unpaids import RecordedUnpaid, UnpaidKind
from localgov_ims.service.council import Council
from localgov_ims.service.direct_debits.originals import spellings
from localgov_ims.storage import unpaids

_WHAT = {
    UnpaidKind.RETURNED: "A Direct Debit returned unpaid",
    UnpaidKind.CLAIMED: "A claim under the Direct Debit Guarantee",
}


def may_take_back(council: Council, recorded: RecordedUnpaid, transaction: Transaction) -> bool:
    """Tell whether an unpaid may be of a receipt: a Direct Debit of its account.

    Where the report names the day of collection, day and amount must be the receipt's. Where it does not, as of a claim,
    which may be of several collections at once, the receipt is no more than what is claimed.
    """
    unpaid, user = recorded.unpaid, council.service_users.get(recorded.service_user)
    mop = user.mop if user is not None else None
    if transaction.kind is not TransactionKind.RECEIPT or mop not in {
        None,
        *(line.mop for line in transaction.lines),
    }:
        return False
    if {line.account_reference for line in transaction.lines}.isdisjoint(
        spellings(council, unpaid.reference)
    ):
        return False
    if unpaid.original_on is not None:
        return transaction.taken_on == unpaid.original_on and transaction.total == -unpaid.amount
    return transaction.total <= -unpaid.amount


def open_claims(
    connection: Connection, council: Council, transactions: Sequence[Transaction]
) -> list[RecordedUnpaid]:
    """Return the unpaids, claims and returns, that may be of receipts and have been neither debited nor withdrawn."""
    if not transactions:
        return []
    table, least = unpaids.unpaids, min(each.total.pence for each in transactions)
    found = unpaids.some(connection, table.c.pence <= -least, table.c.id.not_in(unpaids.ended()))
    return [each for each in found if any(may_take_back(council, each, of) for of in transactions)]


def told(each: RecordedUnpaid) -> str:
    """Return what an unpaid is: of how much and whom, why, and which report says it."""
    unpaid = each.unpaid
    of = f", collected on {unpaid.original_on:%d %B %Y}" if unpaid.original_on is not None else ""
    return (
        f"{_WHAT[unpaid.kind]} of {abs(unpaid.amount).shown()}, reference {visible(unpaid.reference)}{of}, "
        f"reason {visible(f'{unpaid.code} {unpaid.reason}'.strip())}, advice {visible(each.advice) or 'without a number'} of "
        f"{each.due_on:%d %B %Y}"
    )
