"""Breaks: who takes them up, until when, and how they are closed; each act is a record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.breaks import ADVICE, CLEARING_ITEM, LISTED_ITEM, Break, BreakAct, BreakEvent
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.storage import advices, people, reconciliation
from localgov_ims.storage import break_events as stored
from localgov_ims.storage.standing import standing_breaks
from localgov_ims.storage.store import Unit

SETTLES: Final = (Permission.MATCH_DECIDE, Permission.RECONCILIATION_PREPARE)
"""Any of these takes up and closes Breaks."""

GO_BY_THEMSELVES: Final = {
    "line": "It goes by itself once the line is settled: import the file, name another source, or send it to suspense.",
    CLEARING_ITEM: "It goes by itself once the item is: the bank brings it, it is taken back, or `ims write-offs add`.",
    ADVICE: "It goes by itself once somebody has acted on it and taken it: `ims advices take`.",
    LISTED_ITEM: "It goes by itself once the item is: the bank brings it, or `ims stated end` says what became of it.",
}
"""Breaks that nobody closes while their cause is there, by what they are about: closing would only hide it."""


@frozen(kw_only=True)
class BreakView:
    """A Break as it stands today.

    Attributes:
        age: Days since it began.
        owner, due_on: Who takes it up, and until when; none where nobody does yet. What nobody took up is the owner's of
            its service user number, where it is an advice.
        events: What people did about it, the first first.
    """

    found: Break
    age: int
    owner: str | None
    due_on: date | None
    overdue: bool
    events: tuple[BreakEvent, ...]

    @property
    def closed(self) -> bool:
        """Tell whether a person closed it."""
        return any(event.act is BreakAct.CLOSED for event in self.events)


def list_breaks(
    installation: Installation, *, owner: str | None = None, closed: bool = False
) -> list[BreakView]:
    """Return the Breaks that stand, the oldest first; with *owner* (a user, or the owner of a service user number) only theirs, with *closed* those closed instead.

    Raises:
        NotPermitted: The user has none of report.view, match.decide and reconciliation.prepare.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW, *SETTLES)
        ids = reconciliation.breaks.c.id.in_(stored.closed())
        found = list(reconciliation.some_breaks(connection, ids) if closed else standing_breaks(connection))
        events = list(stored.of(connection))
        numbers = advices.of_breaks(connection)
    today = local_day(installation.clock())
    by_break: dict[UUID, list[BreakEvent]] = {each.id: [] for each in found}
    for event in events:
        if event.of in by_break:
            by_break[event.of].append(event)
    users = installation.council.service_users
    owners = {advice: users[number].owner for advice, number in numbers.items() if number in users}
    views = [_view(each, by_break[each.id], today, owners.get(each.subject)) for each in found]
    return [view for view in views if owner is None or view.owner == owner]


def assign_breaks(
    installation: Installation, breaks: Sequence[UUID], *, owner: str, due_on: date, reason: str
) -> list[BreakEvent]:
    """Give Breaks to somebody until a day, all or none.

    Raises:
        NotPermitted: The user has neither match.decide nor reconciliation.prepare.
        NotFound: There is no such user, or no such Break.
        InvalidValue: The day is past, or the reason is missing or too long.
        AlreadyDone: One was closed, or somebody else did something about it at the same time.
    """
    with installation.unit("assign_breaks") as unit:
        permit_unit(installation, unit, *SETTLES)
        if people.by_name(unit.connection, owner) is None:
            raise NotFound("no_such_user", f"There is no user {owner!r} to take it up.", user=owner)
        if due_on < local_day(unit.at):
            message = f"{due_on:%d %B %Y} is past. Give a day that is still to come."
            raise InvalidValue("due_day_past", message, field="due_on")
        made = [
            BreakEvent(
                id=new_id(), of=each.id, number=number, act=BreakAct.ASSIGNED, owner=owner, due_on=due_on, reason=reason,
                by=installation.actor, at=unit.at,
            )
            for each, number in _open(unit, breaks)
        ]  # fmt: skip
        stored.add(unit, made)
        unit.detail |= {"breaks": len(made), "owner": owner}
        unit.commit()
    return made


def close_breaks(installation: Installation, breaks: Sequence[UUID], *, reason: str) -> list[BreakEvent]:
    """Close Breaks, all or none; *reason* says how they were settled.

    Raises:
        NotPermitted: The user has neither match.decide nor reconciliation.prepare.
        NotFound: There is no such Break.
        RuleViolation: The cause of one is still there (`still_there`), and goes in another way.
        InvalidValue: The reason is missing or too long.
        AlreadyDone: One was closed before.
    """
    with installation.unit("close_breaks") as unit:
        permit_unit(installation, unit, *SETTLES)
        standing = {each.id for each in standing_breaks(unit.connection)}
        made = []
        for each, number in _open(unit, breaks):
            if each.id in standing and each.subject_kind in GO_BY_THEMSELVES:
                raise RuleViolation(
                    "still_there", f"{each.message} {GO_BY_THEMSELVES[each.subject_kind]}", id=each.id
                )
            made.append(BreakEvent(
                id=new_id(), of=each.id, number=number, act=BreakAct.CLOSED, reason=reason, by=installation.actor, at=unit.at,
            ))  # fmt: skip
        stored.add(unit, made)
        unit.detail["breaks"] = len(made)
        unit.commit()
    return made


def _open(unit: Unit, wanted: Sequence[UUID]) -> list[tuple[Break, int]]:
    """Return Breaks that nobody closed, each with the number of the next act on it."""
    table = reconciliation.breaks
    found = {each.id: each for each in reconciliation.some_breaks(unit.connection, table.c.id.in_(wanted))}
    events = list(stored.of(unit.connection, *wanted)) if wanted else []
    opened = []
    for each in dict.fromkeys(wanted):
        if each not in found:
            raise NotFound(
                "no_such_break", f"There is no Break {each}. `ims breaks list` shows them.", id=each
            )
        own = [event for event in events if event.of == each]
        if any(event.act is BreakAct.CLOSED for event in own):
            message = f"Break {each} was closed by {own[-1].by} on {own[-1].at:%d %B %Y}: {own[-1].reason}"
            raise AlreadyDone("break_closed", message, id=each)
        opened.append((found[each], len(own) + 1))
    return opened


def _view(found: Break, events: Sequence[BreakEvent], today: date, otherwise: str | None) -> BreakView:
    given = [event for event in events if event.act is BreakAct.ASSIGNED]
    due_on = given[-1].due_on if given else None
    return BreakView(
        found=found, age=(today - found.since_on).days, owner=given[-1].owner if given else otherwise, due_on=due_on,
        overdue=due_on is not None and due_on < today, events=tuple(events),
    )  # fmt: skip
