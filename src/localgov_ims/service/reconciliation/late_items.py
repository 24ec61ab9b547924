"""Items of clearing past their days: each is a Break, for the bank should have brought it by now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from localgov_ims.domain.breaks import CLEARING_ITEM, Break, BreakKind
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.proofs import Item, past_due
from localgov_ims.service.council import Council
from localgov_ims.service.explaining.stories import called
from localgov_ims.service.proofs.clearing_proofs import clearing_items


def late_items(
    connection: Connection, council: Council, today: date, *, besides: Collection[UUID]
) -> Iterator[Break]:
    """Yield a Break for each item past its `proof_days`, but those *besides*, which have a Break of their own."""
    parts: dict[UUID, list[Item]] = defaultdict(list)
    for items in clearing_items(connection, council, today).values():
        for item in past_due(items, today):
            parts[UUID(item.id)].append(item)
    for own, found in parts.items():
        if own in besides:
            continue
        first = found[0]
        amount, day = Money.total(each.amount for each in found).shown(), f"{first.day:%d %B %Y}"
        message = (
            f"{amount} of {first.kind} {called(first.text)} of {day} is still in clearing; it was due by "
            f"{first.due_on:%d %B %Y}. Ask the bank or the provider for it."
        )
        yield Break(
            id=new_id(), kind=BreakKind.PAST_ITS_DAYS, subject_kind=CLEARING_ITEM, subject=own, since_on=first.day,
            message=message,
        )  # fmt: skip
