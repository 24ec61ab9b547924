"""Law 2: records never change. Every seal, every unit's digest and every link of the chain is computed again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.service.council import Council
from localgov_ims.service.laws.law import Findings
from localgov_ims.storage import audit, files, personal, retention
from localgov_ims.storage.retention import Gone
from localgov_ims.storage.schema import canonical, raw, seal_of
from localgov_ims.storage.tables import RECORD_TABLES, filled

_GUARDS = {
    "sqlite": ("refuses_update", "refuses_delete"),
    "postgresql": ("refuses_change", "refuses_truncate"),
}


def check(connection: Connection, _: Council, findings: Findings) -> None:
    """Prove that no record was altered, added or removed past the audit trail."""
    written: dict[tuple[str, str], tuple[int, str]] = {}
    for table in filled(connection):
        findings.take(_seals(connection, table, written, findings))
    findings.take(_chain(connection, written, findings))
    findings.take(_personal(connection, findings))
    findings.take(_bytes(connection, findings))
    findings.take(_guards(connection))


def _seals(
    connection: Connection,
    table: sa.Table,
    written: dict[tuple[str, str], tuple[int, str]],
    findings: Findings,
) -> Iterator[str]:
    unit, count, digest = None, 0, hashlib.sha256()
    query = raw(table).order_by(table.c.unit, table.c.ordinal)
    for row in connection.execute(query, execution_options={"yield_per": 5000}):
        findings.look_at()
        *values, seal = row
        if row.unit != unit:
            if unit is not None:
                written[_text(unit), table.name] = count, digest.hexdigest()
            unit, count, digest = row.unit, 0, hashlib.sha256()
        right = seal_of(table.name, canonical(values))
        if right != bytes(seal):
            yield f"{table.name} {row.id}: it is not what was sealed; somebody changed it."
        digest.update(bytes(seal))
        count += 1
    if unit is not None:
        written[_text(unit), table.name] = count, digest.hexdigest()


def _text(identifier: object) -> str:
    return str(canonical((identifier,))[0])


def _chain(
    connection: Connection, written: dict[tuple[str, str], tuple[int, str]], findings: Findings
) -> Iterator[str]:
    number, head = 0, audit.START
    for entry, stored_hash in audit.chain(connection):
        findings.look_at()
        name = f"Audit entry {entry.number} ({entry.action} by {entry.by}, {entry.at:%d %B %Y %H:%M} UTC)"
        if entry.number != number + 1 or entry.previous != head:
            yield f"{name}: it does not follow the entry before it; one was removed, added or altered."
        if entry.hash != stored_hash:
            yield f"{name}: it is not what was chained; somebody changed it."
        number, head = entry.number, stored_hash
        for table, (count, digest) in entry.records.items():
            found, hashed = written.pop((entry.id.hex, table), (0, ""))
            if found != count:
                yield f"{name}: it wrote {count} records in {table}, and {found} are there."
            elif hashed != digest:
                yield f"{name}: the records it wrote in {table} are not those that are there."
    for (unit, table), (count, _) in written.items():
        yield f"{table}: {count} records of unit {unit} are in no audit entry."


def _personal(connection: Connection, findings: Findings) -> Iterator[str]:
    """Prove what is beside records, and that what is gone is exactly what was lawfully removed, no more and no less."""
    lawful = retention.lawfully_gone(connection)
    beside = 0
    for table in RECORD_TABLES:
        if "personal" not in table.c:
            continue
        missing = Gone()
        query = (
            sa.select(table.c.id, table.c.personal, personal.data.c.salt, personal.data.c.value)
            .outerjoin(personal.data, personal.data.c.record == table.c.id)
            .where(table.c.personal.is_not(None))
        )
        for row in connection.execute(query, execution_options={"yield_per": 5000}):
            findings.look_at()
            if row.salt is None:
                missing.add(row.id)
                continue
            beside += 1
            if personal.Sealed(row.id, bytes(row.salt), row.value).hash != row.personal:
                yield f"{table.name} {row.id}: the personal data kept beside it is not what was recorded."
        yield from _retired(table.name, "personal data", missing, lawful, findings)
    kept: int = connection.execute(sa.select(sa.func.count()).select_from(personal.data)).scalar_one()
    if kept != beside:
        yield f"personal_data: {kept - beside:,} of its rows belong to no record that says it has any; somebody added them."


def _bytes(connection: Connection, findings: Findings) -> Iterator[str]:
    query = sa.select(files.chunks).order_by(files.chunks.c.file, files.chunks.c.number)
    digests: dict[UUID, Any] = {}
    for row in connection.execute(query, execution_options={"yield_per": 1}):
        digests.setdefault(row.file, hashlib.sha256()).update(bytes(row.data))
    missing = Gone()
    for row in connection.execute(sa.select(files.files)):
        findings.look_at()
        if row.id in digests:
            if digests[row.id].hexdigest() != row.sha256:
                yield f"files {row.id} ({row.name}): its bytes are not those that came."
        elif row.size:
            missing.add(row.id)
    yield from _retired("files", "bytes", missing, retention.lawfully_gone(connection), findings)


def _retired(
    name: str, what: str, missing: Gone, lawful: dict[str, Gone], findings: Findings
) -> Iterator[str]:
    """Hold what is gone against what retention runs and erasures say they removed."""
    removed = lawful.get(name, Gone())
    findings.retired += min(missing.number, removed.number)
    if missing.number > removed.number:
        yield (
            f"{name}: the {what} of {missing.number:,} records is gone, and only {removed.number:,} were lawfully "
            "removed; somebody deleted the rest."
        )
    elif missing.number < removed.number:
        yield f"{name}: the {what} of {removed.number - missing.number:,} records was lawfully removed, and is back."
    elif missing.digest != removed.digest:
        yield f"{name}: the {what} that is gone is not that which was lawfully removed; somebody changed places."


def _guards(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        present = set(
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars()
        )
    else:
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgrelid::regclass::text = ANY(%s)"
        names = [table.name for table in RECORD_TABLES]
        present = set(connection.exec_driver_sql(query, (names,)).scalars())
    for table in RECORD_TABLES:
        for guard in _GUARDS[connection.dialect.name]:
            if f"{table.name}_{guard}" not in present:
                yield f"{table.name}: the trigger {table.name}_{guard} is gone, so its records could be changed."
