"""Retention: what is past its time is previewed, proposed, and removed when a second person confirms it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.retention import (
    ClassCount,
    LegalHold,
    Proposal,
    Removal,
    RemovalKind,
    RetentionPreview,
    first_kept,
)
from localgov_ims.errors import InvalidValue
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.personal_data import removing
from localgov_ims.storage import retention, retiring
from localgov_ims.storage.retention import Gone
from localgov_ims.storage.retiring import CLASSES
from localgov_ims.storage.store import Unit


def preview_retention(installation: Installation, on: date | None = None) -> RetentionPreview:
    """Return what is past its time on a day (today), class by class, and what legal holds keep; nothing is changed.

    Raises:
        NotPermitted: The permission `retention.run` is missing.
        InvalidValue: The day is yet to come.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.RETENTION_RUN)
        return _preview(installation, connection, on, installation.clock())


def propose_retention(installation: Installation, on: date | None = None) -> Proposal:
    """Preview, and record what is to be removed for another person to confirm.

    Raises:
        NotPermitted: The permission `retention.run` is missing.
        InvalidValue: The day is yet to come.
    """
    with installation.unit("propose_retention") as unit:
        permit_unit(installation, unit, Permission.RETENTION_RUN)
        preview = _preview(installation, unit.connection, on, unit.at)
        proposal = Proposal(
            id=new_id(), kind=RemovalKind.RETENTION, on=preview.on, classes=preview.classes, by=installation.actor,
            at=unit.at,
        )  # fmt: skip
        removing.propose(unit, proposal)
    return proposal


def confirm_retention(installation: Installation, proposal: UUID) -> Removal:
    """Remove what was proposed, but what a legal hold keeps by now: persons' data and files' bytes, nothing else.

    Raises:
        NotPermitted: The permission `retention.run` is missing.
        NotFound: There is no such proposal.
        RuleViolation: Whoever asks proposed it (`same_person`), or it would remove more than was previewed.
        AlreadyDone: It was confirmed before.
    """
    return removing.confirm(installation, proposal, RemovalKind.RETENTION, Permission.RETENTION_RUN, _remove)


def _preview(
    installation: Installation, connection: Connection, on: date | None, now: datetime
) -> RetentionPreview:
    today = local_day(now)
    day = on if on is not None else today
    if day > today:
        message = (
            f"{day:%d %B %Y} is yet to come: nothing is removed before its time. Give a day up to today."
        )
        raise InvalidValue("day_to_come", message, value=day.isoformat())
    holds = retention.holds_in_force(connection, today)
    classes = []
    for name, each in CLASSES.items():
        years = installation.council.retention.of(name)
        cut_off = first_kept(day, years)
        remove, held = retiring.count(connection, each, retiring.before(each, cut_off), holds)
        classes.append(ClassCount(name=name, years=years, cut_off=cut_off, remove=remove, held=held))
    return RetentionPreview(on=day, classes=tuple(classes))


def _remove(unit: Unit, proposal: Proposal, holds: Sequence[LegalHold]) -> Mapping[str, Gone]:
    gone = {}
    for asked in proposal.classes:
        if asked.cut_off is None or asked.name not in CLASSES:
            continue
        each = CLASSES[asked.name]
        found = retiring.remove(unit.connection, each, retiring.before(each, asked.cut_off), holds)
        if found.number > asked.remove:
            raise removing.more_than_previewed(
                asked.name, asked.remove, found.number
            )  # and all is rolled back
        gone[asked.name] = found
    return gone
