"""Part of law 3: each balance of clearing, awaiting and suspense is a list of items, and stands at their sum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.service.laws.law import Findings
from localgov_ims.storage import income_files, journals, reconciliation, settlements, statements, transactions


def differences(connection: Connection, suspense_fund: str, findings: Findings) -> Iterator[str]:
    """Yield the balances of each ledger that are not the sum of their items."""
    ledgers = connection.execute(sa.select(journals.journals.c.ledger).distinct()).scalars().all()
    for ledger in ledgers:
        expectations = {
            "clearing": _clearing_items(ledger),
            "awaiting": _awaiting_items(ledger),
            "suspense": _suspense_items(ledger, suspense_fund),
        }
        for role, items in expectations.items():
            findings.look_at()
            expected = int(connection.execute(items).scalar() or 0)
            found = int(connection.execute(_journalled(ledger, role)).scalar() or 0)
            if expected != found:
                stands, comes = Money(found).shown(), Money(expected).shown()
                yield f"Ledger {ledger}: its {role} stands at {stands}, but the items come to {comes}."


def _journalled(ledger: str, role: str) -> sa.Select[Any]:
    jl, j = journals.lines, journals.journals
    signed = sa.case((jl.c.side == "debit", jl.c.pence), else_=-jl.c.pence)
    return (
        sa.select(sa.func.sum(signed))
        .join(j, j.c.id == jl.c.journal)
        .where(j.c.ledger == ledger, jl.c.role == role, ~journals.superseded())
    )


def _done(ledger: str, kind: str) -> sa.Select[Any]:
    s = journals.sources
    return sa.select(s.c.source_id).where(s.c.ledger == ledger, s.c.kind == kind)


def _awaiting_items(ledger: str) -> sa.Select[Any]:
    """Sum the lines journalled as awaiting, less those journalled since as what they turned out to be."""
    lines, m = statements.lines, reconciliation.matches
    done = m.c.id.in_(_done(ledger, "match")) & m.c.id.not_in(_taken_back(ledger))
    done = done | m.c.right_id.in_(_done(ledger, "settlement"))
    settled = sa.union(
        sa.select(m.c.left_id).where(m.c.left_kind == "line", done),
        sa.select(m.c.right_id).where(m.c.right_kind == "line", done),
    )
    return sa.select(-sa.func.sum(lines.c.pence)).where(
        lines.c.id.in_(_done(ledger, "awaiting")),
        lines.c.id.not_in(_done(ledger, "banking")),
        lines.c.id.not_in(_done(ledger, "other")),
        lines.c.id.not_in(settled),
    )


def _suspense_items(ledger: str, fund: str) -> sa.Select[Any]:
    """Sum the lines of the suspense fund that were journalled, what was taken back or moved on among them."""
    tl = transactions.lines
    done = tl.c.id.in_(_done(ledger, "line")) | tl.c.transaction.in_(_done(ledger, "transfer"))
    return sa.select(-sa.func.sum(tl.c.pence)).where(tl.c.fund == fund, done)


def _clearing_items(ledger: str) -> sa.Select[Any]:
    """Sum the receipts journalled, less what was journalled since as banked, matched or settled."""
    f = income_files.income_files
    tl, bank, m, s = transactions.lines, statements.lines, reconciliation.matches, settlements.settlements
    parts = (
        (1, sa.select(sa.func.sum(tl.c.pence)).where(tl.c.id.in_(_done(ledger, "line")))),
        (-1, sa.select(sa.func.sum(bank.c.pence)).where(bank.c.id.in_(_done(ledger, "banking")))),
        # A transfer between our own accounts clears nothing.
        (
            -1,
            sa.select(sa.func.sum(m.c.pence)).where(m.c.role != "moved", m.c.id.in_(_done(ledger, "match"))),
        ),
        (1, sa.select(sa.func.sum(m.c.pence)).where(m.c.role != "moved", m.c.id.in_(_taken_back(ledger)))),
        # What became income and was then shown to be a total leaves the clearing of bank transfers with its match.
        (
            1,
            sa.select(sa.func.sum(bank.c.pence)).where(
                bank.c.id.in_(_done(ledger, "banking")), bank.c.id.in_(_shown(ledger))
            ),
        ),
        # An agent that pays net keeps its fees of what its file brought: they leave clearing with the credit.
        (-1, sa.select(sa.func.sum(f.c.gross - f.c.expected)).where(f.c.id.in_(_files_banked(ledger)))),
        (-1, sa.select(sa.func.sum(s.c.gross)).where(s.c.id.in_(_done(ledger, "settlement")))),
    )
    total: sa.ColumnElement[int] = sa.literal(0)
    for sign, part in parts:
        total = total + sign * sa.func.coalesce(part.scalar_subquery(), 0)
    return sa.select(total)


def _shown(ledger: str) -> sa.Select[Any]:
    """Select the bank lines whose standing match with a total was journalled."""
    m = reconciliation.live
    done = m.c.id.in_(_done(ledger, "match")) | m.c.right_id.in_(_done(ledger, "settlement"))
    return sa.select(m.c.left_id).where(
        m.c.role == "banked", m.c.right_kind.in_(("settlement", "income_file")), done
    )


def _taken_back(ledger: str) -> sa.Select[Any]:
    """Select the Matches whose undoing was journalled."""
    undos = reconciliation.undos.c
    return sa.select(undos.match).where(undos.id.in_(_done(ledger, "undo")))


def _files_banked(ledger: str) -> sa.Select[Any]:
    m = reconciliation.matches
    return sa.select(m.c.right_id).where(m.c.right_kind == "income_file", m.c.id.in_(_done(ledger, "match")))
