"""The reader of camt.053 bank statements: bytes in, events out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from attrs import frozen

from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import Event, Yields
from localgov_ims.files.limits import ending_with_issue
from localgov_ims.files.readers import Options
from localgov_ims.files.xml import parse
from localgov_ims_camt.heads import looks_like_camt
from localgov_ims_camt.message import Message
from localgov_ims_camt.options import CamtOptions


@frozen
class Camt053:
    """Reads camt.053 in every version, by local element names, in either shape."""

    name: str = "camt053"
    api_version: tuple[int, int] = (1, 0)
    yields: Yields = Yields.STATEMENT
    requires: Evidence = Evidence.PROVED
    options: type[CamtOptions] = CamtOptions

    def recognise(self, head: bytes) -> bool:
        """Tell whether the file begins as XML with a Document, or hides what it is behind a DOCTYPE."""
        return looks_like_camt(head)

    @ending_with_issue
    def read(self, stream: BinaryIO, options: Options) -> Iterator[Event]:
        """Read statements one entry at a time; see `localgov_ims.files.readers.Reader`."""
        chosen = options if isinstance(options, CamtOptions) else CamtOptions(limits=options.limits)
        events: list[Event] = []
        message = Message(chosen, events.append)
        yield from parse(message.walk.parser, stream, chosen.limits, events, message.walk.texts)
        message.finish()
