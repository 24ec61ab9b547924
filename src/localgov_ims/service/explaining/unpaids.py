"""Stories of unpaids: what the bank takes back, why, where it stands, and which receipt it is of."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Connection

from localgov_ims.domain.quoting import visible
from localgov_ims.domain.transactions import Transaction
from localgov_ims.domain.unpaids import UnpaidEvent, UnpaidState
from localgov_ims.service.council import Council
from localgov_ims.service.direct_debits.open_claims import open_claims, told
from localgov_ims.service.explaining.stories import Story, when
from localgov_ims.storage import unpaids


def unpaid_stories(connection: Connection, identifier: UUID) -> Iterator[Story]:
    """Tell of the unpaid with an id."""
    for each in unpaids.some(connection, unpaids.unpaids.c.id == identifier):
        history = unpaids.histories(connection, [each.id])[each.id]
        said = [f"{told(each)}.", *(_step(event) for event in history)]
        if not history:
            said.append(f"The bank may debit it from {each.due_on:%d %B %Y} on; it has not yet.")
        leads = [str(found) for event in history for found in (event.line, event.transaction) if found]
        yield Story(
            kind="unpaid", id=str(each.id), title=f"Unpaid {visible(each.unpaid.reference)}", sentences=tuple(said),
            leads_to=tuple(leads),
        )  # fmt: skip


def took_back(connection: Connection, t: Transaction) -> tuple[list[str], list[str]]:
    """Return why the bank's debit, or its undoing, made a transaction, and what that leads to; none where it is no unpaid's."""
    found = unpaids.of_transaction(connection, t.id)
    if found is None:
        return [], []
    each, event = found
    debited = event.state is UnpaidState.DEBITED
    became = "the bank debited it" if debited else visible(event.reason or "that was undone")
    return [f"{told(each)}; {became}."], [str(each.id), str(event.line)]


def claims_told(connection: Connection, council: Council, t: Transaction) -> tuple[list[str], list[str]]:
    """Return what the bank may still take back of a Receipt, so that nobody refunds it besides."""
    found = open_claims(connection, council, [t])
    said = [
        f"{told(each)}, is open: the payer's bank pays it back. Do not refund it as well." for each in found
    ]
    return said, [str(each.id) for each in found]


def _step(event: UnpaidEvent) -> str:
    why = f": {visible(event.reason)}" if event.reason else ""
    return f"{event.state.value.title()} on {when(event.at)} by {event.by}{why}."
