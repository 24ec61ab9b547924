"""What else is signed with a bank account: the files it rests on, and the Matches that people made."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.sign_offs import SignOffKind
from localgov_ims.reconciliation.recognisers import BY_A_PERSON
from localgov_ims.storage import audit, files, reconciliation, statements


def of_account(
    connection: Connection, account: str, first_on: date, as_at: date, kind: SignOffKind
) -> dict[str, list[dict[str, Any]]]:
    """Return files with their hashes, and Matches of people, that bear on an account's lines of a period."""
    if kind is not SignOffKind.BANK:
        return {"files": [], "matches_by_people": []}
    s, f = statements.statements.c, files.files.c
    query = (
        sa.select(f.name, f.sha256, s.number, s.format)
        .join(statements.statements, s.file == f.id)
        .where(s.account == account, s.first_on <= as_at, s.last_on >= first_on)
        .order_by(s.first_on, s.number)
    )
    used = [
        {"name": r.name, "sha256": r.sha256, "statement": r.number, "format": r.format}
        for r in connection.execute(query)
    ]
    m, lines, entries = reconciliation.matches.c, statements.lines.c, audit.entries.c
    made = (
        sa.select(m.id, m.pence, m.evidence, lines.booked_on, entries.by, entries.at)
        .join(statements.lines, lines.id == m.left_id)
        .join(audit.entries, entries.id == m.unit)
        .where(m.rule == BY_A_PERSON, lines.account == account, lines.booked_on.between(first_on, as_at))
        .order_by(m.id)
    )
    people = [
        {"id": str(r.id), "amount_pence": r.pence, "booked_on": r.booked_on.isoformat(), "by": r.by, "at": r.at.isoformat()}
        for r in connection.execute(made)
    ]  # fmt: skip
    return {"files": used, "matches_by_people": people}
