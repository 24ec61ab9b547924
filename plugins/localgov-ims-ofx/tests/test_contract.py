"""The reader keeps the contract of every reader, on all its samples."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

from localgov_ims.files.readers import Reader
from localgov_ims.testing import ReaderContract
from localgov_ims_ofx import Ofx


class TestOfx(ReaderContract):
    """Samples, cuts, hostile bytes, memory."""

    samples = Path(__file__).parent / "samples"
    figures = re.compile(rb"<(?:TRNAMT|LEDGERBAL>\s*<BALAMT)>([^<\s]*)")
    bad_amounts: ClassVar[tuple[str, ...]] = tuple(bad for bad in ReaderContract.bad_amounts if bad != "-5")
    end = re.compile(rb"(?:</OFX>)?[\s\0]*")

    def make(self) -> Reader:
        """Return the reader under test."""
        return Ofx()

    def write(self, rows: int) -> bytes:
        """Return a clean statement of so many entries."""
        from ofx_writer import document, entry

        return document("".join(entry(pence=100 + n, id_=f"F{n}") for n in range(rows))).encode()
