"""People: adding users, giving them rights, and letting them in."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from attrs import asdict, evolve
from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.people import Decision, Given, Grant, User, key
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.roles import ADMINISTRATOR
from localgov_ims.errors import AlreadyDone, NotFound, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.people import granting
from localgov_ims.service.people.granting import Asked
from localgov_ims.service.people.permitting import known_user, permit, permit_unit, rights_now
from localgov_ims.storage import people as stored
from localgov_ims.storage.store import Store, Unit

EXPIRY_DAYS: Final = 90
"""Days after which a user who did not sign in is locked, unless something else is said."""

_NOTHING: Final = Given()
_SEES_PEOPLE: Final = (Permission.PEOPLE_EDIT, Permission.PEOPLE_AUTHORISE, Permission.PEOPLE_REVIEW)


def begin(store: Store, name: str) -> str:
    """Return a user's name as it is kept; in a database without users, make them the first, an administrator."""
    with store.reading() as connection:
        found = stored.by_name(connection, name)
        if found is not None or stored.anybody(connection):
            return found.name if found is not None else name
    with store.unit("begin", by=name) as unit:
        unit.lock()
        if stored.anybody(unit.connection):
            return name  # of two commands that begin at once one makes the first user
        user = User(
            id=new_id(), name=name, display_name=name, expiry_days=None, given=Given(roles=(ADMINISTRATOR,)),
            created_at=unit.at,
        )  # fmt: skip
        stored.add(unit, user, name)
        stored.add_version(unit, user, name)
        unit.detail |= {"user": name, "after": asdict(user.given)}
        unit.commit()
    return name


def add_user(
    installation: Installation, *, name: str, display_name: str | None = None, office: str | None = None,
    expiry_days: int | None = EXPIRY_DAYS, given: Given = _NOTHING,
) -> Asked:  # fmt: skip
    """Add a user, and ask for their rights; until somebody else gives them, they have none.

    Raises:
        NotPermitted: The permission people.edit, or something of *given*, is not whoever asks's.
        InvalidValue: The name cannot be one, or a role, fund group, method or office is not there.
        AlreadyDone: There is a user of that name, whatever its case.
    """
    with installation.unit("add_user") as unit:
        rights = permit_unit(installation, unit, Permission.PEOPLE_EDIT)
        unit.lock()
        granting.refuse_unknown(
            "office", [office] if office is not None else [], installation.council.offices
        )
        user = User(
            id=new_id(), name=name, display_name=display_name or name, office=office, expiry_days=expiry_days,
            given=_NOTHING, created_at=unit.at,
        )  # fmt: skip
        if stored.by_name(unit.connection, name) is not None:
            message = f"There is a user {name!r} already; `ims users grant {name}` changes what they may do."
            raise AlreadyDone("user_exists", message, user=name)
        unit.detail["user"] = user.name
        stored.add(unit, user, installation.actor)
        stored.add_version(unit, user, installation.actor)
        asked = Asked(user=user)
        if given != _NOTHING:
            asked = granting.ask(installation, unit, rights, user, given)
        unit.commit()
    return asked


def propose_rights(installation: Installation, *, name: str, given: Given) -> Asked:
    """Ask that a user is to have *given*, in place of what they have now.

    What only takes away is done at once; anything else waits for somebody else with people.authorise.

    Raises:
        NotPermitted: The permission people.edit is missing, they are whoever asks (`own_rights`), or something of
            *given* is not whoever asks's (`cannot_grant`).
        NotFound: There is no such user.
        InvalidValue: A role, fund group or method is not there.
        RuleViolation: They have just that, or nobody with people.authorise would be left.
    """
    with installation.unit("propose_rights") as unit:
        rights = permit_unit(installation, unit, Permission.PEOPLE_EDIT)
        unit.lock()
        user = _found(unit.connection, name)
        asked = granting.ask(installation, unit, rights, user, given)
        unit.commit()
    return asked


def decide_grant(installation: Installation, *, grant: UUID, accept: bool, reason: str = "") -> Asked:
    """Give what somebody else asked for a third person, or refuse it.

    Raises:
        NotPermitted: The permission people.authorise is missing, it is for whoever decides (`own_rights`), or
            something in it is not theirs (`cannot_grant`).
        NotFound: Nothing of that id was asked.
        AlreadyDone: It is decided.
        RuleViolation: Whoever decides asked for it (`same_person`), or the user was changed since (`grant_stale`).
    """
    with installation.unit("decide_grant") as unit:
        rights = permit_unit(installation, unit, Permission.PEOPLE_AUTHORISE)
        unit.lock()
        found = granting.waiting_grant(unit.connection, grant)
        user = stored.by_id(unit.connection, found.user)
        granting.refuse_same(found, user, rights)
        decision = Decision(
            grant=grant, accepted=accept, alone=False, by=installation.actor, at=unit.at, reason=reason
        )
        if accept:
            if user.number != found.base:
                message = (
                    f"{user.name} was changed since this was asked. Refuse it, and let it be asked anew."
                )
                raise RuleViolation("grant_stale", message, grant=str(grant))
            granting.refuse_lacking(installation.council, rights, found.given)
            user = granting.give(unit, user, found, decision)
            granting.refuse_nobody_left(installation, unit.connection)
        else:
            stored.add_decision(unit, decision)
        unit.detail |= {"user": user.name, "grant": str(grant), "accepted": accept}
        unit.commit()
    return Asked(user=user, grant=found, decision=decision)


def disable_user(installation: Installation, *, name: str) -> User:
    """Let a user in no more; disabled already, nothing changes.

    Raises:
        NotPermitted: The permission people.edit is missing, or they are whoever asks.
        NotFound: There is no such user.
        RuleViolation: Nobody with people.authorise would be left.
    """
    with installation.unit("disable_user") as unit:
        user = _theirs(installation, unit, name)
        if user.disabled:
            return user
        user = evolve(user, disabled=True, number=user.number + 1)
        stored.add_version(unit, user, installation.actor)
        granting.refuse_nobody_left(installation, unit.connection)
        unit.commit()
    return user


def enable_user(installation: Installation, *, name: str) -> User:
    """Let a user in again who was disabled or locked, with the rights they had; the days to expiry begin anew.

    Raises:
        NotPermitted: The permission people.edit is missing, or they are whoever asks.
        NotFound: There is no such user.
    """
    with installation.unit("enable_user") as unit:
        user = _theirs(installation, unit, name)
        if not user.disabled and not user.locked(local_day(installation.clock())):
            return user
        user = evolve(user, disabled=False, last_enabled_at=unit.at, number=user.number + 1)
        stored.add_version(unit, user, installation.actor)
        unit.commit()
    return user


def sign_in(installation: Installation) -> User:
    """Record that the actor signed in, having proved who they are to whoever calls this.

    Raises:
        NotSignedIn: There is no such user, or they are disabled or locked.
    """
    with installation.unit("sign_in") as unit:
        user = known_user(installation, unit.connection)
        stored.add_sign_in(unit, user.id)
        unit.commit()
    return evolve(user, last_login_at=unit.at)


def come_in(installation: Installation) -> User:
    """Sign the actor in once a day, if they would expire: what opens a council for somebody at the command line.

    Raises:
        NotSignedIn: There is no such user, or they are disabled or locked.
    """
    with installation.store.reading() as connection:
        found = known_user(installation, connection)
    today = local_day(installation.clock())
    if found.expiry_days is None or (found.last_login_at and local_day(found.last_login_at) == today):
        return found
    return sign_in(installation)


def user(installation: Installation, name: str) -> User:
    """Return a user; everybody may see themselves.

    Raises:
        NotPermitted: Whoever asks has none of the permissions people.edit, .authorise and .review.
        NotFound: There is no such user.
    """
    with installation.store.reading() as connection:
        rights = rights_now(installation, connection)
        if key(name) != key(rights.user.name):
            rights.require(*_SEES_PEOPLE)
        return _found(connection, name)


def users(installation: Installation) -> list[User]:
    """Return every user, by name.

    Raises:
        NotPermitted: Whoever asks has none of the permissions people.edit, .authorise and .review.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, *_SEES_PEOPLE)
        return list(stored.some(connection))


def waiting_grants(installation: Installation) -> list[tuple[User, Grant]]:
    """Return what waits for a second person, with whom it is for, the oldest first.

    Raises:
        NotPermitted: Whoever asks has none of the permissions people.edit, .authorise and .review.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, *_SEES_PEOPLE)
        known = {found.id: found for found in stored.some(connection)}
        return [
            (known[grant.user], grant) for grant in stored.some_grants(connection, stored.waiting())
            if known[grant.user].number == grant.base
        ]  # fmt: skip


def _theirs(installation: Installation, unit: Unit, name: str) -> User:
    """Return the user who is to be let in or out, by somebody who may."""
    rights = permit_unit(installation, unit, Permission.PEOPLE_EDIT)
    unit.lock()
    found = _found(unit.connection, name)
    granting.refuse_own(rights, found)
    unit.detail["user"] = found.name
    return found


def _found(connection: Connection, name: str) -> User:
    found = stored.by_name(connection, name)
    if found is None:
        message = f"There is no user {name!r}. `ims users list` shows them all."
        raise NotFound("no_such_user", message, user=name)
    return found
