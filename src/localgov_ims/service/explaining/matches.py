"""What people did and must still do about a bank line: its Matches, suggestions, Breaks and the sign-offs it is in."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Connection

from localgov_ims.domain.breaks import BreakAct
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.sign_offs import SignOffKind
from localgov_ims.domain.statements import StatementLine
from localgov_ims.storage import break_events, match_suggestions, reconciliation, sign_offs
from localgov_ims.storage.standing import standing_breaks


def line_told(connection: Connection, recorded: StatementLine) -> Iterator[str]:
    """Yield the sentences, in the order in which somebody asks."""
    yield from _matches(connection, recorded.id)
    yield from _suggestions(connection, recorded.id)
    yield from breaks_told(connection, recorded.id)
    s = sign_offs.sign_offs.c
    signed = sign_offs.some(
        connection,
        s.kind == SignOffKind.BANK.value,
        s.subject == recorded.account,
        s.as_at >= recorded.line.booked_on,
    )
    for found, said in list(signed)[:1]:
        agreed = f"agreed to by {said.by}" if said is not None and said.agreed else "not agreed to yet"
        yield f"It is in the balance that was signed as {found.name}, prepared by {found.by} and {agreed}."


def breaks_told(connection: Connection, subject: UUID) -> Iterator[str]:
    """Yield what is, or was, wrong with a record, who takes it up, and how it was closed."""
    standing = {each.id for each in standing_breaks(connection)}
    for each in reconciliation.some_breaks(connection, reconciliation.breaks.c.subject == subject):
        stands = "stands" if each.id in standing else "stands no longer"
        yield f"Break {each.kind.value} since {each.since_on:%d %B %Y}, {stands}: {each.message}"
        for event in break_events.of(connection, each.id):
            day = local_day(event.at)
            if event.act is BreakAct.CLOSED:
                yield f"   closed by {event.by} on {day:%d %B %Y}: {event.reason}"
            else:
                yield f"   given to {event.owner} until {event.due_on:%d %B %Y} by {event.by}: {event.reason}"


def _matches(connection: Connection, line: UUID) -> Iterator[str]:
    m = reconciliation.matches.c
    undone = {each.match: each for each in reconciliation.some_undos(connection)}
    for each in reconciliation.some_matches(connection, (m.left_id == line) | (m.right_id == line)):
        yield f"Match {each.id} with {each.right_kind.replace('_', ' ')} {each.right}: {each.sentence()}"
        if each.id in undone:
            undo = undone[each.id]
            yield f"   taken back by {undo.by} on {local_day(undo.at):%d %B %Y}: {undo.reason}"


def _suggestions(connection: Connection, line: UUID) -> Iterator[str]:
    s = match_suggestions.suggestions.c
    waiting = {each.id for each in match_suggestions.open_suggestions(connection, s.left_id == line)}
    for each in match_suggestions.of_line(connection, line):
        rejected = match_suggestions.rejection_of(connection, each.id)
        if rejected is not None:
            by, reason = rejected
            yield f"Suggestion {each.id} was rejected by {by}: {reason}"
        elif each.id in waiting:
            yield f"Suggestion {each.id} waits for a person: {each.sentence()}"
