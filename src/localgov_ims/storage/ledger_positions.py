"""What of this system is in the finance ledger by a day, and what is not: bank lines, and lines of a fund."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.storage import journal_states, journals, reconciliation, statements, transactions

_j, _s = journals.journals, journals.sources
_ELSEWHERE = '%"ledger":%'


def unposted_lines(account: str, ledger: str, as_at: date) -> sa.Select[Any]:
    """Select the ids of an account's bank lines up to a day that its ledger has not taken; none of nothing."""
    lines, m, current = statements.lines, reconciliation.live, reconciliation.current
    itself = _taken(ledger, as_at, "awaiting", "banking", "other")
    by_match = sa.select(m.c.left_id).where(
        m.c.role != "settled",
        m.c.id.in_(_taken(ledger, as_at, "match")) | m.c.right_id.in_(_taken(ledger, as_at, "settlement")),
    )
    return sa.select(lines.c.id).where(
        lines.c.account == account, lines.c.booked_on <= as_at, lines.c.pence != 0,
        lines.c.id.not_in(itself), lines.c.id.not_in(by_match),
        lines.c.id.not_in(sa.select(current.c.line).where(_by_others())),
    )  # fmt: skip


def posted_elsewhere(connection: Connection, account: str, as_at: date) -> tuple[int, Money]:
    """Return how many of an account's lines other systems post (payables, payroll), and what they come to."""
    lines, current = statements.lines, reconciliation.current
    query = (
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(lines.c.pence), 0))
        .join(current, current.c.line == lines.c.id)
        .where(lines.c.account == account, lines.c.booked_on <= as_at, lines.c.pence != 0, _by_others())
    )
    count, pence = connection.execute(query).one()
    return count, Money(int(pence))


def unposted_net(connection: Connection, fund: str, ledger: str, first_on: date, as_at: date) -> Money:
    """Return what a fund's lines of a period come to, without VAT, that its ledger has not taken."""
    t, tl = transactions.transactions, transactions.lines
    taken = tl.c.id.in_(_taken(ledger, None, "line")) | tl.c.transaction.in_(_taken(ledger, None, "transfer"))
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(tl.c.pence - tl.c.vat), 0))
        .join(t, t.c.id == tl.c.transaction)
        .where(tl.c.fund == fund, t.c.taken_on.between(first_on, as_at), ~taken)
    )
    return Money(int(connection.execute(query).scalar_one()))


def _by_others() -> sa.ColumnElement[bool]:
    """Return the condition that a disposition is journalled by the system that has the list, not here."""
    current = reconciliation.current
    return (current.c.kind == DispositionKind.OTHER.value) & current.c.evidence.not_like(_ELSEWHERE)


def _taken(ledger: str, as_at: date | None, *kinds: str) -> sa.Select[Any]:
    """Select the sources that went to a ledger: a journal counts once a file was made of it."""
    sent = sa.exists().where(journal_states.exports.c.journal == _j.c.id)
    query = (
        sa.select(_s.c.source_id)
        .join(_j, _j.c.id == _s.c.journal)
        .where(_s.c.ledger == ledger, _s.c.kind.in_(kinds), sent)
    )
    return query.where(_j.c.accounting_on <= as_at) if as_at is not None else query
