"""Proposals and what was decided about each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.two_person import Act
from localgov_ims.storage import personal
from localgov_ims.storage.schema import (
    moment_column,
    number_column,
    pence_column,
    personal_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

Account = tuple[str, str | None]
"""A fund and an account reference of it, where there is one."""

proposals = record_table(
    "proposals",
    text_column("reference"),
    text_column("act"),
    pence_column("pence"),
    text_column("proposed_by"),
    moment_column("proposed_at"),
    # What was asked holds what people write; funds, accounts and amounts stand in act_amounts as well.
    personal_column(),
    sa.UniqueConstraint("reference"),
)

decisions = record_table(
    "proposal_decisions",
    points_to(proposals, "proposal"),
    number_column("accepted"),
    text_column("decided_by"),
    moment_column("decided_at"),
    sa.Column("record", sa.Uuid(), nullable=True),
    # Of two who decide at once one does.
    sa.UniqueConstraint("proposal"),
)

amounts = record_table(
    "act_amounts",
    text_column("act"),
    text_column("by"),
    text_column("fund"),
    text_column("account_reference", nullable=True),
    moment_column("at"),
    pence_column("pence"),
    number_column("asked_for"),
    sa.Column("record", sa.Uuid(), nullable=False),
    sa.Index("ix_act_amounts_by", "by", "act", "at"),
    sa.Index("ix_act_amounts_record", "record"),
)
"""What each person's acts come to by account, so that many small ones are seen as the one that they are.

`asked_for` is 1 where the fund had to be theirs, 0 where money may go to anybody's.
"""


def add(unit: Unit, proposal: Proposal) -> None:
    """Record a proposal."""
    p, secret = proposal, personal.seal(proposal.id, {"asked": dict(proposal.asked)})
    unit.record(proposals, [(
        p.id, p.reference, p.act.value, p.amount.pence, p.proposed_by, p.proposed_at,
        secret.hash if secret is not None else None,
    )])  # fmt: skip
    unit.personal([secret])


def decide(unit: Unit, proposal: Proposal, *, accepted: bool, by: str, record: UUID | None) -> None:
    """Record what was decided.

    Raises:
        AlreadyDone: Somebody else decided meanwhile.
    """
    unit.record(decisions, [(new_id(), proposal.id, int(accepted), by, unit.at, record)])


def add_amounts(
    unit: Unit,
    act: Act,
    by: str,
    moved: Mapping[Account, Money],
    record: UUID,
    *,
    others: Collection[Account] = (),
) -> None:
    """Record what an act of a person comes to on each account; of *others* the fund need not be theirs."""
    rows = [
        (new_id(), act.value, by, *account, unit.at, amount.pence, int(account not in others), record)
        for account, amount in sorted(moved.items(), key=str)
    ]
    unit.record(amounts, rows)


def amounts_since(
    connection: Connection, act: Act, by: str, since: datetime
) -> dict[tuple[str, str | None], Money]:
    """Return what a person's acts of a kind come to since a moment, by account."""
    query = (
        sa.select(amounts.c.fund, amounts.c.account_reference, sa.func.sum(amounts.c.pence).label("pence"))
        .where(amounts.c.act == act.value, amounts.c.by == by, amounts.c.at >= since)
        .group_by(amounts.c.fund, amounts.c.account_reference)
    )
    rows = connection.execute(query)
    return {(row.fund, row.account_reference): Money(int(row.pence)) for row in rows}


def accounts_of(connection: Connection, record: UUID) -> list[tuple[str, str | None]]:
    """Return the accounts whose funds an act needs, by fund and reference."""
    query = sa.select(amounts.c.fund, amounts.c.account_reference).where(
        amounts.c.record == record, amounts.c.asked_for == 1
    )
    return [(row.fund, row.account_reference) for row in connection.execute(query)]


def by_reference(connection: Connection, reference: str) -> Proposal | None:
    """Return a proposal as it stands, if there is one of that reference."""
    return next(some(connection, proposals.c.reference == reference), None)


def waiting(connection: Connection) -> Iterator[Proposal]:
    """Yield the proposals that nobody has decided, the oldest first."""
    return some(connection, decisions.c.id.is_(None))


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[Proposal]:
    """Yield proposals as they stand, the oldest first."""
    query = (
        sa.select(
            proposals, decisions.c.accepted, decisions.c.decided_by, decisions.c.decided_at, decisions.c.record,
            personal.data.c.value,
        )
        .outerjoin(personal.data, personal.data.c.record == proposals.c.id)
        .outerjoin(decisions, decisions.c.proposal == proposals.c.id)
        .where(*where)
        .order_by(proposals.c.proposed_at, proposals.c.id)
    )  # fmt: skip
    for row in connection.execute(query):
        yield _proposal(row)


def _proposal(row: sa.Row[Any]) -> Proposal:
    kept: dict[str, Any] = personal.read(row.value)
    return Proposal(
        id=row.id, reference=row.reference, act=Act(row.act), asked=kept.get("asked", {}), amount=Money(row.pence),
        proposed_by=row.proposed_by, proposed_at=row.proposed_at,
        accepted=bool(row.accepted) if row.accepted is not None else None, decided_by=row.decided_by,
        decided_at=row.decided_at, record=row.record,
    )  # fmt: skip
