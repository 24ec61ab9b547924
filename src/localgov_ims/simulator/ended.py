"""What became of everything: each statement line's end, as the truth names it, and what each account has had by Direct Debit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.transactions import Transaction
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.service.installation import Installation
from localgov_ims.simulator.truth import Outcome
from localgov_ims.storage import files, income_files, reconciliation, settlements, statements, transactions
from localgov_ims.storage import unpaids as stored_unpaids


def collected(installation: Installation, connection: Connection) -> dict[str, Money]:
    """Return what each account has had by Direct Debit, less what was taken back."""
    lines, methods = transactions.lines, {user.mop for user in installation.council.service_users.values()}
    query = (
        sa.select(lines.c.account_reference, sa.func.sum(lines.c.pence).label("pence"))
        .where(lines.c.mop.in_(methods))
        .group_by(lines.c.account_reference)
    )
    return {row.account_reference: Money(int(row.pence)) for row in connection.execute(query)}


def outcomes(connection: Connection) -> Iterator[Outcome]:
    """Yield what became of every statement line, as the truth names it."""
    recorded = {t.id: t for t in transactions.some(connection)}
    names = {t.id: t.reference for t in recorded.values()}
    names |= {s.id: s.reference for s in settlements.some(connection)}
    names |= {u.id: u.unpaid.reference for u in stored_unpaids.some(connection)}
    names |= {i.id: files.by_id(connection, i.file).name for i in income_files.some(connection)}
    matched = _matched(connection, names)
    reasons = {item.line: item.reason.value for item in transactions.some_suspense(connection)}
    current = {
        row.line: reconciliation.disposition(row)
        for row in connection.execute(reconciliation.current.select())
    }
    for line in statements.some_lines(connection):
        disposition = current.get(line.id)
        if disposition is not None:
            yield _outcome(line, disposition, recorded, matched, reasons)


def _matched(connection: Connection, names: Mapping[UUID, str]) -> dict[UUID, str]:
    """Return what each line that is matched is the same money as: several names where it is that of several records."""
    found: dict[UUID, set[str]] = {}
    for match in reconciliation.some_matches(connection):
        if match.right in names:
            found.setdefault(match.left, set()).add(names[match.right])
    return {line: " + ".join(sorted(named)) for line, named in found.items()}


def _outcome(
    line: StatementLine, disposition: Disposition, recorded: Mapping[UUID, Transaction],
    matched: Mapping[UUID, str], reasons: Mapping[UUID, str],
) -> Outcome:  # fmt: skip
    fund = account_reference = match = None
    detail = disposition.what
    if disposition.record is not None and disposition.kind is DispositionKind.MATCHED:
        match = matched.get(line.id)
    elif disposition.record is not None:
        booked = recorded[disposition.record].lines  # of a batch, each payment's
        if disposition.kind is DispositionKind.ALLOCATED:
            fund, account_reference = booked[0].fund, booked[0].account_reference
        else:
            detail = next(reasons[each.id] for each in booked if each.id in reasons)
    return Outcome(
        line.account, line.line.booked_on, line.line.position, disposition.kind.value, fund=fund,
        account_reference=account_reference, matched=match, detail=detail,
    )  # fmt: skip
