"""From a reader's events to records, in blocks: what is alike for every kind of file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, BinaryIO, Final, Protocol
from uuid import UUID

from attrs import define, field

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.policies import Treatment
from localgov_ims.domain.settlements import SettlementLine
from localgov_ims.domain.statements import BankLine
from localgov_ims.domain.unpaids import Unpaid
from localgov_ims.files.events import Closed, Opened, Row
from localgov_ims.files.identifiers import Identifiers
from localgov_ims.files.readers import Options, Reader
from localgov_ims.files.reading import events
from localgov_ims.service.council import Council
from localgov_ims.service.files.collecting import seldom_collected
from localgov_ims.storage.store import Unit

BLOCK = 2000
"""Rows are written in blocks of this size; no more of a file is in memory."""

INFORMING: Final = "informing"
"""The count of statements that were read and proved, and whose lines come from another kind of file."""

Progress = Callable[[int], None]
"""Told how many more rows have been read."""


class Recorder(Protocol):
    """Records one kind of file in a unit of work, judging it against the council's books.

    The reader judges the file; a recorder judges what needs the past and the settings: is the account ours, does
    the statement join the ones before it, has it been here already? Each step yields the Issues it finds.

    The policy is for what the file says of itself: it treats what the reader finds and what `prove` does. What else a
    recorder finds refuses the file, whatever the policy.
    """

    counts: Counter[str]

    @property
    def policy(self) -> Mapping[str, Treatment]:
        """What becomes of the file for faults of what is open now; any code that is not named refuses it."""
        ...

    def open(self, opened: Opened) -> Iterator[Issue]:
        """Take the head of a statement or settlement."""
        ...

    def rows(self, block: Sequence[Any]) -> Iterator[Issue]:
        """Take some of its rows."""
        ...

    def prove(self, closed: Closed) -> Iterator[Issue]:
        """Compare what its sender declared beside the file, and see that what must be declared is."""
        ...

    def close(self, closed: Closed) -> Iterator[Issue]:
        """Take its end, which is proved."""
        ...

    def doubts(self) -> Iterator[Issue]:
        """Yield what makes a person look, once the whole file has been read; such a file is held, not refused."""
        ...

    def told(self) -> tuple[Mapping[str, Any], str | None]:
        """Return the report of the file, and what its rows come to where equal rows in other bytes are suspect."""
        ...


@define(kw_only=True, slots=False)
class NumberedRecorder:
    """What recorders of statements, payouts and reports share: their numbers say whether they were here before.

    Nobody declares anything beside them, and they leave nobody in doubt.

    Attributes:
        policy: Of whatever is open, its account's, its source's or its service user number's.
    """

    unit: Unit
    council: Council
    file: UUID
    counts: Counter[str] = field(factory=Counter)
    policy: Mapping[str, Treatment] = field(factory=dict)

    def prove(self, closed: Closed) -> Iterator[Issue]:
        """Leave it to the reader."""
        del closed
        return iter(())

    def doubts(self) -> Iterator[Issue]:
        """Doubt nothing."""
        return iter(())

    def told(self) -> tuple[Mapping[str, Any], str | None]:
        """Tell nothing beyond the counts."""
        return {}, None


def fault(code: str, opened: Opened, field: str, value: str, message: str) -> Issue:
    """Make an Issue about a statement or settlement as a whole."""
    return Issue(code=code, place=opened.place, field=field, value=value, message=message)


def currency_faults(opened: Opened) -> Iterator[Issue]:
    """Yield an Issue unless the amounts are pounds sterling: any currency is read, only this one is imported."""
    if opened.currency != "GBP":
        message = f"Its amounts are in {opened.currency}; only pounds sterling (GBP) are imported."
        yield fault("currency-mismatch", opened, "currency", opened.currency, message)


def record(
    reader: Reader, stream: BinaryIO, options: Options, recorder: Recorder, progress: Progress
) -> Iterator[tuple[Issue, Treatment]]:
    """Read a file into *recorder*, yielding every Issue, the reader's and the recorder's, and what it does to the file.

    No more than a block of the rows is remembered.
    """
    with seldom_collected(), ExitStack() as stack:
        blocks = _Blocks(recorder, progress, Identifiers(stack))
        for event in events(reader, stream, options):
            if isinstance(event, Issue):
                yield _treated(event, recorder)
            elif isinstance(event, Opened):
                blocks.account = event.account
                yield from _refusing(recorder.open(event))
            elif isinstance(event, Closed):
                yield from blocks.flushed()
                yield from (_treated(issue, recorder) for issue in recorder.prove(event))
                yield from _refusing(recorder.close(event))
            else:
                blocks.rows.append(event)
                if len(blocks.rows) == BLOCK:
                    yield from blocks.flushed()


@define
class _Blocks:
    """The rows that wait to be recorded together, and the identifiers of all that were."""

    recorder: Recorder
    progress: Progress
    identifiers: Identifiers
    account: str = ""
    rows: list[Row] = field(factory=list)

    def flushed(self) -> Iterator[tuple[Issue, Treatment]]:
        """Record what waits, each line of a statement even where its identifier is repeated: it may be relaxed."""
        rows, self.rows = self.rows, []
        named = [
            (row.identifier, row.place)
            for row in rows
            if isinstance(row, BankLine | SettlementLine | Unpaid) and row.identifier is not None
        ]
        repeated = self.identifiers.repeated(self.account, named)
        yield from (_treated(issue, self.recorder) for issue in repeated.values())
        kept = (
            [row for row in rows if isinstance(row, BankLine) or row.place not in repeated]
            if repeated
            else rows
        )
        yield from _refusing(self.recorder.rows(kept))
        self.progress(len(rows))


def _treated(issue: Issue, recorder: Recorder) -> tuple[Issue, Treatment]:
    return issue, recorder.policy.get(issue.code, Treatment.REFUSE)


def _refusing(issues: Iterator[Issue]) -> Iterator[tuple[Issue, Treatment]]:
    return ((issue, Treatment.REFUSE) for issue in issues)
