"""Reading what the tests write, and asking what came of it."""

from __future__ import annotations

import io
from collections.abc import Sequence

from camt_writer import Doc, Ent, Stm

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.statements import BankLine
from localgov_ims.files import reading
from localgov_ims.files.events import Closed, Event, Opened
from localgov_ims.files.readers import Options
from localgov_ims_camt import Camt053


def events(
    what: str | bytes | Doc | Stm | Ent | Sequence[Ent], options: Options | None = None
) -> list[Event]:
    """Read a text, a message, a statement or entries."""
    if isinstance(what, Ent):
        what = [what]
    if isinstance(what, Sequence) and not isinstance(what, (str, bytes)):
        what = Stm(what)
    if isinstance(what, Stm):
        what = Doc([what])
    if isinstance(what, Doc):
        what = what.xml()
    data = what if isinstance(what, bytes) else what.encode()
    return list(reading.events(Camt053(), io.BytesIO(data), options))


def lines(found: Sequence[Event]) -> list[BankLine]:
    """Return the lines among events."""
    return [event for event in found if isinstance(event, BankLine)]


def opened(found: Sequence[Event]) -> Opened:
    """Return the first statement's head."""
    return next(event for event in found if isinstance(event, Opened))


def closed(found: Sequence[Event]) -> Closed:
    """Return the first statement's end."""
    return next(event for event in found if isinstance(event, Closed))


def issues(found: Sequence[Event]) -> list[Issue]:
    """Return the Issues among events."""
    return [event for event in found if isinstance(event, Issue)]


def codes(found: Sequence[Event]) -> list[str]:
    """Return the codes of what stops the file."""
    return [issue.code for issue in issues(found) if issue.stops]
