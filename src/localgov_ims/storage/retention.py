"""Legal holds, proposals to remove personal data, what each removed, and what was given out to its person."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

import sqlalchemy as sa
from attrs import asdict, define
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.retention import ClassCount, HoldKind, LegalHold, Proposal, RemovalKind, Subject
from localgov_ims.storage import personal
from localgov_ims.storage.schema import (
    day_column,
    json_text,
    moment_column,
    number_column,
    personal_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

holds = record_table(
    "legal_holds",
    text_column("kind"),
    text_column("fund", nullable=True),
    text_column("account_reference", nullable=True),
    sa.Column("file", sa.Uuid(), nullable=True),
    text_column("reason"),
    day_column("until", nullable=True),
    text_column("by"),
    moment_column("at"),
    personal_column(),
)

lifts = record_table(
    "legal_hold_lifts",
    points_to(holds, "hold"),
    text_column("reason"),
    text_column("by"),
    moment_column("at"),
    sa.UniqueConstraint("hold"),
)

proposals = record_table(
    "removal_proposals",
    text_column("kind"),
    day_column("on"),
    text_column("classes"),
    number_column("files"),
    text_column("by"),
    moment_column("at"),
    personal_column(),
)

runs = record_table(
    "removal_runs",
    points_to(proposals, "proposal"),
    text_column("by"),
    moment_column("at"),
    # A proposal is carried out once.
    sa.UniqueConstraint("proposal"),
)

counts = record_table(
    "removal_counts",
    points_to(runs, "run"),
    text_column("name"),
    number_column("removed"),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.UniqueConstraint("run", "name"),
)

accesses = record_table(
    "subject_accesses",
    text_column("counts"),
    text_column("by"),
    moment_column("at"),
)

_WHOLE = 2**256


@define
class Gone:
    """A set of records whose side rows are gone: how many, and a digest of which.

    The digest is the sum of the SHA-256 of their ids, so sets add up in any order: what all runs removed can be held
    against what is missing without keeping a list of either.
    """

    number: int = 0
    total: int = 0

    def add(self, record: UUID) -> None:
        """Count a record in."""
        self.number += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(record.bytes).digest())) % _WHOLE

    @property
    def digest(self) -> str:
        """The digest in 64 hex digits."""
        return f"{self.total:064x}"

    def plus(self, number: int, digest: str) -> Self:
        """Return this set with another one, of other records."""
        return type(self)(self.number + number, (self.total + int(digest, 16)) % _WHOLE)


def add_hold(unit: Unit, hold: LegalHold) -> None:
    """Record a legal hold."""
    secret = personal.seal(hold.id, {"payer": {"name": hold.payer}} if hold.payer is not None else {})
    h = hold
    unit.record(holds, [(
        h.id, h.kind.value, h.fund, h.account_reference, h.file, h.reason, h.until, h.by, h.at,
        secret.hash if secret is not None else None,
    )])  # fmt: skip
    unit.personal([secret])


def add_lift(unit: Unit, hold: UUID, reason: str, by: str) -> None:
    """Record that a hold is lifted.

    Raises:
        AlreadyDone: It was lifted before.
    """
    unit.record(lifts, [(new_id(), hold, reason, by, unit.at)])


def every_hold(connection: Connection) -> Iterator[LegalHold]:
    """Yield every legal hold, the oldest first."""
    query = (
        sa.select(holds, lifts.c.id.label("lift"), personal.data.c.value)
        .outerjoin(lifts, lifts.c.hold == holds.c.id)
        .outerjoin(personal.data, personal.data.c.record == holds.c.id)
        .order_by(holds.c.at, holds.c.id)
    )
    for row in connection.execute(query):
        told: dict[str, Any] = personal.read(row.value)
        yield LegalHold(
            id=row.id, kind=HoldKind(row.kind), fund=row.fund, account_reference=row.account_reference,
            payer=_payer(row.kind, told), file=row.file, reason=row.reason, until=row.until, by=row.by, at=row.at,
            lifted=row.lift is not None,
        )  # fmt: skip


def holds_in_force(connection: Connection, day: date) -> list[LegalHold]:
    """Return the legal holds that hold on *day*."""
    return [hold for hold in every_hold(connection) if hold.in_force(day)]


def add_proposal(unit: Unit, proposal: Proposal) -> None:
    """Record a proposal; whom it is about goes beside it."""
    p = proposal
    secret = personal.seal(p.id, {"subject": asdict(p.subject)} if p.subject is not None else {})
    classes = [
        [c.name, c.years, c.cut_off.isoformat() if c.cut_off is not None else None, c.remove, c.held]
        for c in p.classes
    ]
    unit.record(proposals, [(
        p.id, p.kind.value, p.on, json_text(classes), int(p.files), p.by, p.at,
        secret.hash if secret is not None else None,
    )])  # fmt: skip
    unit.personal([secret])


def proposal(connection: Connection, wanted: UUID) -> Proposal | None:
    """Return a proposal, if there is one."""
    query = (
        sa.select(proposals, personal.data.c.value)
        .outerjoin(personal.data, personal.data.c.record == proposals.c.id)
        .where(proposals.c.id == wanted)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    told: dict[str, Any] = personal.read(row.value)
    return Proposal(
        id=row.id, kind=RemovalKind(row.kind), on=row.on,
        classes=tuple(
            ClassCount(
                name=name, years=years, cut_off=date.fromisoformat(day) if day else None, remove=remove, held=held
            )
            for name, years, day, remove, held in json.loads(row.classes)
        ),
        subject=_subject(told["subject"]) if told else None, files=bool(row.files), by=row.by, at=row.at,
    )  # fmt: skip


def carried_out(connection: Connection, wanted: UUID) -> tuple[str, datetime] | None:
    """Return who carried a proposal out and when, if somebody did."""
    row = connection.execute(sa.select(runs).where(runs.c.proposal == wanted)).one_or_none()
    return (row.by, row.at) if row is not None else None


def add_run(unit: Unit, carried: UUID, by: str, removed: Mapping[str, Gone]) -> None:
    """Record that a proposal was carried out, and what of each class it removed: counts and digests, never values.

    Raises:
        AlreadyDone: It was carried out before.
    """
    run = new_id()
    unit.record(runs, [(run, carried, by, unit.at)])
    unit.record(counts, [(new_id(), run, name, gone.number, gone.digest) for name, gone in removed.items()])


def lawfully_gone(connection: Connection) -> dict[str, Gone]:
    """Return what all runs together removed, by class."""
    found: dict[str, Gone] = {}
    for row in connection.execute(sa.select(counts)):
        found[row.name] = found.get(row.name, Gone()).plus(row.removed, row.digest)
    return found


def add_access(unit: Unit, given: Mapping[str, int], by: str) -> None:
    """Record that what is held of somebody was given out: how much of what, not of whom."""
    unit.record(accesses, [(new_id(), json_text(dict(given)), by, unit.at)])


_UNKNOWN_PAYER = "(removed)"


def _payer(kind: str, told: dict[str, Any]) -> str | None:
    if kind != HoldKind.PAYER.value:
        return None
    name: str = told["payer"]["name"] if told else _UNKNOWN_PAYER  # of a hold that is over
    return name


def _subject(told: dict[str, Any]) -> Subject:
    return Subject(accounts=told["accounts"], names=told["names"], emails=told["emails"])
