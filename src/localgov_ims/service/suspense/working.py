"""Saying that one works on an item of suspense: a mark that others see, which locks nothing and lapses by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.permissions import Permission
from localgov_ims.service.enquiries.viewing import LineView, line_facts
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.suspense.items import Held, held
from localgov_ims.service.suspense.listing import OpenItem, shown
from localgov_ims.storage import suspense as stored

LAPSES: Final = timedelta(minutes=15)
"""How long a mark is seen."""


@frozen(kw_only=True)
class Working:
    """Who works on an item, since when and until when others are told so."""

    by: str
    since: datetime

    @property
    def until(self) -> datetime:
        """When the mark lapses."""
        return self.since + LAPSES


@frozen(kw_only=True)
class ItemView:
    """An item whole: what a person needs to place it, everything that was taken from it, and who works on it now."""

    shown: OpenItem
    line: LineView
    working: Working | None


def mark_item(installation: Installation, reference: str) -> Working:
    """Tell others for fifteen minutes that one works on an item; nobody is kept from it.

    Raises:
        NotFound: There is no such item.
        NotPermitted: The permission suspense.clear is missing.
    """
    with installation.unit("mark_item") as unit:
        permit_unit(installation, unit, Permission.SUSPENSE_CLEAR)
        (item,) = held(unit.connection, [reference]).values()
        stored.add_mark(unit, item.line.id, installation.actor)
        unit.detail |= {"item": item.line.reference}
        unit.commit()
        return Working(by=installation.actor, since=unit.at)


def whole_item(installation: Installation, reference: str) -> ItemView:
    """Return an item with everything that was taken from it, whatever is left.

    Raises:
        NotFound: There is no such item.
        NotPermitted: The permission suspense.view is missing.
    """
    now = installation.clock()
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.SUSPENSE_VIEW)
        (item,) = held(connection, [reference]).values()
        (line,) = line_facts(connection, rights, [(item.transaction, item.line)])
        return ItemView(
            shown=next(shown(connection, [item], local_day(now))), line=line,
            working=_working(connection, item, now),
        )  # fmt: skip


def _working(connection: Connection, item: Held, now: datetime) -> Working | None:
    mark = stored.latest_mark(connection, item.line.id)
    found = Working(since=mark[0], by=mark[1]) if mark is not None else None
    return found if found is not None and now < found.until else None
