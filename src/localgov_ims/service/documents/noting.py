"""Noting: what people write beside a file, a suspense item, an eReturn or an account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.notes import Note, NoteSubject
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.texts import storable
from localgov_ims.errors import InvalidValue, NotFound
from localgov_ims.service.cash_office.ereturn_viewing import SEES, ereturn_of
from localgov_ims.service.finding import stored_reference
from localgov_ims.service.holders.checks import canonical
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.storage import files, holders, transactions
from localgov_ims.storage import notes as stored

_P = Permission

WRITES: Final[Mapping[NoteSubject, tuple[Permission, ...]]] = {
    NoteSubject.FILE: (_P.IMPORT_DECIDE,),
    NoteSubject.SUSPENSE: (_P.SUSPENSE_NOTE,),
    NoteSubject.ERETURN: (_P.ERETURN_RECORD, _P.ERETURN_AUTHORISE),
    NoteSubject.HOLDER: (_P.ACCOUNT_EDIT,),
}
"""What writing a note needs, by what it is about; of several permissions one is enough."""

READS: Final[Mapping[NoteSubject, tuple[Permission, ...]]] = {
    NoteSubject.FILE: (_P.IMPORT_VIEW,),
    NoteSubject.SUSPENSE: (_P.SUSPENSE_VIEW,),
    NoteSubject.ERETURN: SEES,
    NoteSubject.HOLDER: (_P.ACCOUNT_VIEW,),
}
"""What reading notes needs."""


def add_note(installation: Installation, kind: NoteSubject, subject: str, text: str) -> Note:
    """Write a note on a file (id or SHA-256), a suspense item (line), an eReturn (number) or an account (FUND:REFERENCE).

    Raises:
        NotPermitted: The permission of `WRITES` or the account's fund is missing, the account is restricted, or the
            eReturn is not theirs to see.
        NotFound: There is no such thing to write on.
        InvalidValue: The text is blank (`note_missing`), longer than 2,000 characters, or holds a card number.
    """
    with installation.unit("add_note") as unit:
        rights = permit_unit(installation, unit, *WRITES[kind])
        about = _STORED[kind](installation, unit.connection, rights, subject)
        if not text.strip():
            raise InvalidValue(
                "note_missing", "The note is empty. Write what others should know.", field="text"
            )
        made = Note(id=new_id(), kind=kind, subject=about, text=text, by=installation.actor, at=unit.at)
        stored.add(unit, made)
        # The trail says that a note was written, and where; what it says may be removed, and an account is a person's.
        unit.detail |= {"note": str(made.id), "kind": kind.value}
        unit.commit()
    return made


def notes_of(installation: Installation, kind: NoteSubject, subject: str) -> list[Note]:
    """Return the notes on one thing, the oldest first; see `add_note` for how it is named.

    Raises:
        NotPermitted: The permission of `READS` or the account's fund is missing, or the account is restricted.
        NotFound: There is no such thing.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, *READS[kind])
        about = _STORED[kind](installation, connection, rights, subject)
        return list(stored.of_subject(connection, kind, about))


def _file(installation: Installation, connection: Connection, rights: Rights, subject: str) -> str:
    del installation, rights
    table, named = files.files, subject.replace("\0", "?").strip().lower()
    fits = table.c.sha256 == named
    if len(named.replace("-", "")) == 32:  # noqa: PLR2004 - an id has as many digits
        with suppress(ValueError):
            fits = table.c.id == UUID(named)
    found = connection.execute(sa.select(table.c.id).where(fits).order_by(table.c.occurrence)).scalars().all()
    if not found:
        message = (
            f"No file {subject!r} was received. Give its id or SHA-256, as `ims import --json` prints them."
        )
        raise NotFound("no_such_file", message, file=subject)
    return str(found[-1])


def _suspense(installation: Installation, connection: Connection, rights: Rights, subject: str) -> str:
    del rights  # whose money it is nobody knows: who may see suspense sees every item
    line, fund = stored_reference(subject), installation.council.suspense_fund.code
    table = transactions.lines
    found = connection.execute(sa.select(table.c.id).where(table.c.reference == line, table.c.fund == fund))
    if found.first() is None:
        message = f"There is no item {subject!r} in suspense. `ims suspense list` shows their lines."
        raise NotFound("no_such_item", message, line=subject)
    return line


def _ereturn(installation: Installation, connection: Connection, rights: Rights, subject: str) -> str:
    return ereturn_of(installation, connection, rights, subject).number


def _holder(installation: Installation, connection: Connection, rights: Rights, subject: str) -> str:
    fund, colon, typed = subject.strip().partition(":")
    if not colon or not typed.strip():
        message = f"{subject!r} is no account. Give its fund and its reference, such as 23:612345674."
        raise InvalidValue("bad_account", message, value=subject)
    rights.require_funds([fund])
    if fund not in installation.council.funds or not storable(typed):
        raise InvalidValue(
            "unknown_fund", f"There is no account {subject!r}, or no such fund.", value=subject
        )
    reference = canonical(installation.council, fund, typed)
    permit_accounts(installation, connection, rights, [(fund, reference)])
    if not holders.current(connection, [(fund, reference)]):
        message = f"Fund {fund} has no account {reference}. Find one with `ims accounts find`."
        raise NotFound("account_not_found", message, fund=fund, account_reference=reference)
    return f"{fund}:{reference}"


_STORED: Final[Mapping[NoteSubject, Callable[[Installation, Connection, Rights, str], str]]] = {
    NoteSubject.FILE: _file,
    NoteSubject.SUSPENSE: _suspense,
    NoteSubject.ERETURN: _ereturn,
    NoteSubject.HOLDER: _holder,
}
"""Finds what a note is about, and returns how it is stored."""
