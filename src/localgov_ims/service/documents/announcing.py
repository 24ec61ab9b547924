"""Announcing: system messages to staff and the public, put up for a while and taken down."""

from __future__ import annotations

from datetime import datetime

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.system_messages import Audience, MessageSeverity, SystemMessage
from localgov_ims.errors import AlreadyDone, NotFound
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import known_user, permit, permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.storage import system_messages as stored


def add_message(
    installation: Installation, *, text: str, ends_at: datetime, starts_at: datetime | None = None,
    severity: MessageSeverity = MessageSeverity.INFO, audience: Audience = Audience.BOTH,
) -> SystemMessage:  # fmt: skip
    """Put up a message from a moment on (now, where none is given) until just before another.

    Raises:
        NotPermitted: The permission message.manage is missing.
        InvalidValue: The text is blank or longer than 160 characters, or it ends before it starts.
    """

    def once() -> SystemMessage:
        with installation.unit("add_system_message") as unit:
            permit_unit(installation, unit, Permission.MESSAGE_MANAGE)
            made = SystemMessage(
                id=new_id(), number=stored.last_number(unit.connection) + 1, severity=severity, text=text,
                starts_at=starts_at or unit.at, ends_at=ends_at, audience=audience, by=installation.actor, at=unit.at,
            )  # fmt: skip
            stored.add(unit, made)
            unit.detail |= {"message": made.number, "audience": audience.value}
            unit.commit()
        return made

    return retried(once)


def end_message(installation: Installation, number: int) -> SystemMessage:
    """Take a message down before its time.

    Raises:
        NotPermitted: The permission message.manage is missing.
        NotFound: There is no message of that number.
        AlreadyDone: Its time is over, or somebody took it down (`message_over`).
    """

    def once() -> SystemMessage:
        with installation.unit("end_system_message") as unit:
            permit_unit(installation, unit, Permission.MESSAGE_MANAGE)
            wanted = stored.messages.c.number == number
            found = next(stored.some(unit.connection, wanted), None)
            if found is None:
                message = f"There is no message {number}. `ims messages list` shows them."
                raise NotFound("no_such_message", message, number=number)
            if found.over(unit.at):
                by = f" It was taken down by {found.ended_by}." if found.ended_by else ""
                message = f"Message {number} is not shown any more.{by}"
                raise AlreadyDone("message_over", message, number=number)
            stored.add_end(unit, found, installation.actor)
            unit.detail["message"] = number
            unit.commit()
            return next(stored.some(unit.connection, wanted))

    return retried(once)


def list_messages(installation: Installation, *, every: bool = False) -> list[SystemMessage]:
    """Return the messages that are shown or will be, the newest first; every one, where that is asked.

    Raises:
        NotPermitted: The permission message.manage is missing.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.MESSAGE_MANAGE)
        now = installation.clock()
        return [each for each in stored.some(connection) if every or not each.over(now)]


def current_messages(installation: Installation, audience: Audience) -> list[SystemMessage]:
    """Return what an audience is told now, the newest first; every user may ask, for everybody is to read it.

    Raises:
        NotSignedIn: Whoever asks is no user.
    """
    with installation.store.reading() as connection:
        known_user(installation, connection)
        now = installation.clock()
        live = stored.messages.c.ends_at > now
        return [m for m in stored.some(connection, live) if m.shown(now) and m.audience.includes(audience)]
