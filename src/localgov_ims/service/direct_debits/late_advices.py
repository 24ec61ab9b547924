"""Advices that nobody has acted on in time: each is a Break for the owner of its service user number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection

from localgov_ims.domain.breaks import ADVICE, Break, BreakKind
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.quoting import visible
from localgov_ims.service.council import Council
from localgov_ims.storage import advices


def late_advices(connection: Connection, council: Council, today: date) -> Iterator[Break]:
    """Yield a Break for each advice that waits past the `advice_days` of its number, and has none yet.

    What accepts a file of instructions asks for nothing, so it is never late.
    """
    for each in advices.waiting(connection, before=today):
        user = council.service_users.get(each.service_user)
        if user is None:
            continue  # the number was given up since, and its owner with it
        due_on = council.calendar.add_working_days(each.reported_on, user.advice_days)
        if today <= due_on:
            continue
        advice = each.advice
        about = f"of reference {visible(advice.reference)}" if advice.reference else "of a file"
        says = visible(" ".join(text for text in (advice.code, advice.reason, advice.note) if text))
        message = (
            f"{each.report} advice {about} of {each.reported_on:%d %B %Y} ({says or advice.record_type}) was to be acted on by "
            f"{due_on:%d %B %Y}. It is for {user.owner}: `ims advices take {each.id}` once it is done."
        )
        yield Break(
            id=new_id(), kind=BreakKind.ADVICE_WAITS, subject_kind=ADVICE, subject=each.id, since_on=each.reported_on,
            message=message,
        )  # fmt: skip
