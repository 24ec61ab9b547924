"""Law 5, of what offices pay in: an approved eReturn is income as it was counted, once, and is expected as one deposit.

A deposit of a till is what its receipts, voids, pay-outs and differences come to.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.deposits import DepositSource
from localgov_ims.domain.ereturns import EReturnState
from localgov_ims.domain.money import Money
from localgov_ims.service.cash_office.ereturn_viewing import ORIGIN
from localgov_ims.service.laws.law import Findings
from localgov_ims.storage import deposits, ereturns
from localgov_ims.storage.transactions import lines, transactions


def paid_in(connection: Connection, findings: Findings) -> Iterator[str]:
    """Yield a sentence for each eReturn, and each deposit of a till, whose income and expected deposit do not agree."""
    t, d = transactions, deposits.deposits
    income = {
        row.origin_id: int(row.pence)
        for row in connection.execute(
            sa.select(t.c.origin_id, sa.func.sum(lines.c.pence).label("pence"))
            .join(lines, lines.c.transaction == t.c.id)
            .where(t.c.origin_kind == ORIGIN)
            .group_by(t.c.origin_id)
        )
    }
    own = sa.select(d.c.source, d.c.pence).where(d.c.source_kind == DepositSource.ERETURN.value)
    expected = {row.source: row.pence for row in connection.execute(own)}
    for each in ereturns.some(connection):
        findings.look_at()
        found = income.pop(str(each.id), None), expected.pop(each.id, None)
        if each.state is not EReturnState.APPROVED or each.contents.nil:
            if found != (None, None):
                yield f"eReturn {each.number}: it is {each.state.value} or nil, but it was recorded as income."
            continue
        said = each.contents.total.pence, each.contents.analysed(each.kind).pence
        if found != said or said[0] != said[1]:
            recorded, deposit = (Money(pence).shown() if pence is not None else "nothing" for pence in found)
            yield (
                f"eReturn {each.number}: its lines come to {Money(said[0]).shown()} and {Money(said[1]).shown()} was "
                f"counted, but {recorded} was recorded and {deposit} is expected."
            )
    for origin in income:
        yield f"Income of eReturn {origin}: the eReturn is not there."
    for source in expected:
        yield f"Expected deposit of eReturn {source}: the eReturn is not there."
    yield from _of_tills(connection, findings)


def _of_tills(connection: Connection, findings: Findings) -> Iterator[str]:
    d, parts = deposits.deposits, deposits.parts
    brought = (
        sa.select(d.c.id, d.c.pence, sa.func.sum(lines.c.pence).label("brought"))
        .outerjoin(parts, parts.c.deposit == d.c.id)
        .outerjoin(lines, lines.c.transaction == parts.c.transaction)
        .where(d.c.source_kind == DepositSource.TILL.value)
        .group_by(d.c.id, d.c.pence)
    )
    for row in connection.execute(brought):
        findings.look_at()
        found = int(row.brought or 0)
        if found != row.pence:
            yield (
                f"Deposit {row.id} of a till: {Money(row.pence).shown()} is expected, but its transactions come to "
                f"{Money(found).shown()}."
            )
