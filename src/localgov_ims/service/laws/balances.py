"""Part of law 3: each balance of clearing, awaiting and suspense is a list of items, and stands at their sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.service.council import Council
from localgov_ims.service.laws.law import Findings
from localgov_ims.storage import clearing_items, journals, reconciliation, statements, transactions
from localgov_ims.storage.clearing_items import Clearing, done, taken_back


def differences(connection: Connection, council: Council, findings: Findings) -> Iterator[str]:
    """Yield the balances of each ledger that are not the sum of their items; of clearing, by method and merchant account."""
    ledgers = connection.execute(sa.select(journals.journals.c.ledger).distinct()).scalars().all()
    for ledger in ledgers:
        yield from _clearing(connection, council, ledger, findings)
        expectations = {
            "awaiting": _awaiting_items(ledger),
            "suspense": _suspense_items(ledger, council.suspense_fund.code),
        }
        for role, items in expectations.items():
            findings.look_at()
            expected = int(connection.execute(items).scalar() or 0)
            found = int(connection.execute(_journalled(ledger, role)).scalar() or 0)
            if expected != found:
                yield _sentence(ledger, f"its {role}", found, expected)


def _clearing(connection: Connection, council: Council, ledger: str, findings: Findings) -> Iterator[str]:
    settled = [source for source in council.sources if council.settled_by(source)]
    foreign = {source: council.settled_by(source)[0].code for source in settled}
    found = _by_code(council, clearing_items.journalled(connection, ledger))
    expected = _by_code(council, clearing_items.expected(connection, ledger, council.bank_transfer, foreign))
    for each in sorted({*found, *expected}):
        findings.look_at()
        if found[each] != expected[each]:
            mop, merchant = each
            of = f"method {mop}, merchant account {merchant}" if merchant else f"method {mop}"
            yield _sentence(ledger, f"the clearing of {of}", found[each], expected[each])


def _by_code(council: Council, found: Counter[Clearing]) -> Counter[Clearing]:
    """Add up what stands at one code: a merchant account is told apart only where its method has codes for it."""
    summed: Counter[Clearing] = Counter()
    for (mop, merchant), pence in found.items():
        own = council.methods[mop].merchant_accounts if mop in council.methods else {}
        summed[mop, merchant if merchant in own else ""] += pence
    return summed


def _sentence(ledger: str, what: str, found: int, expected: int) -> str:
    stands, comes = Money(found).shown(), Money(expected).shown()
    return f"Ledger {ledger}: {what} stands at {stands}, but the items come to {comes}."


def _journalled(ledger: str, role: str) -> sa.Select[Any]:
    jl, j = journals.lines, journals.journals
    signed = sa.case((jl.c.side == "debit", jl.c.pence), else_=-jl.c.pence)
    return (
        sa.select(sa.func.sum(signed))
        .join(j, j.c.id == jl.c.journal)
        .where(j.c.ledger == ledger, jl.c.role == role, ~journals.superseded())
    )


def _awaiting_items(ledger: str) -> sa.Select[Any]:
    """Sum the lines journalled as awaiting, less those journalled since as what they turned out to be."""
    lines, m = statements.lines, reconciliation.matches
    had = m.c.id.in_(done(ledger, "match")) | m.c.id.in_(done(ledger, "settlement"))
    turned = had & m.c.id.not_in(taken_back(ledger))
    settled = sa.union(
        sa.select(m.c.left_id).where(m.c.left_kind == "line", turned),
        sa.select(m.c.right_id).where(m.c.right_kind == "line", turned),
    )
    return sa.select(-sa.func.sum(lines.c.pence)).where(
        lines.c.id.in_(done(ledger, "awaiting")),
        lines.c.id.not_in(done(ledger, "banking")),
        lines.c.id.not_in(done(ledger, "other")),
        lines.c.id.not_in(settled),
    )


def _suspense_items(ledger: str, fund: str) -> sa.Select[Any]:
    """Sum the lines of the suspense fund that were journalled, what was taken back or moved on among them."""
    tl = transactions.lines
    had = tl.c.id.in_(done(ledger, "line")) | tl.c.transaction.in_(done(ledger, "transfer"))
    return sa.select(-sa.func.sum(tl.c.pence)).where(tl.c.fund == fund, had)
