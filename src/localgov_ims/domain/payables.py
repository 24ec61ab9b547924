"""Payables files: the refunds by Bacs that the payables system is asked to pay, each in one file ever."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from attrs import evolve, field, frozen

from localgov_ims.domain.money import Money


@frozen(kw_only=True)
class PayablesFile:
    """A file to the payables system: its place in the sequence, which has no gaps, and what it comes to.

    Whom it pays is not in it: bank details are in the bytes alone, which are not kept here, and in each request.
    """

    id: UUID
    sequence: int
    created_on: date
    suffix: str
    count: int
    total: Money
    sha256: str = field(default="", repr=False)

    @property
    def number(self) -> str:
        """What it is called: `payables-000007`."""
        return f"payables-{self.sequence:06d}"

    @property
    def name(self) -> str:
        """What its file is called."""
        return f"{self.number}.{self.suffix}"

    def hashed(self, sha256: str) -> PayablesFile:
        """Return it with the hash of its bytes."""
        return evolve(self, sha256=sha256)
