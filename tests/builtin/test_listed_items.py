"""The shipped profile of lists keeps the contract of every reader, on its samples."""

from __future__ import annotations

import re
from pathlib import Path

from localgov_ims.builtin import ims_file_formats
from localgov_ims.files.readers import Reader
from localgov_ims.testing import ReaderContract


class TestListedItems(ReaderContract):
    """Items that another system lists, as CSV."""

    samples = Path(__file__).parent / "samples" / "listed_items"
    figures = re.compile(rb",(-412\.50|-9\.00|20\.00),")
    bad_amounts = ("NaN", "Infinity", "1E3", "1_000", "١٢٣", "1.005", "12..34", "5.00-", " ")

    def make(self) -> Reader:
        """Return the reader under test."""
        return next(reader for reader in ims_file_formats() if reader.name == "listed-items")

    def write(self, rows: int) -> bytes:
        """Return a list of so many payments of a pound."""
        body = "".join(f"2026-05-11,{number},1.00\r\n" for number in range(rows))
        return f"day,reference,amount\r\n{body}".encode()
