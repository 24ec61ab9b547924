"""Expecting deposits: what an office pays in must come to the bank, and card takings from their acquirer."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.deposits import ExpectedDeposit
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import visible
from localgov_ims.errors import AlreadyDone
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage import deposits as stored
from localgov_ims.storage.deposits import Coming
from localgov_ims.storage.store import Unit

SEES_DEPOSITS = (
    Permission.ERETURN_AUTHORISE, Permission.TILL_AUTHORISE, Permission.RECONCILIATION_PREPARE,
    Permission.RECONCILIATION_REVIEW, Permission.TRANSACTION_VIEW,
)  # fmt: skip
"""Any of these sees what is expected; it names offices, bags and sums, and no payer."""


@frozen(kw_only=True)
class DepositView:
    """An expected deposit as it stands today.

    Attributes:
        age: Days since the day from which it is expected; below nothing where that day is still to come.
        coming: How much of it has come.
    """

    deposit: ExpectedDeposit
    age: int
    coming: Coming


def expect_deposits(unit: Unit, expected: Sequence[ExpectedDeposit]) -> None:
    """Record, in the unit of whoever records their income, what must come of one source (an eReturn, a till session).

    Run the unit by `retried`: of two that name one bag at the same moment the later is told which it is.

    Raises:
        AlreadyDone: A bag number was used before (`bag_number_used`), or a terminal's Z-report (`z_report_used`).
    """
    check_bags(unit, [d.bag_number for d in expected if d.bag_number is not None])
    for deposit in expected:
        if deposit.terminal is not None and deposit.z_report is not None:
            check_z_report(unit, deposit.terminal, deposit.z_report)
    stored.add(unit, expected)
    unit.detail["expected_pence"] = sum(d.total.pence for d in expected)


def check_bags(unit: Unit, numbers: Sequence[str]) -> None:
    """Refuse bags that are expected already.

    Raises:
        AlreadyDone: `bag_number_used`.
    """
    used = sorted(stored.bags_used(unit.connection, numbers))
    if used:
        message = f"Bag {visible(used[0])} was paid in before. Compare the number with the bag's seal."
        raise AlreadyDone("bag_number_used", message, value=used[0])


def check_z_report(unit: Unit, terminal: str, z_report: str) -> None:
    """Refuse a Z-report that is expected already.

    Raises:
        AlreadyDone: `z_report_used`.
    """
    if stored.z_report_used(unit.connection, terminal, z_report):
        message = f"Z-report {visible(z_report)} of terminal {visible(terminal)} was paid in before. Compare it with the slip."
        raise AlreadyDone("z_report_used", message, terminal=terminal, value=z_report)


def list_deposits(installation: Installation, *, every: bool = False) -> list[DepositView]:
    """Return the deposits that are still to come, the longest expected first; with *every* the others too.

    Raises:
        NotPermitted: The user may see no deposits.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, *SEES_DEPOSITS)
        today = local_day(installation.clock())
        found = list(stored.some(connection))
        coming = stored.coming(connection, [deposit.id for deposit in found])
    views = [
        DepositView(deposit=each, age=(today - each.due_on).days, coming=coming[each.id]) for each in found
    ]
    return [each for each in views if every or not (each.coming.came or each.coming.nothing)]
