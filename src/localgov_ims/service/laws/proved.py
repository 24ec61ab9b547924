"""Law 5: totals are proved, not trusted."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.service.council import Council
from localgov_ims.service.laws.answered import answered
from localgov_ims.service.laws.fed import fed
from localgov_ims.service.laws.law import Findings
from localgov_ims.service.laws.paid_in import paid_in
from localgov_ims.service.laws.signed import signed
from localgov_ims.storage import journal_states, journals, settlements, statements


def check(connection: Connection, _: Council, findings: Findings) -> None:
    """Prove statements, settlements, journals with their files, eReturns, feeds with their answers, and sign-offs, each against what it is made of."""
    findings.take(_statements(connection, findings))
    findings.take(_settlements(connection, findings))
    findings.take(_journals(connection, findings))
    findings.take(_exports(connection, findings))
    findings.take(paid_in(connection, findings))
    findings.take(fed(connection, findings))
    findings.take(answered(connection, findings))
    findings.take(signed(connection, findings))


def _statements(connection: Connection, findings: Findings) -> Iterator[str]:
    s, lines = statements.statements, statements.lines
    query = (
        sa.select(
            s,
            sa.func.coalesce(sa.func.sum(lines.c.pence), 0).label("sum"),
            sa.func.count(lines.c.id).label("n"),
        )
        .outerjoin(lines, lines.c.statement == s.c.id)
        .group_by(s.c.id)
    )
    for row in connection.execute(query):
        findings.look_at()
        name = f"Statement {row.number} of account {row.account}"
        if row.opening is not None and row.closing is not None:
            expected = row.opening + row.credits - row.debits
            if expected != row.closing:
                yield f"{name}: it closes at {Money(row.closing).shown()}, but its entries lead to {Money(expected).shown()}."
        if int(row.sum) + row.seen != row.credits - row.debits or row.n + row.seen_lines != row.lines:
            yield f"{name}: its lines are {row.n} of {Money(int(row.sum)).shown()}, not those that were proved."
    orphans = sa.select(lines.c.id).where(lines.c.statement.not_in(sa.select(s.c.id)))
    for orphan in connection.execute(orphans).scalars():
        yield f"Statement line {orphan}: its statement is not there."


def _settlements(connection: Connection, findings: Findings) -> Iterator[str]:
    s, lines = settlements.settlements, settlements.lines
    query = (
        sa.select(
            s, sa.func.coalesce(sa.func.sum(lines.c.net), 0).label("nets"),
            sa.func.coalesce(sa.func.sum(lines.c.pence - lines.c.fee - lines.c.net), 0).label("torn"),
            sa.func.count(lines.c.id).label("n"),
        )
        .outerjoin(lines, lines.c.settlement == s.c.id)
        .group_by(s.c.id)
    )  # fmt: skip
    for row in connection.execute(query):
        findings.look_at()
        sums = (int(row.nets), int(row.torn), row.gross - row.fees, row.n)
        if sums != (row.net, 0, row.net, row.lines):
            yield f"Settlement {row.reference} of {row.source}: gross less fees, net and its {row.n} lines do not agree."


def _journals(connection: Connection, findings: Findings) -> Iterator[str]:
    j, lines, sources = journals.journals, journals.lines, journals.sources
    signed = sa.case((lines.c.side == "debit", lines.c.pence), else_=-lines.c.pence)
    query = (
        sa.select(j.c.number, lines.c.source_kind, lines.c.source_id, sa.func.sum(signed).label("off"))
        .join(lines, lines.c.journal == j.c.id)
        .group_by(j.c.number, lines.c.source_kind, lines.c.source_id)
    )
    for row in connection.execute(query):
        findings.look_at()
        if row.off:
            by = Money(int(row.off)).shown()
            yield f"Journal {row.number}: debits and credits of {row.source_kind} {row.source_id} differ by {by}."
    missing = sa.select(sources.c.kind, sources.c.source_id).where(
        ~sa.exists().where(
            lines.c.journal == sources.c.journal, lines.c.source_kind == sources.c.kind,
            lines.c.source_id == sources.c.source_id,
        )
    )  # fmt: skip
    for source in connection.execute(missing):
        yield f"Source {source.kind} {source.source_id}: it counts as journalled, but no journal line is of it."


def _exports(connection: Connection, findings: Findings) -> Iterator[str]:
    e, lines = journal_states.exports, journals.lines
    debit = sa.func.sum(sa.case((lines.c.side == "debit", lines.c.pence), else_=0))
    query = (
        sa.select(e.c.name, e.c.debit, e.c.credit, debit.label("sum"))
        .join(lines, lines.c.journal == e.c.journal)
        .group_by(e.c.id, e.c.name, e.c.debit, e.c.credit)
    )
    for row in connection.execute(query):
        findings.look_at()
        if row.debit != row.credit or row.debit != int(row.sum):
            yield f"File {row.name}: it holds {row.debit} pence of debits and {row.credit} of credits, its journal {row.sum}."
