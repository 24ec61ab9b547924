"""Claimed refunds: what the bank takes back was refunded already, or is about to be, so the payer may have it twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from localgov_ims.domain.breaks import Break, BreakKind
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id, shown
from localgov_ims.domain.refunds import RefundRequest, RefundState
from localgov_ims.domain.transactions import Transaction
from localgov_ims.domain.unpaids import RecordedUnpaid
from localgov_ims.service.council import Council
from localgov_ims.service.direct_debits.open_claims import may_take_back, told
from localgov_ims.service.direct_debits.originals import spellings
from localgov_ims.storage import refunds, transactions
from localgov_ims.storage.store import Unit

_ASKED_AT_ONCE = 300


def claimed_refunds(unit: Unit, council: Council, recorded: Sequence[RecordedUnpaid]) -> Iterator[Break]:
    """Yield a Break for each unpaid that may be of a receipt with a refund, unless that failed.

    The unit must be locked, so that no refund is asked for meanwhile.
    """
    written = sorted({text for each in recorded for text in spellings(council, each.unpaid.reference)})
    found: list[tuple[RefundRequest, list[Transaction]]] = []
    for start in range(0, len(written), _ASKED_AT_ONCE):
        for request in refunds.of_accounts(unit.connection, written[start : start + _ASKED_AT_ONCE]):
            lines = transactions.lines.c.id.in_([item.line for item in request.items])
            found.append((request, list(transactions.whole(unit.connection, lines))))
    for each in recorded:
        given = {r.id: r for r, of in found if any(may_take_back(council, each, one) for one in of)}
        if given:
            yield Break(
                id=new_id(), kind=BreakKind.CLAIMED_AND_REFUNDED, subject_kind="unpaid", subject=each.id,
                since_on=local_day(unit.at), message=f"{told(each)}. {' '.join(map(_said, given.values()))}",
            )  # fmt: skip


def _said(request: RefundRequest) -> str:
    ours = shown(request.reference)
    what = f"Refund {ours} of {request.total.shown()} of the same account is {request.state.value}"
    if request.state in {RefundState.PROPOSED, RefundState.REQUESTED}:
        return f"{what}: the payer would have it twice. `ims refunds turn-down {ours}`."
    return f"{what}: the payer may have it twice. Stop it if that is still possible, else challenge the claim with the bank."
