"""Other systems that pay and are paid (payables, payroll, treasury), as the recognisers name them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from localgov_ims.service.council import Council

WAIT_DAYS: Final = 5
"""Working days in which the bank brings what a system lists, where none of its recognisers says any."""


def systems(council: Council) -> Collection[str]:
    """Return the names of the systems."""
    return dict.fromkeys(each.system for each in council.recognisers if each.system is not None)


def expected_by(council: Council, system: str, day: date) -> date:
    """Return until when the bank should have brought what a system lists for a day: the longest of its recognisers' `wait_days`."""
    said = [
        each.wait_days for each in council.recognisers if each.system == system and each.wait_days is not None
    ]
    return council.calendar.add_working_days(day, max(said, default=WAIT_DAYS))


def account_of(council: Council, system: str) -> str | None:
    """Return the one bank account that a system pays from and is paid to, as far as recognisers tell; none where several may be."""
    named = {each.account for each in council.recognisers if each.system == system}
    accounts = set(council.bank_accounts) if None in named else named
    return next(iter(accounts)) if len(accounts) == 1 else None
