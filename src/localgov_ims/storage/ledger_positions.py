"""What of this system is in the finance ledger by a day, and what is not: bank lines, and lines of a fund."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.journal_states import JournalState
from localgov_ims.domain.money import Money
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.storage import journal_states, journals, reconciliation, statements, transactions

_j = journals.journals
_ELSEWHERE = '%"ledger":%'
_INCOME = ("fund", "difference")


def unposted_lines(account: str, ledger: str, as_at: date) -> sa.Select[Any]:
    """Select the ids of an account's bank lines up to a day that its ledger has not taken; none of nothing."""
    lines, m, current = statements.lines, reconciliation.live, reconciliation.current
    # A line debits or credits its bank once, by whichever of these came first.
    itself = _taken(ledger, as_at, ("bank",), "awaiting", "banking", "other")
    by_match = sa.select(m.c.left_id).where(
        m.c.role != "settled", m.c.id.in_(_taken(ledger, as_at, ("bank",), "match", "settlement"))
    )
    other_leg = sa.select(m.c.right_id).where(
        m.c.role == "moved", m.c.id.in_(_taken(ledger, as_at, ("bank",), "match"))
    )
    return sa.select(lines.c.id).where(
        lines.c.account == account, lines.c.booked_on <= as_at, lines.c.pence != 0,
        lines.c.id.not_in(itself), lines.c.id.not_in(by_match), lines.c.id.not_in(other_leg),
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
    taken = tl.c.id.in_(_taken(ledger, None, _INCOME, "line")) | tl.c.transaction.in_(
        _taken(ledger, None, _INCOME, "transfer")
    )
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(tl.c.pence - tl.c.vat), 0))
        .join(t, t.c.id == tl.c.transaction)
        .where(tl.c.fund == fund, t.c.taken_on.between(first_on, as_at), ~taken)
    )
    return Money(int(connection.execute(query).scalar_one()))


def _by_others() -> sa.ColumnElement[bool]:
    """Return the condition that a line is journalled by the system that has the list, here or not, and not by this one."""
    current, m = reconciliation.current, reconciliation.live
    listed = current.c.line.in_(sa.select(m.c.left_id).where(m.c.right_kind == "list_item"))
    return (
        (current.c.kind == DispositionKind.OTHER.value) & current.c.evidence.not_like(_ELSEWHERE)
    ) | listed


def _taken(ledger: str, as_at: date | None, roles: Sequence[str], *kinds: str) -> sa.Select[Any]:
    """Select the sources whose lines of some roles a ledger has taken: acknowledged, confirmed, or not among those rejected."""
    line, said, no = journals.lines, journal_states.events, journal_states.rejections
    whole = (JournalState.ACKNOWLEDGED.value, JournalState.CONFIRMED.value)
    in_part = sa.exists().where(
        said.c.journal == _j.c.id, said.c.state == JournalState.PART.value,
        ~sa.exists().where(no.c.event == said.c.id, no.c.number == line.c.place),
    )  # fmt: skip
    query = (
        sa.select(line.c.source_id)
        .join(_j, _j.c.id == line.c.journal)
        .where(_j.c.ledger == ledger, line.c.source_kind.in_(kinds), line.c.role.in_(roles))
        .where(sa.exists().where(said.c.journal == _j.c.id, said.c.state.in_(whole)) | in_part)
    )
    return query.where(_j.c.accounting_on <= as_at) if as_at is not None else query
