"""The reader keeps the contract of every reader, on all its samples."""

from __future__ import annotations

import re
from pathlib import Path

from camt_writer import Doc, Ent, Pay, Stm

from localgov_ims.files.readers import Reader
from localgov_ims.testing import ReaderContract
from localgov_ims_camt import Camt052, Camt053, Camt054


class TestCamt053(ReaderContract):
    """Samples, cuts, changed digits, hostile bytes, memory."""

    samples = Path(__file__).parent / "samples"
    figures = re.compile(rb"<(?:Amt(?: [^>]*)?|Sum|NbOfNtries|NbOfTxs|TtlNetNtryAmt)>([^<]*)<")
    reported = re.compile(rb"<Ntry>(?:(?!</Ntry>).)*?PDNG(?:(?!</Ntry>).)*</Ntry>", re.DOTALL)

    def make(self) -> Reader:
        """Return the reader under test."""
        return Camt053()

    def write(self, rows: int) -> bytes:
        """Return a clean statement of so many entries."""
        return (
            Doc([Stm([Ent(100 + n, [Pay(100 + n, lines=[f"CT{n}"])]) for n in range(rows)])]).xml().encode()
        )


class TestCamt052(ReaderContract):
    """The same for account reports, which prove nothing but what they declare."""

    samples = Path(__file__).parent / "samples" / "camt052"
    figures = re.compile(rb"<Ntry>.*?<Amt [^>]*>([^<]*)<", re.DOTALL)

    def make(self) -> Reader:
        """Return the reader under test."""
        return Camt052()


class TestCamt054(ReaderContract):
    """The same for notifications."""

    samples = Path(__file__).parent / "samples" / "camt054"
    figures = re.compile(rb"<Ntry>.*?<Amt [^>]*>([^<]*)<", re.DOTALL)

    def make(self) -> Reader:
        """Return the reader under test."""
        return Camt054()
