"""The readers of SWIFT MT940 statements and MT942 reports: bytes in, events out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, ClassVar, Final

from attrs import frozen

from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import Event, Yields
from localgov_ims.files.limits import ending_with_issue
from localgov_ims.files.lines import plain_lines
from localgov_ims.files.readers import Options
from localgov_ims_mt940.fields import fields
from localgov_ims_mt940.heads import has_fields, is_report
from localgov_ims_mt940.message import Messages
from localgov_ims_mt940.options import Mt940Options

_ENCODINGS: Final = ("utf-8", "cp1252")
"""Nothing in a message says how it is encoded: UTF-8, of which ASCII is a part, else windows-1252."""


@frozen
class _Swift:
    """What is alike in both."""

    balanced: ClassVar[bool]
    api_version: tuple[int, int] = (1, 0)
    yields: Yields = Yields.STATEMENT
    options: type[Mt940Options] = Mt940Options

    def recognise(self, head: bytes) -> bool:
        """Tell whether fields of SWIFT begin lines of the file, and whether they are of this message."""
        return has_fields(head) and is_report(head) is not self.balanced

    @ending_with_issue
    def read(self, stream: BinaryIO, options: Options) -> Iterator[Event]:
        """Read statements one entry at a time; see `localgov_ims.files.readers.Reader`."""
        chosen = options if isinstance(options, Mt940Options) else Mt940Options(limits=options.limits)
        lines = plain_lines(stream, _ENCODINGS, chosen.limits)
        messages = Messages("MT940" if self.balanced else "MT942", chosen, balanced=self.balanced)
        yield from messages.read(fields(lines, wrapped=chosen.unknown_tags == "narrative"))


@frozen
class Mt940(_Swift):
    """Reads statements, which prove themselves by their balances."""

    balanced: ClassVar[bool] = True
    name: str = "mt940"
    requires: Evidence = Evidence.PROVED


@frozen
class Mt942(_Swift):
    """Reads reports during the day, which have no balances."""

    balanced: ClassVar[bool] = False
    name: str = "mt942"
    requires: Evidence = Evidence.UNPROVED
