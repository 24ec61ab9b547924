"""Months that should be signed by now and are not, with who prepares them."""

from __future__ import annotations

from datetime import date, timedelta

from attrs import frozen

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.sign_offs import Review, SignOff, SignOffKind
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage import sign_offs as stored


@frozen(kw_only=True)
class Overdue:
    """A month that should have been signed: since when it is late, who prepares it, and how far it is."""

    kind: SignOffKind
    subject: str
    as_at: date
    due_on: date
    preparer: str
    stands: str


def list_overdue(installation: Installation) -> list[Overdue]:
    """Return the months that the settings want signed and nobody has agreed to in time, the longest overdue first.

    Raises:
        NotPermitted: The permission report.view is missing.
    """
    council, today = installation.council, local_day(installation.clock())
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW)
        latest = {(s.kind, s.subject, s.as_at): (s, said) for s, said in stored.some(connection)}
    late = []
    for duty in council.sign_offs:
        for as_at in _month_ends(duty.since, today):
            due_on = council.calendar.add_working_days(as_at, duty.within_days)
            stands = _stands(latest.get((duty.kind, duty.subject, as_at)))
            if due_on < today and stands is not None:
                late.append(Overdue(
                    kind=duty.kind, subject=duty.subject, as_at=as_at, due_on=due_on, preparer=duty.preparer, stands=stands,
                ))  # fmt: skip
    return sorted(late, key=lambda each: (each.due_on, each.kind.value, each.subject))


def _stands(found: tuple[SignOff, Review | None] | None) -> str | None:
    """Say how far a month is that is not signed; none where another person has agreed."""
    if found is None:
        return "not prepared"
    _, said = found
    if said is None:
        return "waits for a reviewer"
    return None if said.agreed else f"sent back by {said.by}"


def _month_ends(since: date, today: date) -> list[date]:
    ends, day = [], since
    while day < today:
        first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        ends.append(first - timedelta(days=1))
        day = first
    return [end for end in ends if end < today]
