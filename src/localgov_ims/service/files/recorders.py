"""From a reader's events to records, in blocks: what is alike for every kind of file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Protocol
from uuid import UUID

from attrs import define, field

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.policies import Treatment
from localgov_ims.domain.settlements import SettlementLine
from localgov_ims.domain.statements import BankLine
from localgov_ims.files.events import Closed, Opened
from localgov_ims.files.readers import Options, Reader
from localgov_ims.files.reading import events, repeated
from localgov_ims.service.council import Council
from localgov_ims.service.files.collecting import seldom_collected
from localgov_ims.storage.store import Unit

BLOCK = 2000
"""Rows are written in blocks of this size; no more of a file is in memory."""

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

    Of the rows only the identifiers that must be unique are remembered.
    """
    with seldom_collected():
        yield from _recorded(reader, stream, options, recorder, progress)


def _recorded(
    reader: Reader, stream: BinaryIO, options: Options, recorder: Recorder, progress: Progress
) -> Iterator[tuple[Issue, Treatment]]:
    places: dict[str, str] = {}
    block: list[object] = []
    for event in events(reader, stream, options):
        if isinstance(event, Issue):
            yield _treated(event, recorder)
        elif isinstance(event, Opened):
            yield from _refusing(recorder.open(event))
        elif isinstance(event, Closed):
            yield from _refusing(recorder.rows(block))
            progress(len(block))
            block = []
            yield from (_treated(issue, recorder) for issue in recorder.prove(event))
            yield from _refusing(recorder.close(event))
        elif (
            isinstance(event, BankLine | SettlementLine)
            and event.identifier is not None
            and (first := places.setdefault(event.identifier, event.place)) != event.place
        ):
            yield repeated(event, first), Treatment.REFUSE
        else:
            block.append(event)
            if len(block) == BLOCK:
                yield from _refusing(recorder.rows(block))
                progress(BLOCK)
                block = []


def _treated(issue: Issue, recorder: Recorder) -> tuple[Issue, Treatment]:
    return issue, recorder.policy.get(issue.code, Treatment.REFUSE)


def _refusing(issues: Iterator[Issue]) -> Iterator[tuple[Issue, Treatment]]:
    return ((issue, Treatment.REFUSE) for issue in issues)
