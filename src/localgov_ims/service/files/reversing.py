"""Reversing a file: every Receipt of its last run taken back by new records, in one unit of work, or none."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from attrs import evolve

from localgov_ims.domain.import_types import ImportKind
from localgov_ims.domain.people import Rights, key
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.received_files import FileEvent, FileStatus, ReceivedFile
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.transactions import Transaction
from localgov_ims.errors import NotPermitted, RuleViolation
from localgov_ims.service.files.recorders import BLOCK, Progress
from localgov_ims.service.files.views import file_of
from localgov_ims.service.holders.reversing import reverse_holders
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import take_all_back
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.service.retrying import retried
from localgov_ims.service.suspense.clearing_undoing import clearances_of, undo_in
from localgov_ims.storage import file_receipts, income_files
from localgov_ims.storage import files as stored
from localgov_ims.storage.store import Unit

_SHOWN = 20


def reverse_file(
    installation: Installation, file: str, *, reason: str, undo_clearances: bool = False,
    progress: Progress = lambda _: None,
) -> FileEvent:  # fmt: skip
    """Take back every Receipt of an income file's last run; afterwards the file nets to nothing in every fund.

    *file* is its id, or its SHA-256. *undo_clearances* takes back first, in the same unit, what was cleared of its items
    in suspense.

    Raises:
        NotFound: There is no such file.
        NotPermitted: The permission import.reverse is missing, or the user sent the file and two people are needed.
        RuleViolation: It is not recorded (`wrong_state`), its type is not reversible (`not_reversible`), no reason is
            given (`reason_missing`), or some of it was refunded, moved, cleared or matched (`in_use`), with the list.
    """
    why = fitting("reason", reason, 100)
    if why is None:
        raise RuleViolation("reason_missing", "Say why the file is taken back.", file=file)
    return retried(lambda: _reverse(installation, file, why, progress, undo_clearances=undo_clearances))


def _reverse(
    installation: Installation, file: str, reason: str, progress: Progress, *, undo_clearances: bool
) -> FileEvent:
    with installation.unit("reverse_file") as unit:
        unit.lock()
        rights = permit_unit(installation, unit, Permission.IMPORT_REVERSE)
        found, event = file_of(unit.connection, file)
        _check(installation, unit, found.id, event)
        if _of_holders(installation, event):
            return _holders_back(installation, unit, found, event, reason)
        _free(installation, unit, found.id, event.run, reason, undo_clearances=undo_clearances)
        count, pence = 0, 0
        for block in file_receipts.unreversed(unit.connection, found.id, event.run, BLOCK):
            _permit(installation, unit, rights, block)
            take_all_back(installation, unit, [(receipt, reason) for receipt in block])
            count += len(block)
            pence += sum(receipt.total.pence for receipt in block)
            progress(len(block))
        reversed_ = evolve(
            event.followed_by(FileStatus.REVERSED, at=unit.at, by=installation.actor), reason=reason,
            format=event.format, counts={"reversed": count}, report={"reversed": {"count": count, "pence": pence}},
        )  # fmt: skip
        stored.add_event(unit, reversed_)
        unit.detail |= {"file": found.sha256, "reversed": count}
        unit.commit()
    return reversed_


def _of_holders(installation: Installation, event: FileEvent) -> bool:
    import_type = installation.council.import_types.get(event.import_type or "")
    return import_type is not None and import_type.kind is ImportKind.ACCOUNTS


def _holders_back(
    installation: Installation, unit: Unit, file: ReceivedFile, event: FileEvent, reason: str
) -> FileEvent:
    """Restore what the accounts of a file said before it, and tell which were changed since."""
    permit_unit(installation, unit, Permission.ACCOUNT_IMPORT)
    done = reverse_holders(unit, file.id, run=event.run, by=installation.actor)
    counts = {"restored": done.restored, "closed": done.closed, "changed_since": done.changed_count}
    listed = [f"{fund}:{reference}" for fund, reference in done.changed_since]
    reversed_ = evolve(
        event.followed_by(FileStatus.REVERSED, at=unit.at, by=installation.actor), reason=reason, format=event.format,
        counts=counts, report={**counts, "accounts": listed},
    )  # fmt: skip
    stored.add_event(unit, reversed_)
    unit.detail |= {"file": file.sha256, **counts}
    unit.commit()
    return reversed_


def _check(installation: Installation, unit: Unit, file: UUID, event: FileEvent) -> None:
    event.followed_by(FileStatus.REVERSED, at=unit.at, by=installation.actor)
    import_type = installation.council.import_types.get(event.import_type or "")
    if event.import_type is None or (import_type is not None and not import_type.reversible):
        message = (
            "Files of this kind are not taken back as a whole; reverse what is wrong in them one by one."
        )
        raise RuleViolation("not_reversible", message, import_type=event.import_type)
    if import_type is None and not income_files.recorded(unit.connection, file, event.run):
        message = f"Import type {event.import_type} is gone from the settings, and with it how to take its files back. Put it back."
        raise RuleViolation("not_reversible", message, import_type=event.import_type)
    hands = {key(e.by) for e in stored.life(unit.connection, file) if e.run == event.run}
    if installation.council.two_person.import_reversal and key(installation.actor) in hands:
        message = (
            f"{installation.actor} sent this file, or decided about it, so somebody else must take it back."
        )
        raise NotPermitted("same_person", message, user=installation.actor)


def _free(
    installation: Installation, unit: Unit, file: UUID, run: int, reason: str, *, undo_clearances: bool
) -> None:
    """See that nothing holds a line of the run; take clearances back where that is asked."""
    held = file_receipts.taken_from(unit.connection, file, run)
    clearances = clearances_of(unit.connection, [each.line for each in held])
    if undo_clearances and clearances:
        for clearance in clearances:
            undo_in(installation, unit, clearance, reason=reason)
        held = file_receipts.taken_from(unit.connection, file, run)
        clearances = []
    in_use = [
        f"{each.reference} ({', '.join(kind.replace('_', ' ') for kind in each.by_kinds)})" for each in held
    ]
    in_use += ["its bank credit (matched)"] if file_receipts.banked(unit.connection, file, run) else []
    if in_use:
        raise _in_use(in_use, clearances=bool(clearances))


def _in_use(in_use: Sequence[str], *, clearances: bool) -> RuleViolation:
    shown = ", ".join(in_use[:_SHOWN])
    more = f" and {len(in_use) - _SHOWN} more" if len(in_use) > _SHOWN else ""
    hint = " Ask for its clearances to be undone with it." if clearances else ""
    message = f"Some of this file has moved on: {shown}{more}. Undo that first.{hint}"
    return RuleViolation("in_use", message, lines=list(in_use))


def _permit(installation: Installation, unit: Unit, rights: Rights, block: Sequence[Transaction]) -> None:
    """Refuse what lies in funds that are not the user's, or on restricted accounts."""
    suspense = installation.council.suspense_fund.code
    lines = [line for receipt in block for line in receipt.lines if line.fund != suspense]
    rights.require_funds({line.fund for line in lines})
    permit_accounts(
        installation, unit.connection, rights, [(line.fund, line.account_reference) for line in lines]
    )
