"""Law 3: every penny is in exactly one place."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.service.council import Council
from localgov_ims.service.laws import balances, cleared, drawn, paid_out, suspended, taken_back
from localgov_ims.service.laws.law import Findings
from localgov_ims.service.ledger.journal_sources import span_of
from localgov_ims.storage import reconciliation, reversals, statements, transactions, unposted

_IN_BOOKS = (DispositionKind.ALLOCATED.value, DispositionKind.SUSPENSE.value)


def check(connection: Connection, council: Council, findings: Findings) -> None:
    """Prove one disposition a line, income in a fund or in suspense once, and balances that are lists of items."""
    for table in (statements.lines, transactions.transactions, transactions.lines):
        findings.look_at(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
    findings.take(_without_disposition(connection))
    findings.take(_income(connection, council))
    findings.take(_stray_income(connection))
    findings.take(_matched(connection))
    findings.take(_transfers(connection))
    findings.take(_reversals(connection))
    findings.take(taken_back.differences(connection))
    findings.take(_suspense(connection, council))
    findings.take(drawn.differences(connection, findings))
    findings.take(suspended.differences(connection, council.suspense_fund.code, findings))
    findings.take(paid_out.differences(connection, findings))
    findings.take(cleared.differences(connection, findings))
    findings.take(balances.differences(connection, council, findings))
    findings.told += _waiting(connection, council)


def _waiting(connection: Connection, council: Council) -> Iterator[str]:
    """Yield what each ledger has not had because no bank line is matched with it yet."""
    for ledger in council.ledgers:
        waiting = unposted.waiting(connection, span_of(council, connection, ledger))
        if waiting is not None:
            yield f"Ledger {ledger}: {waiting.sentence}"


def _without_disposition(connection: Connection) -> Iterator[str]:
    """Yield lines without a disposition, if more lines had one when the last run ended than have one now."""
    lines, current = statements.lines, reconciliation.current
    had = connection.execute(sa.select(sa.func.max(reconciliation.runs.c.lines))).scalar() or 0
    have = connection.execute(sa.select(sa.func.count()).select_from(current)).scalar_one()
    if have >= had:
        return
    query = sa.select(lines.c.id, lines.c.pence).where(lines.c.id.not_in(sa.select(current.c.line)))
    for row in connection.execute(query):
        yield f"Statement line {row.id} of {Money(row.pence).shown()}: it has no disposition, though a run has seen it."


def _income(connection: Connection, council: Council) -> Iterator[str]:
    """Yield lines said to be income whose income is not there, differs, or is in the wrong place."""
    t, tl, lines, current = (
        transactions.transactions, transactions.lines, statements.lines, reconciliation.current,
    )  # fmt: skip
    suspended = sa.func.sum(sa.case((tl.c.fund == council.suspense_fund.code, 1), else_=0))
    booked = (
        sa.select(
            t.c.id, t.c.origin_id, sa.func.sum(tl.c.pence).label("pence"), suspended.label("suspended"),
        )
        .join(tl, tl.c.transaction == t.c.id)
        .group_by(t.c.id, t.c.origin_id)
        .subquery()
    )  # fmt: skip
    m = reconciliation.live
    matched = (  # of a batch, the payments whose Receipts were here
        sa.select(m.c.left_id, sa.func.sum(m.c.pence - m.c.fee).label("pence"))
        .where(m.c.left_kind == "line", m.c.sole_left.is_(None))
        .group_by(m.c.left_id)
        .subquery()
    )
    query = (
        sa.select(
            current.c.line, current.c.kind, (lines.c.pence - sa.func.coalesce(matched.c.pence, 0)).label("banked"),
            booked.c.pence, booked.c.suspended, booked.c.origin_id,
        )
        .join(lines, lines.c.id == current.c.line)
        .outerjoin(booked, booked.c.id == current.c.record)
        .outerjoin(matched, matched.c.left_id == current.c.line)
        .where(current.c.kind.in_(_IN_BOOKS))
    )  # fmt: skip
    for row in connection.execute(query):
        if row.pence is None:
            yield f"Statement line {row.line}: it is {row.kind}, but its transaction is not there."
        elif row.pence != row.banked or row.origin_id != str(row.line):
            yield f"Statement line {row.line}: the bank says {row.banked} pence, its transaction {row.pence}."
        elif (row.suspended > 0) is not (row.kind == DispositionKind.SUSPENSE.value):
            # A batch counts as suspense where any payment of it is.
            yield f"Statement line {row.line}: it is {row.kind}, but its transaction is in another place."


def _stray_income(connection: Connection) -> Iterator[str]:
    """Yield income made of bank lines that are no income, or more than once."""
    t, tl, current = transactions.transactions, transactions.lines, reconciliation.current
    back = reversals.taking_back
    undone = sa.select(tl.c.transaction).join(back, back.c.reverses == tl.c.id)
    spoken_for = sa.select(current.c.record).where(
        current.c.kind.in_(_IN_BOOKS), current.c.record.is_not(None)
    )
    query = sa.select(t.c.reference, t.c.origin_id).where(
        t.c.origin_kind == "statement_line", t.c.id.not_in(spoken_for), t.c.id.not_in(undone)
    )
    for row in connection.execute(query):
        yield f"Transaction {row.reference}: it is income of statement line {row.origin_id}, which is disposed of otherwise."


def _matched(connection: Connection) -> Iterator[str]:
    """Yield lines said to be matched whose Matches do not come to what the bank says."""
    current, m, lines = reconciliation.current, reconciliation.live, statements.lines
    # The leg of a transfer that is on the right of its Match brings what the other took.
    sides = sa.union_all(
        sa.select(m.c.left_id.label("line"), (m.c.pence - m.c.fee).label("pence")).where(
            m.c.left_kind == "line"
        ),
        sa.select(m.c.right_id, -m.c.pence).where(m.c.right_kind == "line"),
    ).subquery()
    query = (
        sa.select(current.c.line, lines.c.pence.label("banked"), sa.func.sum(sides.c.pence).label("pence"))
        .join(lines, lines.c.id == current.c.line)
        .outerjoin(sides, sides.c.line == current.c.line)
        .where(current.c.kind == DispositionKind.MATCHED.value)
        .group_by(current.c.line, lines.c.pence)
    )
    for row in connection.execute(query):
        if row.pence != row.banked:
            yield f"Statement line {row.line}: it is matched, but no match of {row.banked} pence says with what."


def _transfers(connection: Connection) -> Iterator[str]:
    t, tl = transactions.transactions, transactions.lines
    query = (
        sa.select(t.c.reference, sa.func.sum(tl.c.pence).label("pence"))
        .join(tl, tl.c.transaction == t.c.id)
        .where(t.c.kind == "transfer")
        .group_by(t.c.reference)
        .having(sa.func.sum(tl.c.pence) != 0)
    )
    for row in connection.execute(query):
        yield f"Transfer {row.reference}: it sums to {Money(int(row.pence)).shown()}, not to zero."


def _reversals(connection: Connection) -> Iterator[str]:
    """Yield lines that take back, or in even turns restore, another amount than there was, or out of turn."""
    tl = transactions.lines
    original, before = tl.alias("original"), tl.alias("before")
    sign = sa.case((tl.c.turn % 2 == 1, -1), else_=1)
    query = (
        sa.select(tl.c.reference, tl.c.turn, tl.c.pence, original.c.pence.label("taken"), before.c.id.label("before"))
        .outerjoin(original, original.c.id == tl.c.reverses)
        .outerjoin(before, (before.c.reverses == tl.c.reverses) & (before.c.turn == tl.c.turn - 1))
        .where(tl.c.reverses.is_not(None))
    )  # fmt: skip
    other = (tl.c.pence != sign * original.c.pence) | (tl.c.vat != sign * original.c.vat)
    for row in connection.execute(query.where(original.c.pence.is_(None) | other)):
        does = "takes back" if row.turn % 2 else "restores"
        yield f"Line {row.reference}: it {does} {row.pence} pence of a line of {row.taken}."
    for row in connection.execute(query.where(tl.c.turn > 1, before.c.id.is_(None))):
        yield f"Line {row.reference}: it is turn {row.turn} of a line, and there is none before it."


def _suspense(connection: Connection, council: Council) -> Iterator[str]:
    tl, items = transactions.lines, transactions.suspense
    receipts = (
        sa.select(tl.c.reference)
        .outerjoin(items, items.c.line == tl.c.id)
        .where(
            tl.c.fund == council.suspense_fund.code,
            tl.c.reverses.is_(None),
            tl.c.draws_on.is_(None),
            items.c.id.is_(None),
        )
    )
    for row in connection.execute(receipts):
        yield f"Line {row.reference}: it is in the suspense fund, but is no suspense item."
    query = (
        sa.select(items.c.id).join(tl, tl.c.id == items.c.line).where(tl.c.fund != council.suspense_fund.code)
    )
    for row in connection.execute(query):
        yield f"Suspense item {row.id}: its line is not in the suspense fund."
