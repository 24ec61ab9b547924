"""What should have come by now and has not, or came for nothing of ours: the Breaks that every run looks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection

from localgov_ims.domain.breaks import Break, BreakKind
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.settlements import SettlementKind
from localgov_ims.service.council import Council
from localgov_ims.service.direct_debits.late_advices import late_advices
from localgov_ims.service.reconciliation.late_items import late_items
from localgov_ims.service.reconciliation.late_lists import late_payments
from localgov_ims.storage import snapshots


def missing(connection: Connection, council: Council, today: date) -> Iterator[Break]:
    """Yield the Breaks of a day, those among them that were found before."""
    foreign = list(_foreign(connection, today))
    yield from foreign
    yield from late_items(connection, council, today, besides={each.subject for each in foreign})
    yield from late_advices(connection, council, today)
    yield from late_payments(connection, council, today)


def _foreign(connection: Connection, today: date) -> Iterator[Break]:
    for recorded in snapshots.foreign_payments(connection, SettlementKind.PAYMENT.value):
        line = recorded.line
        message = (
            f"{recorded.source} paid out {line.amount.shown()} for {line.provider_reference or line.identifier}, "
            "which is no payment of ours. Ask whose it is; it stands in clearing until then."
        )
        yield Break(
            id=new_id(), kind=BreakKind.FOREIGN_SETTLEMENT_LINE, subject_kind="settlement_line", subject=recorded.id,
            since_on=line.occurred_on or today, message=message,
        )  # fmt: skip
