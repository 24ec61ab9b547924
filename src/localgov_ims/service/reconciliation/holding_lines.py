"""Sending bank lines to suspense: what waits for a file that will not come is held until somebody can place it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from localgov_ims.allocation.outcomes import Allocation
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.notes import Note, NoteSubject
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.domain.texts import fitting
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.reconciliation.disposing import income_of, suspense_item
from localgov_ims.storage import notes, statements, transactions
from localgov_ims.storage import reconciliation as stored

_BY_HAND = Allocation((), SuspenseReason.MANUAL)
_LONGEST_NOTE = 500


def send_to_suspense(installation: Installation, lines: Sequence[UUID], *, note: str) -> list[str]:
    """Put bank lines that await a file into suspense, all or none, each with a note; return the items' references.

    Should the file come after all, and the item be untouched, the next run takes it back and matches the line.

    Raises:
        NotPermitted: The permission match.decide is missing.
        NotFound: There is no such line.
        InvalidValue: The note is missing or too long.
        AlreadyDone: A line does not wait: it is matched, allocated, in suspense or other; or somebody decided meanwhile.
    """
    why = fitting("note", note, _LONGEST_NOTE)
    if why is None:
        raise InvalidValue("note_missing", "Say in a note why it goes to suspense.", field="note")
    with installation.unit("send_to_suspense") as unit:
        unit.lock()
        permit_unit(installation, unit, Permission.MATCH_DECIDE)
        found = {line.id: line for line in statements.with_ids(unit.connection, lines)}
        references = []
        for each in dict.fromkeys(lines):
            if each not in found:
                raise NotFound("no_such_line", f"There is no bank line {each}.", id=each)
            history = stored.history(unit.connection, each)
            if not history or history[-1].kind is not DispositionKind.AWAITING:
                stands = history[-1].kind.value if history else "not reconciled yet"
                message = f"Bank line {each} does not wait for a file: it is {stands}."
                raise AlreadyDone("not_awaiting", message, id=each)
            became = income_of(installation, found[each], _BY_HAND, len(history) + 1)
            transactions.add(unit, [became])
            transactions.add_suspense(unit, [suspense_item(unit, found[each], became, _BY_HAND)])
            stored.add_dispositions(unit, [Disposition(
                id=new_id(), line=each, number=len(history) + 1, kind=DispositionKind.SUSPENSE, record=became.id,
                reason=f"{installation.actor} sent it to suspense; the note on it says why.",
            )])  # fmt: skip
            reference = became.lines[0].reference
            notes.add(unit, Note(
                id=new_id(), kind=NoteSubject.SUSPENSE, subject=reference, text=why, by=installation.actor, at=unit.at,
            ))  # fmt: skip
            references.append(reference)
        unit.detail |= {"lines": len(references)}
        unit.commit()
    return references
