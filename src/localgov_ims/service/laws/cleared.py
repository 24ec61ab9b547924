"""Part of law 3: all that was recorded, less all that the bank brought for it, is a list of outstanding items."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.service.laws.law import Findings
from localgov_ims.storage import outstanding as stored


def differences(connection: Connection, findings: Findings) -> Iterator[str]:
    """Yield a sentence if the items of clearing, which have no Match, do not come to its totals, counted another way."""
    findings.look_at()
    listed = Money(sum(each.pence for each in stored.outstanding(connection, date.max)))
    counted = stored.balance(connection, date.max)
    if listed != counted:
        yield f"Clearing comes to {counted.shown()}, but its outstanding items to {listed.shown()}."
