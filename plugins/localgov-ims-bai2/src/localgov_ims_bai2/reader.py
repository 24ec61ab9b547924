"""The reader of BAI2 bank statements: bytes in, events out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from attrs import frozen

from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import Event, Yields
from localgov_ims.files.limits import ending_with_issue
from localgov_ims.files.lines import plain_lines
from localgov_ims.files.readers import Options
from localgov_ims_bai2.options import Bai2Options
from localgov_ims_bai2.records import Record, records
from localgov_ims_bai2.walk import Walk

_HEAD: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*01,(?:[^,\r\n]*,){6,}[^,\r\n]*")
"""A file header."""


@frozen
class Bai2:
    """Reads BAI2 version 2, one record at a time.

    Source of the layout: the Cash Management Balance Reporting Specifications, Version 2, of the Bank
    Administration Institute; the export guide of Lloyds Bank; type codes of UK banks by their own guides.
    """

    name: str = "bai2"
    api_version: tuple[int, int] = (1, 0)
    yields: Yields = Yields.STATEMENT
    requires: Evidence = Evidence.PROVED
    options: type[Bai2Options] = Bai2Options

    def recognise(self, head: bytes) -> bool:
        """Tell whether the file begins with a file header."""
        return _HEAD.match(head) is not None

    @ending_with_issue
    def read(self, stream: BinaryIO, options: Options) -> Iterator[Event]:
        """Read statements one entry at a time; see `localgov_ims.files.readers.Reader`."""
        chosen = options if isinstance(options, Bai2Options) else Bai2Options(limits=options.limits)
        walk = Walk(chosen)
        for at, code, body, more in records(plain_lines(stream, ("utf-8", "cp1252"), chosen.limits)):
            if code == "16" and walk.account is not None:
                yield walk.entry(at, body, more)
            else:
                yield from walk.take(Record(at, code, body, more))
        yield from walk.end()
