"""The readers of ISO 20022 camt messages: bytes in, events out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, ClassVar

from attrs import frozen

from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import Event, Yields
from localgov_ims.files.limits import ending_with_issue
from localgov_ims.files.readers import Options
from localgov_ims.files.xml import parse
from localgov_ims_camt.heads import looks_like
from localgov_ims_camt.kinds import NOTIFICATION, REPORT, STATEMENT, Kind
from localgov_ims_camt.message import Message
from localgov_ims_camt.options import CamtOptions


@frozen
class _Camt:
    """What is alike in all three: every version, by local element names, in either shape."""

    kind: ClassVar[Kind]
    api_version: tuple[int, int] = (1, 0)
    yields: Yields = Yields.STATEMENT
    options: type[CamtOptions] = CamtOptions

    def recognise(self, head: bytes) -> bool:
        """Tell whether the file begins as this message; see `heads`."""
        return looks_like(self.kind, head)

    @ending_with_issue
    def read(self, stream: BinaryIO, options: Options) -> Iterator[Event]:
        """Read statements one entry at a time; see `localgov_ims.files.readers.Reader`."""
        chosen = options if isinstance(options, CamtOptions) else CamtOptions(limits=options.limits)
        events: list[Event] = []
        message = Message(self.kind, chosen, events.append)
        yield from parse(message.walk.parser, stream, chosen.limits, events, message.walk.texts)
        message.finish()


@frozen
class Camt052(_Camt):
    """Reads account reports during the day, which prove nothing by balances."""

    kind: ClassVar[Kind] = REPORT
    name: str = "camt052"
    requires: Evidence = Evidence.UNPROVED


@frozen
class Camt053(_Camt):
    """Reads statements, which prove themselves by their balances."""

    kind: ClassVar[Kind] = STATEMENT
    name: str = "camt053"
    requires: Evidence = Evidence.PROVED


@frozen
class Camt054(_Camt):
    """Reads notifications of debits and credits, which have no balances."""

    kind: ClassVar[Kind] = NOTIFICATION
    name: str = "camt054"
    requires: Evidence = Evidence.UNPROVED
