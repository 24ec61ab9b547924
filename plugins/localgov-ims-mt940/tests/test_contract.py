"""Both readers keep the contract of every reader, on all their samples."""

from __future__ import annotations

import re
from pathlib import Path

from mt_asking import statement

from localgov_ims.files.readers import Reader
from localgov_ims.testing import ReaderContract
from localgov_ims_mt940 import Mt940, Mt942

SAMPLES = Path(__file__).parent / "samples"


class TestMt940(ReaderContract):
    """What follows a closing balance explains, and moves nothing; nothing says how many statements there are."""

    samples = SAMPLES / "mt940"
    figures = re.compile(rb"^:(?:61:[0-9]{6}(?:[0-9]{4}|    )?R?[CD][A-Z]?|6[02][FM]:[CD][0-9]{6}[A-Z]{3})([0-9,]+)", re.MULTILINE)  # fmt: skip
    open_ended = True

    def make(self) -> Reader:
        """Return the reader under test."""
        return Mt940()

    def write(self, rows: int) -> bytes:
        """Return a clean statement of so many entries."""
        return statement([100 + n for n in range(rows)]).encode()


class TestMt942(ReaderContract):
    """A report proves nothing but what it declares."""

    samples = SAMPLES / "mt942"
    figures = re.compile(rb"^:(?:61:[0-9]{10}[CD][A-Z]?|90[CD]:[0-9]+[A-Z]{3})([0-9,]+)", re.MULTILINE)

    def make(self) -> Reader:
        """Return the reader under test."""
        return Mt942()
