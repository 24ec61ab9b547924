"""Listing what is open: payments that nobody has answered yet, and refunds, within one's own funds."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from attrs import frozen

from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import InvalidValue
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage import listing as stored
from localgov_ims.storage.listing import ListedRefund, PendingPayment

MOST: Final = 500
"""The longest list."""

_NOTHING_PASSED: Final = timedelta()


@frozen(kw_only=True)
class PendingPayments:
    """Payments that are pending, the oldest first; `more`: there are others, for which the list is too short."""

    rows: tuple[PendingPayment, ...]
    more: bool


@frozen(kw_only=True)
class ListedRefunds:
    """Refund requests, the newest first; `more`: there are others, for which the list is too short."""

    rows: tuple[ListedRefund, ...]
    more: bool


def pending_payments(
    installation: Installation, *, older_than: timedelta = _NOTHING_PASSED, limit: int = MOST
) -> PendingPayments:
    """Return the payments asked for *older_than* ago or before that are still pending, each wholly in one's own funds.

    Raises:
        NotPermitted: The permission `transaction.list` is missing.
        InvalidValue: The limit is not 1 to 500 (`bad_limit`).
    """
    _check(limit)
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.TRANSACTION_LIST)
        before = installation.clock() - older_than
        found = list(stored.pending_payments(connection, before=before, funds=rights.funds, limit=limit + 1))
    return PendingPayments(rows=tuple(found[:limit]), more=len(found) > limit)


def list_refunds(installation: Installation, *, open_only: bool = False, limit: int = MOST) -> ListedRefunds:
    """Return refund requests, each wholly in one's own funds; *open_only*: those that may still pay money out.

    Raises:
        NotPermitted: The permission `refund.view` is missing.
        InvalidValue: The limit is not 1 to 500 (`bad_limit`).
    """
    _check(limit)
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.REFUND_VIEW)
        found = list(
            stored.refund_requests(connection, funds=rights.funds, open_only=open_only, limit=limit + 1)
        )
    return ListedRefunds(rows=tuple(found[:limit]), more=len(found) > limit)


def _check(limit: int) -> None:
    if not 1 <= limit <= MOST:
        raise InvalidValue("bad_limit", f"A list has 1 to {MOST} rows, not {limit}.", value=limit)
