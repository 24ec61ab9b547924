"""Holding bank lines that wait: a person says whose file explains them, or sends them to suspense."""

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
from localgov_ims.reconciliation.recognisers import BY_A_PERSON
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.reconciliation.booking_lines import income_of, suspense_items
from localgov_ims.service.reconciliation.matching_lines import line_with_id, reason_given
from localgov_ims.service.rules.bank_rows import bank_row
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
                raise _not_awaiting(each, history[-1] if history else None)
            whole = [(bank_row(installation.council, found[each]), _BY_HAND)]
            became = income_of(installation, found[each], whole, len(history) + 1)
            transactions.add(unit, [became])
            transactions.add_suspense(unit, suspense_items(unit, found[each], became, whole))
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


def name_source(
    installation: Installation, lines: Sequence[UUID], source: str, *, reason: str
) -> list[Disposition]:
    """Say whose file explains bank lines that wait, all or none: recognisers are not asked about them any more.

    Until it is matched a line may be named anew. The day by which the file is expected counts from the line's own.

    Raises:
        NotPermitted: The permission match.decide is missing.
        NotFound: There is no such line, or no such source.
        InvalidValue: No reason is given, or it is too long.
        AlreadyDone: A line does not wait for a file, or waits for this one already; or somebody decided meanwhile.
    """
    why = reason_given(reason)
    council = installation.council
    if source not in council.sources:
        message = f"There is no source {source!r}. There are: {', '.join(council.sources)}."
        raise NotFound("no_such_source", message, source=source)
    with installation.unit("name_source") as unit:
        unit.lock()
        permit_unit(installation, unit, Permission.MATCH_DECIDE)
        made = []
        for each in dict.fromkeys(lines):
            line, before = line_with_id(unit, each), stored.latest_of(unit.connection, each)
            if before is None or before.kind is not DispositionKind.AWAITING:
                raise _not_awaiting(each, before)
            if before.what == source:
                raise AlreadyDone("named_already", f"Bank line {each} waits for {source} already.", id=each)
            until_on = council.calendar.add_working_days(
                line.line.booked_on, council.sources[source].wait_days
            )
            made.append(Disposition(
                id=new_id(), line=each, number=before.number + 1, kind=DispositionKind.AWAITING, rule=BY_A_PERSON,
                what=source, until_on=until_on, evidence={"reason": why},
                reason=f"{installation.actor} says that it is of {source}, whose file is expected by {until_on:%d %B %Y}: {why}",
            ))  # fmt: skip
        stored.add_dispositions(unit, made)
        unit.detail |= {"lines": len(made), "source": source}
        unit.commit()
    return made


def _not_awaiting(line: UUID, found: Disposition | None) -> AlreadyDone:
    stands = found.kind.value if found is not None else "not reconciled yet"
    message = f"Bank line {line} does not wait for a file: it is {stands}."
    return AlreadyDone("not_awaiting", message, id=line)
