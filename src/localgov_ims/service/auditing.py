"""Auditing: the trail of who did what, newest first, and the proof that nobody changed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain import ids
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.people import key
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import ImsError, InvalidValue
from localgov_ims.service.installation import Installation
from localgov_ims.service.laws import unchanged
from localgov_ims.service.laws.law import Findings, LawReport
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage import audit, transactions
from localgov_ims.storage.schema import json_text
from localgov_ims.storage.tables import RECORD_TABLES

SHOWN: Final = 50
"""Entries shown where nobody says how many."""


@frozen(kw_only=True)
class Shown:
    """An entry of the audit trail.

    Attributes:
        at: When it was committed, in London's time.
        detail: What was done, with before and after where something changed; never personal data.
        records: How many records it wrote, by table.
        hash: What the entry after it names.
    """

    number: int
    at: datetime
    by: str
    action: str
    detail: Mapping[str, object]
    records: Mapping[str, int]
    hash: str


def verify_audit(installation: Installation) -> LawReport:
    """Prove the audit trail: every seal, digest and link, as law 2 does.

    Raises:
        NotPermitted: The permission audit.view is missing.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.AUDIT_VIEW)
        findings = Findings()
        try:
            unchanged.check(connection, installation.council, findings)
        except (ImsError, ValueError, TypeError, ArithmeticError) as error:
            # Tampered values may be no values at all; that is a finding.
            findings.breaks(f"Something in the audit trail cannot even be read: {error}")
    return LawReport(
        law=2, name="Records never change", checked=findings.checked, broken=tuple(findings.broken),
        count=findings.count,
    )  # fmt: skip


def show_audit(
    installation: Installation, *, by: str | None = None, action: str | None = None, since: date | None = None,
    until: date | None = None, record: str | None = None, limit: int = SHOWN,
) -> list[Shown]:  # fmt: skip
    """Return entries of the audit trail, the newest first: those that fit everything that is asked.

    *since* and *until* are days in London, both within. *record* is the id of a record, or the reference of a
    transaction or of one of its lines: then the entries that wrote it, or whose detail names it.

    Raises:
        NotPermitted: The permission audit.view is missing.
    """
    table = audit.entries
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.AUDIT_VIEW)
        where: list[sa.ColumnElement[bool]] = []
        if by is not None:
            where.append(table.c.by.in_(_spellings(connection, by)))
        if action is not None:
            where.append(table.c.action == action)
        if since is not None:
            where.append(table.c.at >= datetime.combine(since, time.min, LONDON))
        if until is not None:
            where.append(table.c.at <= datetime.combine(until, time.max, LONDON))
        if record is not None:
            where.append(_touches(connection, record))
        found = audit.newest(connection, where, limit)
        return [_shown(entry, hash_) for entry, hash_ in found]


def _spellings(connection: Connection, name: str) -> list[str]:
    known = connection.execute(sa.select(audit.entries.c.by).distinct()).scalars()
    return [spelling for spelling in known if key(spelling) == key(name)]


def _touches(connection: Connection, record: str) -> sa.ColumnElement[bool]:
    """Return the condition that an entry wrote a record, or names it."""
    # What no database could hold is nowhere in one.
    text = record.strip().encode("utf-8", "replace").decode().replace("\0", "?")
    wanted = set(_ids(connection, text))
    units = {
        unit
        for one in RECORD_TABLES
        for unit in connection.execute(sa.select(one.c.unit).where(one.c.id.in_(wanted))).scalars()
    }
    entries = audit.entries
    names = {text, *map(str, wanted)} - {""}
    named = [entries.c.detail.contains(json_text(each), autoescape=True) for each in names]
    return sa.or_(entries.c.id.in_(units), *named)


def _ids(connection: Connection, text: str) -> Iterable[UUID]:
    try:
        return [UUID(text)]
    except ValueError:
        pass  # it may be a reference
    try:
        reference = ids.parse_reference(text.partition("_")[0])
    except InvalidValue:
        return []
    heads = transactions.transactions
    return connection.execute(sa.select(heads.c.id).where(heads.c.reference == reference)).scalars().all()


def _shown(entry: audit.AuditEntry, hash_: str) -> Shown:
    return Shown(
        number=entry.number, at=entry.at.astimezone(LONDON), by=entry.by, action=entry.action, detail=entry.detail,
        records={table: count for table, (count, _) in entry.records.items()}, hash=hash_,
    )  # fmt: skip
