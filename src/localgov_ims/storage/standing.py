"""Which Breaks stand: nobody closed them, and their cause is still there."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.breaks import ADVICE, CLEARING_ITEM, LISTED_ITEM, Break
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.storage import advices, break_events, reconciliation, refunds, stated, unpaids
from localgov_ims.storage.outstanding import outstanding

_m = reconciliation.live


def standing_breaks(connection: Connection) -> list[Break]:
    """Return the Breaks whose cause is still there: the line still waits, the payment is still nobody's.

    What a provider said against our own records stands for good: nothing but a person can settle it. What was wrong
    with a refund stands until it is paid; a claim of what was refunded, until it is withdrawn; an advice, until it is taken; an item of clearing, while it is outstanding; an item of
    another's list, until the bank brings it or somebody ends it.
    """
    current, breaks = reconciliation.current, reconciliation.breaks
    # It waits for what it waited for then; and what others journal waits for their list, where a day was set.
    listed = (current.c.kind == DispositionKind.OTHER.value) & current.c.until_on.is_not(None)
    waits_still = sa.exists().where(
        current.c.line == breaks.c.subject, sa.func.coalesce(current.c.what, "") == breaks.c.awaited,
        (current.c.kind == DispositionKind.AWAITING.value) | listed,
    )  # fmt: skip
    stands = ((breaks.c.subject_kind == "line") & waits_still) | (
        (breaks.c.subject_kind == "settlement_line")
        & breaks.c.subject.not_in(sa.select(_m.c.left_id).where(_m.c.left_kind == "settlement_line"))
    )
    stands = stands | breaks.c.subject_kind.in_(("payment", "transaction", "unknown_payment"))
    stands = stands | ((breaks.c.subject_kind == "refund_request") & breaks.c.subject.not_in(refunds.paid()))
    stands = stands | ((breaks.c.subject_kind == LISTED_ITEM) & breaks.c.subject.not_in(stated.gone()))
    stands = stands | ((breaks.c.subject_kind == "unpaid") & breaks.c.subject.not_in(unpaids.withdrawn()))
    waits = sa.select(advices.advices.c.id).where(advices.untaken())
    stands = stands | ((breaks.c.subject_kind == ADVICE) & breaks.c.subject.in_(waits))
    stands = stands | (breaks.c.subject_kind == CLEARING_ITEM)
    found = list(reconciliation.some_breaks(connection, stands, breaks.c.id.not_in(break_events.closed())))
    if any(each.subject_kind == CLEARING_ITEM for each in found):
        there = {each.id for each in outstanding(connection, date.max)}
        found = [each for each in found if each.subject_kind != CLEARING_ITEM or each.subject in there]
    return found
