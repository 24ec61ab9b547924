"""Permitting: who is asking, and may they? Asked at the start of every service, before anything is read or written."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.people import Rights, User
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import NotSignedIn
from localgov_ims.service.installation import Installation
from localgov_ims.storage import people
from localgov_ims.storage.store import Unit


def permit(
    installation: Installation, connection: Connection, *permissions: Permission, funds: Collection[str] = ()
) -> Rights:
    """Return the rights of whoever is asking, if they have a permission and every fund named.

    Of several permissions one is enough. Call it before anything else is read: "not permitted" must not tell
    what is there.

    Raises:
        NotSignedIn: There is no such user, or they are disabled or locked.
        NotPermitted: They have none of the permissions, or a fund is not theirs.
    """
    rights = rights_now(installation, connection)
    rights.require(*permissions)
    rights.require_funds(funds)
    return rights


def permit_unit(
    installation: Installation, unit: Unit, *permissions: Permission, funds: Collection[str] = ()
) -> Rights:
    """Do as `permit` in a unit of work, and note the permission in its audit entry, for the access review.

    Raises:
        NotSignedIn: There is no such user, or they are disabled or locked.
        NotPermitted: They have none of the permissions, or a fund is not theirs.
    """
    rights = permit(installation, unit.connection, *permissions, funds=funds)
    note_use(unit, *(permission for permission in permissions if rights.has(permission)))
    return rights


def permit_reading(
    installation: Installation, *permissions: Permission, funds: Collection[str] = ()
) -> Rights:
    """Do as `permit` for a service of several steps, each of which is a unit or reading of its own.

    Raises:
        NotSignedIn: There is no such user, or they are disabled or locked.
        NotPermitted: They have none of the permissions, or a fund is not theirs.
    """
    with installation.store.reading() as connection:
        return permit(installation, connection, *permissions, funds=funds)


def note_use(unit: Unit, *permissions: Permission) -> None:
    """Note in a unit's audit entry which permissions it used: their names, joined by spaces."""
    before = str(unit.detail.get("permission", "")).split()
    unit.detail["permission"] = " ".join(sorted({*before, *(p.value for p in permissions)}))


def rights_now(installation: Installation, connection: Connection) -> Rights:
    """Return the rights of whoever is asking.

    Raises:
        NotSignedIn: There is no such user, or they are disabled or locked.
    """
    user = known_user(installation, connection)
    return Rights.of(user, installation.council.roles, installation.council.fund_groups)


def known_user(installation: Installation, connection: Connection) -> User:
    """Return whoever is asking.

    Raises:
        NotSignedIn: There is no such user (`no_such_user`), or they are disabled (`user_disabled`) or locked
            (`user_locked`).
    """
    name = installation.actor
    user = people.by_name(connection, name)
    if user is None:
        message = (
            f"There is no user {name!r} here. Somebody with people.edit adds you: `ims users add {name} --role ROLE`. "
            "On the command line IMS_ACTOR says who you are."
        )
        raise NotSignedIn("no_such_user", message, user=name)
    if user.disabled:
        message = f"User {user.name} is disabled. Somebody with people.edit enables you: `ims users enable {user.name}`."
        raise NotSignedIn("user_disabled", message, user=user.name)
    if user.locked(local_day(installation.clock())):
        message = (
            f"User {user.name} is locked, last seen on {user.last_seen_on():%d %B %Y} and away for more than "
            f"{user.expiry_days} days. Somebody with people.edit lets you in: `ims users enable {user.name}`."
        )
        raise NotSignedIn("user_locked", message, user=user.name)
    return user
