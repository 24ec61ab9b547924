"""Stories of unpaids: what the bank takes back, why, where it stands, and which receipt it is of."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Connection

from localgov_ims.domain.quoting import visible
from localgov_ims.domain.transactions import Transaction, TransactionKind
from localgov_ims.domain.unpaids import RecordedUnpaid, UnpaidEvent, UnpaidKind
from localgov_ims.service.council import Council
from localgov_ims.service.direct_debits.originals import spellings
from localgov_ims.service.explaining.stories import Story, when
from localgov_ims.storage import unpaids

_WHAT = {
    UnpaidKind.RETURNED: "A Direct Debit returned unpaid",
    UnpaidKind.CLAIMED: "A claim under the Direct Debit Guarantee",
}


def unpaid_stories(connection: Connection, identifier: UUID) -> Iterator[Story]:
    """Tell of the unpaid with an id."""
    for each in unpaids.some(connection, unpaids.unpaids.c.id == identifier):
        history = unpaids.history(connection, each.id)
        said = [f"{_sentence(each)}.", *(_step(event) for event in history)]
        if not history:
            said.append(f"The bank may debit it from {each.due_on:%d %B %Y} on; it has not yet.")
        leads = [str(found) for event in history for found in (event.line, event.transaction) if found]
        yield Story(
            kind="unpaid", id=str(each.id), title=f"Unpaid {visible(each.unpaid.reference)}", sentences=tuple(said),
            leads_to=tuple(leads),
        )  # fmt: skip


def took_back(connection: Connection, t: Transaction) -> tuple[list[str], list[str]]:
    """Return why the bank's debit made a transaction, and what that leads to; none where it is no unpaid's."""
    found = unpaids.of_transaction(connection, t.id)
    if found is None:
        return [], []
    each, event = found
    return [f"{_sentence(each)}; the bank debited it."], [str(each.id), str(event.line)]


def open_claims(connection: Connection, council: Council, t: Transaction) -> tuple[list[str], list[str]]:
    """Return what the bank may still take back of a Receipt, so that nobody refunds it besides."""
    if t.kind is not TransactionKind.RECEIPT:
        return [], []
    accounts = {line.account_reference for line in t.lines}
    table = unpaids.unpaids
    same = unpaids.some(connection, table.c.pence == -t.total.pence, table.c.id.not_in(unpaids.ended()))
    found = [
        each for each in same
        if each.unpaid.original_on in {None, t.taken_on} and accounts & set(spellings(council, each.unpaid.reference))
    ]  # fmt: skip
    said = [
        f"{_sentence(each)}, is open: the payer's bank pays it back. Do not refund it as well."
        for each in found
    ]
    return said, [str(each.id) for each in found]


def _sentence(each: RecordedUnpaid) -> str:
    unpaid = each.unpaid
    of = f", collected on {unpaid.original_on:%d %B %Y}" if unpaid.original_on is not None else ""
    return (
        f"{_WHAT[unpaid.kind]} of {abs(unpaid.amount).shown()}, reference {visible(unpaid.reference)}{of}, "
        f"reason {visible(f'{unpaid.code} {unpaid.reason}'.strip())}, advice {visible(each.advice) or 'without a number'} of "
        f"{each.due_on:%d %B %Y}"
    )


def _step(event: UnpaidEvent) -> str:
    why = f": {visible(event.reason)}" if event.reason else ""
    return f"{event.state.value.title()} on {when(event.at)} by {event.by}{why}."
