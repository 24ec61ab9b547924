"""The chart of accounts: which ledger codes there are, and when each is open."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from localgov_ims.domain.journals import LedgerAccount


@frozen(kw_only=True)
class ChartEntry:
    """A code of the finance ledger with its dimensions, open from `open_on` to the day before `closed_on`."""

    account: LedgerAccount
    open_on: date | None = None
    closed_on: date | None = None
    nature: str = ""

    def open_at(self, day: date) -> bool:
        """Tell whether it takes postings of *day*."""
        begun = self.open_on is None or self.open_on <= day
        return begun and (self.closed_on is None or day < self.closed_on)
