"""What the rows of an income file come to, so that the same rows in other bytes are known again."""

from __future__ import annotations

import hashlib

from attrs import define

from localgov_ims.domain.income_files import IncomeRow

_LARGEST_SUM = 1 << 128


@define
class FileContent:
    """Sums rows up as they come: their order does not count, and equal rows count as often as they stand.

    A row is its reference, amount, day and method. Rows without money make no other file of it.
    """

    default_mop: str
    count: int = 0
    total: int = 0

    def add(self, row: IncomeRow) -> None:
        """Add a row."""
        pence = row.amount.pence
        if not pence:
            return
        self.count += 1
        said = f"{row.account_reference}\0{pence}\0{row.taken_on}\0{row.mop or self.default_mop}"
        digest = hashlib.blake2b(said.encode(), digest_size=16).digest()
        self.total = (self.total + int.from_bytes(digest)) % _LARGEST_SUM

    def __str__(self) -> str:
        """Return what the rows so far come to, as text to be compared."""
        return f"{self.count}-{self.total:032x}"
