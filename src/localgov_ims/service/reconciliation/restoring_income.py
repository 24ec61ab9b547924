"""Restoring income: what the Match of a debit took back stands again once the Match is undone, by new records."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.transactions import TransactionKind
from localgov_ims.domain.unpaids import UnpaidEvent, UnpaidState
from localgov_ims.errors import AlreadyDone, RuleViolation
from localgov_ims.reconciliation.matches import Match
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import restore_all, take_all_back
from localgov_ims.storage import reversals, transactions, unpaids
from localgov_ims.storage.store import Unit

_LONGEST = 100


def restore_income(installation: Installation, unit: Unit, undone: Sequence[Match], *, reason: str) -> None:
    """Restore the income that Matches took back, and put their unpaids back where each was before its debit.

    What a Reversal took back is restored; a Receipt below zero is taken back, unless somebody has.

    Raises:
        RuleViolation: Something of what was charged, or is to be restored, has moved on since (`over_available`).
    """
    debits = unpaids.debits_of(
        unit.connection, [each.right for each in undone if each.right_kind == "unpaid"]
    )
    took = [each.transaction for each in debits if each.transaction is not None]
    took += reversals.taking_back_of(
        unit.connection,
        [each.right for each in undone if each.role == "returned" and each.right_kind == "receipt"],
    )
    gave_back = _undone(installation, unit, took, f"Match undone: {reason}"[:_LONGEST])
    histories = unpaids.histories(unit.connection, [debit.unpaid for debit in debits])
    unpaids.add_events(unit, [
        _back_again(installation, unit, debit, histories[debit.unpaid], gave_back.get(debit.transaction), reason)
        for debit in debits
    ])  # fmt: skip


def _undone(
    installation: Installation, unit: Unit, took: Sequence[UUID], reason: str
) -> dict[UUID | None, UUID]:
    """Return, by what took income back, what gave it back again."""
    found = list(transactions.by_id(unit.connection, took).values())
    taking_back = [each for each in found if each.kind is TransactionKind.REVERSAL]
    charged = [each for each in found if each.kind is not TransactionKind.REVERSAL]
    gone = reversals.reversed_among(unit.connection, [each.id for each in charged])
    charged = [each for each in charged if each.id not in gone]
    try:
        made = restore_all(installation, unit, taking_back, reason=reason)
        made += take_all_back(installation, unit, [(each, reason) for each in charged])
    except AlreadyDone:
        raise
    except RuleViolation as violation:
        raise _moved_on(violation) from violation
    return {before.id: each.id for before, each in zip([*taking_back, *charged], made, strict=True)}


def _moved_on(violation: RuleViolation) -> RuleViolation:
    message = (
        f"{violation.message} Something of what the match charged was refunded, moved or cleared since. Undo that first: "
        "`ims explain` tells what it was."
    )
    return RuleViolation(violation.code, message, **violation.data)


def _back_again(
    installation: Installation, unit: Unit, debit: UnpaidEvent, history: Sequence[UnpaidEvent], gave_back: UUID | None,
    reason: str,
) -> UnpaidEvent:  # fmt: skip
    """Return the event that puts an unpaid back where it was before a debit; one that was withdrawn since stays so."""
    before = [each.state for each in history if each.number < debit.number]
    state = before[-1] if before else UnpaidState.ADVISED
    if history[-1].state is UnpaidState.WITHDRAWN:
        state = UnpaidState.WITHDRAWN
    return UnpaidEvent(
        id=new_id(), unpaid=debit.unpaid, number=len(history) + 1, state=state, at=unit.at, by=installation.actor,
        reason=f"the match with its debit was undone: {reason}", line=debit.line, transaction=gave_back,
    )  # fmt: skip
