"""Every reader keeps the contract of every reader, on all its samples."""

from __future__ import annotations

import re
from pathlib import Path

from bacs_writer import advices, arudd, ddic, record, standard18

from localgov_ims.files.readers import Reader
from localgov_ims.testing import ReaderContract
from localgov_ims_bacs import ADDACS, AUDDIS, Arudd, Ddic, Standard18

SAMPLES = Path(__file__).parent / "samples"


class TestArudd(ReaderContract):
    """Samples, cuts, changed digits, hostile bytes, memory."""

    samples = SAMPLES / "arudd"
    figures = re.compile(rb'(?:valueOf|numberOf)="([^"]*)"')

    def make(self) -> Reader:
        """Return the reader under test."""
        return Arudd()

    def write(self, rows: int) -> bytes:
        """Return a clean report of so many items."""
        return arudd([(f"77{n:07d}", 100 + n) for n in range(rows)])


class TestDdic(ReaderContract):
    """The same."""

    samples = SAMPLES / "ddic"
    figures = re.compile(rb"<(?:TotalAmount|TotalNumberOfAdvices|TotalValueOfDebits)>([^<]*)<")

    def make(self) -> Reader:
        """Return the reader under test."""
        return Ddic()

    def write(self, rows: int) -> bytes:
        """Return a clean report of so many claims."""
        return ddic([(f"77{n:07d}", 100 + n) for n in range(rows)])


class TestAddacs(ReaderContract):
    """The same; there is no money in it."""

    samples = SAMPLES / "addacs"
    figures = re.compile(rb"(?!)()")

    def make(self) -> Reader:
        """Return the reader under test."""
        return ADDACS

    def write(self, rows: int) -> bytes:
        """Return a clean report of so many advices."""
        return advices([(f"77{n:07d}", "1") for n in range(rows)])


class TestAuddis(TestAddacs):
    """The same."""

    samples = SAMPLES / "auddis"

    def make(self) -> Reader:
        """Return the reader under test."""
        return AUDDIS

    def write(self, rows: int) -> bytes:
        """Return a clean report of so many advices."""
        return advices([(f"77{n:07d}", "B") for n in range(rows)], "AUDREJ")


class TestStandard18(ReaderContract):
    """The same; a file may lose the blanks at its end."""

    samples = SAMPLES / "standard18"
    figures = re.compile(
        rb"^(?:(?!VOL1|HDR|UHL|EOF|UTL).{35}(?=[0-9]{11})|UTL1(?=[0-9]))([0-9]{11,40})", re.MULTILINE
    )
    bad_amounts = ("NaN        ", "           ", "-0000000500", "0000000٣00", "1E3        ")

    def make(self) -> Reader:
        """Return the reader under test."""
        return Standard18()

    def write(self, rows: int) -> bytes:
        """Return a clean submission of so many records."""
        return standard18([record(f"77{n:07d}", 100 + n) for n in range(rows)])
