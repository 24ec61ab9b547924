"""The reader keeps the contract of every reader."""

import re
from pathlib import Path

from localgov_ims.testing import ReaderContract
from my_first_plugin import MyBank


class TestMyBank(ReaderContract):
    samples = Path(__file__).parent / "samples"
    figures = re.compile(rb"\|(-?[0-9]+\.[0-9]{2})(?=[|\n])")  # group 1: each printed amount
    end = re.compile(rb"0?\n?")  # without its last zero the closing balance is the same

    def make(self):
        return MyBank()

    def write(self, rows):
        lines = ["MYBANK|20000012345678|17|0.00", *["2026-05-05|0.01|X"] * rows]
        return "\n".join([*lines, f"CLOSE|{rows}|{rows / 100:.2f}", ""]).encode()
