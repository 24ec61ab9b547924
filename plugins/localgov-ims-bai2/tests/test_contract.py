"""The reader keeps the contract of every reader, on all its samples."""

from __future__ import annotations

import re
from pathlib import Path

from bai2_writer import Acc, Doc, Ent

from localgov_ims.files.readers import Reader
from localgov_ims.testing import ReaderContract
from localgov_ims_bai2 import Bai2


class TestBai2(ReaderContract):
    """Samples, cuts, changed digits, hostile bytes, memory."""

    samples = Path(__file__).parent / "samples"
    figures = re.compile(rb"^(?:16,[0-9]{3}|49|98|99|03,[^,]*,[^,]*,010),(-?[0-9]+)", re.MULTILINE)
    bad_amounts = (
        *(bad for bad in ReaderContract.bad_amounts if bad != "-5"),
        "+-5",
        "1.00",
        "0x10",
        "1 000",
    )
    end = re.compile(rb"[/\s\0]*")

    def make(self) -> Reader:
        """Return the reader under test."""
        return Bai2()

    def write(self, rows: int) -> bytes:
        """Return a clean statement of so many entries."""
        return Doc([Acc([Ent(100 + n, rest=f"Z,B{n},C{n},CT{n}") for n in range(rows)])]).text().encode()
