"""Who has an account, as allocation asks: looked up one by one, or for a whole block of rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Connection

from localgov_ims.allocation.rows import HolderState
from localgov_ims.storage import holders
from localgov_ims.storage.holders import Account


class KnownHolders:
    """The account holders of a council on a day; each account is asked for once."""

    def __init__(self, connection: Connection, today: date) -> None:
        """Look up on *connection*; an account closed by *today* takes no money."""
        self._connection, self._today = connection, today
        self._known: dict[Account, HolderState | None] = {}

    def look_up(self, accounts: Iterable[Account]) -> None:
        """Forget what was known and look up *accounts*, by one query for each fund, so that memory stays flat."""
        wanted = set(accounts)
        closings = holders.closings(self._connection, wanted)
        self._known = {account: self._state(account, closings) for account in wanted}

    def state(self, fund: str, account_reference: str) -> HolderState | None:
        """Return the state of an account by its reference in canonical form; none where nobody has it."""
        account = (fund, account_reference)
        if account not in self._known:
            self._known[account] = self._state(account, holders.closings(self._connection, {account}))
        return self._known[account]

    def _state(self, account: Account, closings: Mapping[Account, date | None]) -> HolderState | None:
        if account not in closings:
            return None
        closed_on = closings[account]
        return HolderState.CLOSED if closed_on is not None and closed_on <= self._today else HolderState.OPEN
