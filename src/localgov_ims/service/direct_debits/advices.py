"""Advices: who is to act on what banks say of Direct Debit instructions, and who has."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from localgov_ims.domain.advices import RecordedAdvice
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import AlreadyDone, NotFound
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.storage import advices as stored
from localgov_ims.storage.bacs_reports import reports


def list_advices(
    installation: Installation, *, owner: str | None = None, every: bool = False, limit: int = 500
) -> list[RecordedAdvice]:
    """Return the advices that nobody has taken, or all, the oldest first; *owner* has those of their numbers alone.

    Raises:
        NotPermitted: The permission import.view is missing.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.IMPORT_VIEW)
        where = [] if every else [stored.untaken()]
        if owner is not None:
            numbers = [
                user.number for user in installation.council.service_users.values() if user.owner == owner
            ]
            where.append(reports.c.service_user.in_(numbers))
        return list(stored.some(connection, *where, limit=limit))


def take_advices(installation: Installation, advices: Sequence[UUID]) -> list[RecordedAdvice]:
    """Say that one acts on some advices; all of them are taken or none.

    Raises:
        NotPermitted: The permission import.decide is missing.
        NotFound: There is no such advice.
        AlreadyDone: Somebody has taken one.
    """
    with installation.unit("take_advices") as unit:
        permit_unit(installation, unit, Permission.IMPORT_DECIDE)
        found = list(stored.some(unit.connection, stored.advices.c.id.in_(advices)))
        for wanted in advices:
            if wanted not in {each.id for each in found}:
                message = (
                    f"There is no advice '{quoted(str(wanted))}'. `ims advices list` names those there are."
                )
                raise NotFound("not_found", message, advice=str(wanted))
        for each in found:
            if each.taken_by is not None:
                message = f"Advice {each.id} was taken by {each.taken_by}."
                raise AlreadyDone("already_taken", message, advice=str(each.id), by=each.taken_by)
            stored.take(unit, new_id(), each.id, unit.at, installation.actor)
        unit.detail |= {"advices": len(found)}
        unit.commit()
        return found


def owner_of(council: Council, service_user: str) -> str:
    """Return who owns a service user number, by the settings of today."""
    user = council.service_users.get(service_user)
    return user.owner if user is not None else "nobody"
