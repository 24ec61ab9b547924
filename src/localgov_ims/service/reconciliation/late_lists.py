"""Other systems' lists against their days: what the bank should have brought by now is a Break each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection

from localgov_ims.domain.breaks import LISTED_ITEM, Break, BreakKind
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.service.council import Council
from localgov_ims.service.proofs.other_systems import expected_by
from localgov_ims.storage import stated


def late_payments(connection: Connection, council: Council, today: date) -> Iterator[Break]:
    """Yield a Break for each payment of another system's list that no bank line has brought in its days."""
    for row in connection.execute(stated.payments_to_match()):
        due_on = expected_by(council, row.source, row.day)
        if today <= due_on:
            continue
        message = (
            f"{row.source} lists {Money(row.pence).shown()} of {row.day:%d %B %Y} as {row.run}, and the bank has not "
            f"brought it; it was due by {due_on:%d %B %Y}. Ask {row.source} what became of it."
        )
        yield Break(
            id=new_id(), kind=BreakKind.PAST_ITS_DAYS, subject_kind=LISTED_ITEM, subject=row.id, since_on=row.day,
            message=message,
        )  # fmt: skip
