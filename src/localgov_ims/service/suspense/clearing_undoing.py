"""Undoing clearances of suspense: a Reversal of the whole, by which each item has back exactly what it gave."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection

from localgov_ims.domain.clearing import CLEARANCE
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.transactions import Transaction
from localgov_ims.errors import NotFound, RuleViolation
from localgov_ims.service.finding import stored_reference
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import take_back
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.service.retrying import retried
from localgov_ims.storage import suggesting, transactions
from localgov_ims.storage.store import Unit


def undo_clearance(installation: Installation, reference: str, *, reason: str) -> Transaction:
    """Undo a clearance, whole and once: each item has back exactly what it gave. Return the Reversal.

    Raises:
        NotFound: There is no such clearance (`no_such_clearance`).
        AlreadyDone: It is undone already (`already_reversed`).
        RuleViolation: A target has been refunded or moved on since (`over_available`), which is undone first; no
            reason is given (`reason_missing`).
        NotPermitted: The user may not undo clearances, a target's fund is not theirs, or an account is restricted.
    """
    why = fitting("reason", reason, 100)

    def once() -> Transaction:
        with installation.unit("undo_clearance") as unit:
            unit.lock()
            permit_unit(installation, unit, Permission.SUSPENSE_UNDO)
            found = _clearance(unit, reference)
            if why is None:
                message = "Say why the clearance is undone."
                raise RuleViolation("reason_missing", message, clearance=found.reference)
            made = undo_in(installation, unit, found, reason=why)
            unit.detail |= {"undoes": found.reference, "by": made.reference}
            unit.commit()
            return made

    return retried(once)


def undo_in(installation: Installation, unit: Unit, found: Transaction, *, reason: str) -> Transaction:
    """Undo a clearance in a locked unit, for whoever may do so by themselves.

    Raises:
        AlreadyDone, RuleViolation, NotPermitted: See `undo_clearance`.
    """
    rights = permit_unit(installation, unit, Permission.SUSPENSE_UNDO)
    suspense = installation.council.suspense_fund.code
    accounts = [(line.fund, line.account_reference) for line in found.lines if line.fund != suspense]
    rights.require_funds([fund for fund, _ in accounts])
    permit_accounts(installation, unit.connection, rights, accounts)
    return take_back(installation, unit, found, reason=reason)


def clearances_of(connection: Connection, items: Collection[UUID]) -> list[Transaction]:
    """Return the clearances that took from items (ids of their lines) and have not been undone, the oldest first."""
    return sorted(
        suggesting.clearances(connection, items), key=lambda each: (each.recorded_at, each.reference)
    )


def _clearance(unit: Unit, reference: str) -> Transaction:
    t, wanted = transactions.transactions, stored_reference(reference)
    query = transactions.whole(unit.connection, t.c.reference == wanted, t.c.origin_kind == CLEARANCE)
    found = next(query, None)
    if found is None:
        message = (
            f"There is no clearance {reference!r}. `ims suspense show LINE` names the clearances of an item."
        )
        raise NotFound("no_such_clearance", message, reference=reference)
    return found
