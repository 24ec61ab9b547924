"""Granting: what somebody asks for somebody else, who may, and when it takes a second person."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from attrs import asdict, evolve, frozen
from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.people import Decision, Given, Grant, Rights, User, key
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, NotPermitted, RuleViolation
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import note_use
from localgov_ims.storage import people as stored
from localgov_ims.storage.store import Unit

_ALONE: Final = "Nobody else had people.authorise."


@frozen(kw_only=True)
class Asked:
    """What became of what was asked for a user.

    Attributes:
        user: The user as they are now.
        grant: What was asked, unless it only takes rights away.
        decision: What was decided about it; none: it waits for a second person.
    """

    user: User
    grant: Grant | None = None
    decision: Decision | None = None

    @property
    def waiting(self) -> bool:
        """Tell whether a second person must decide."""
        return self.grant is not None and self.decision is None


def ask(installation: Installation, unit: Unit, rights: Rights, user: User, given: Given) -> Asked:
    """Record what is asked for a user; what only takes away, or what nobody else could authorise, is done at once.

    Raises:
        InvalidValue: A role, fund group or method is not there.
        NotPermitted: Somebody asks for themselves (`own_rights`), or gives what they have not (`cannot_grant`).
        RuleViolation: The user has just that (`nothing_to_change`), or nobody would be left with people.authorise
            (`last_authoriser`).
    """
    refuse_own(rights, user)
    _check_known(installation.council, given)
    if given == user.given:
        message = f"{user.name} has just these rights; nothing was changed."
        raise RuleViolation("nothing_to_change", message, user=user.name)
    unit.detail |= {"user": user.name, "before": asdict(user.given), "after": asdict(given)}
    if _only_takes(installation.council, user.given, given):
        changed = evolve(user, given=given, number=user.number + 1)
        stored.add_version(unit, changed, installation.actor)
        refuse_nobody_left(installation, unit.connection)
        return Asked(user=changed)
    refuse_lacking(installation.council, rights, given)
    grant = Grant(
        id=new_id(), user=user.id, given=given, base=user.number, asked_by=installation.actor, at=unit.at
    )
    stored.add_grant(unit, grant)
    unit.detail |= {"grant": str(grant.id), "waiting": True}
    if not _alone(installation, unit.connection, rights):
        return Asked(user=user, grant=grant)
    note_use(unit, Permission.PEOPLE_AUTHORISE)
    unit.detail |= {"waiting": False, "alone": True}
    decision = Decision(
        grant=grant.id, accepted=True, alone=True, by=installation.actor, at=unit.at, reason=_ALONE
    )
    return Asked(user=give(unit, user, grant, decision), grant=grant, decision=decision)


def give(unit: Unit, user: User, grant: Grant, decision: Decision) -> User:
    """Record a decision that accepts, and the version of the user that it makes."""
    changed = evolve(user, given=grant.given, number=user.number + 1)
    stored.add_decision(unit, decision)
    stored.add_version(unit, changed, decision.by, grant.id)
    return changed


def refuse_own(rights: Rights, user: User) -> None:
    """Refuse that somebody changes what they themselves may do.

    Raises:
        NotPermitted: They are the user (`own_rights`).
    """
    if user.id == rights.user.id:
        message = f"{user.name} cannot change their own rights, nor disable or enable themselves. Ask a colleague who has people.edit."
        raise NotPermitted("own_rights", message, user=user.name)


def refuse_lacking(council: Council, rights: Rights, given: Given) -> None:
    """Refuse that somebody gives what they have not.

    Raises:
        NotPermitted: A permission or fund of *given* is not theirs (`cannot_grant`).
    """
    permissions = sorted(p.value for p in given.permissions(council.roles) - rights.permissions)
    funds = sorted(fund for fund in given.funds(council.fund_groups) if not rights.sees(fund))
    lacking = [*permissions, *(f"fund {code}" for code in funds)]
    if lacking:
        message = f"{rights.user.name} cannot give what they have not: {', '.join(lacking)}. Ask somebody who has it."
        raise NotPermitted("cannot_grant", message, permissions=permissions, funds=funds)


def refuse_nobody_left(installation: Installation, connection: Connection) -> None:
    """Refuse what would leave nobody who could give rights; called when it is recorded and not yet committed.

    Raises:
        RuleViolation: Nobody with people.authorise would be left (`last_authoriser`).
    """
    if not _authorisers(installation, connection):
        message = "Nobody with people.authorise would be left, and nobody could give rights again. Give it to somebody else first."
        raise RuleViolation("last_authoriser", message)


def refuse_same(grant: Grant, user: User, rights: Rights) -> None:
    """Refuse that somebody decides what they asked for, or what they are to be given.

    Raises:
        RuleViolation: They asked for it (`same_person`).
        NotPermitted: It is theirs (`own_rights`).
    """
    if key(grant.asked_by) == key(rights.user.name):
        message = f"{rights.user.name} asked for this; somebody else with people.authorise must decide."
        raise RuleViolation("same_person", message, grant=str(grant.id))
    refuse_own(rights, user)


def waiting_grant(connection: Connection, grant: UUID) -> Grant:
    """Return what was asked for and waits for a second person.

    Raises:
        NotFound: Nothing of that id was asked.
        AlreadyDone: It is decided; the error carries by whom and how.
    """
    found = next(stored.some_grants(connection, stored.grants.c.id == grant), None)
    if found is None:
        raise NotFound("no_such_grant", f"Nothing with the id {grant} was asked for.", grant=str(grant))
    first = next((d for d in stored.some_decisions(connection) if d.grant == grant), None)
    if first is not None:
        verb = "given" if first.accepted else "refused"
        message = f"This was {verb} already by {first.by} on {first.at:%d %B %Y}; nothing was changed."
        raise AlreadyDone("grant_decided", message, grant=str(grant), by=first.by, accepted=first.accepted)
    return found


def refuse_unknown(what: str, names: Collection[str], there: Collection[str]) -> None:
    """Refuse names that are not there.

    Raises:
        InvalidValue: One is not; its code names *what* it is.
    """
    for name in names:
        if name not in there:
            message = f"There is no {what} {name!r}; there are: {', '.join(sorted(there)) or 'none'}."
            raise InvalidValue(f"unknown_{what.replace(' ', '_')}", message, value=name)


def _alone(installation: Installation, connection: Connection, rights: Rights) -> bool:
    """Tell whether whoever asks is the only one who could authorise: a new council has one user."""
    return [user.id for user in _authorisers(installation, connection)] == [rights.user.id]


def _authorisers(installation: Installation, connection: Connection) -> list[User]:
    today, roles = local_day(installation.clock()), installation.council.roles
    return [
        user for user in stored.some(connection)
        if Permission.PEOPLE_AUTHORISE in user.given.permissions(roles)
        and not user.disabled and not user.locked(today)
    ]  # fmt: skip


def _only_takes(council: Council, before: Given, after: Given) -> bool:
    """Tell whether everything in *after* is in *before*: by what roles and groups hold, and by name where they are only names."""
    return (
        after.permissions(council.roles) <= before.permissions(council.roles)
        and after.funds(council.fund_groups) <= before.funds(council.fund_groups)
        and set(after.methods) <= set(before.methods)
        and set(after.import_types) <= set(before.import_types)
        and set(after.ereturn_templates) <= set(before.ereturn_templates)
    )


def _check_known(council: Council, given: Given) -> None:
    refuse_unknown("role", given.roles, council.roles)
    refuse_unknown("fund group", given.fund_groups, council.fund_groups)
    refuse_unknown("method of payment", given.methods, council.methods)
