"""Reading a file without a council: choose its reader, pass its events on, and see that they prove it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from typing import BinaryIO

from attrs import define, evolve, field, frozen

from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.policies import RELAXABLE
from localgov_ims.domain.stated import ListedRow
from localgov_ims.domain.statements import BankLine, Evidence
from localgov_ims.files.events import Closed, Event, Opened
from localgov_ims.files.holder_fields import HolderRow
from localgov_ims.files.identifiers import Identifiers
from localgov_ims.files.limits import DEFAULT_LIMITS, Refused, first_bytes, refuse
from localgov_ims.files.readers import HEAD_BYTES, LooksInside, Options, Reader

_MOST = (BankLine, IncomeRow)
"""What most events are: they are asked for first."""
_NOTED_AT_ONCE = 2000
KEPT_ISSUES = 100
"""The first Issues of a file are kept, the rest counted."""


def choose(
    readers: Sequence[Reader], stream: BinaryIO, named: str | None = None, preferred: Collection[str] = ()
) -> Reader:
    """Return the reader named, or the only one that recognises the stream's first bytes.

    Where several do, those whose names are *preferred* (the formats of a council's accounts and sources) decide.
    The stream is left at its start.

    Raises:
        Refused: None knows it, or more than one does and none was named.
    """
    names = ", ".join(sorted(reader.name for reader in readers)) or "none"
    if named is not None:
        for reader in readers:
            if reader.name == named:
                return reader
        message = f"There is no format {named!r} here. Installed: {names}."
        raise refuse("unknown-message", "format", message, value=named)
    head = first_bytes(stream, HEAD_BYTES)
    stream.seek(0)
    if not head:
        raise refuse("truncated", "byte 0", "The file is empty. Ask the sender for it again.")
    fitting = [reader for reader in readers if reader.recognise(head) and _inside(reader, stream)]
    fitting = [reader for reader in fitting if reader.name in preferred] or fitting
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        rivals = ", ".join(reader.name for reader in fitting)
        message = f"More than one format fits this file: {rivals}. Name one with --format."
        raise refuse("ambiguous-format", "byte 0", message)
    message = f"No installed format knows this file. Installed: {names}. Is it the right file, as it came from the sender?"
    raise refuse("unknown-message", "byte 0", message, value=head[:80].decode("ascii", "replace"))


def _inside(reader: Reader, stream: BinaryIO) -> bool:
    """Ask a reader whose files their first bytes do not tell apart; the stream is left at its start."""
    if not isinstance(reader, LooksInside):
        return True
    fits = reader.looks_inside(stream, DEFAULT_LIMITS)
    stream.seek(0)
    return fits


def events(reader: Reader, stream: BinaryIO, options: Options | None = None) -> Iterator[Event]:
    """Yield a reader's events, with Issues added where the stream does not end as it must.

    What was opened and not closed is `truncated`, unless an Issue that no policy can relax says why the reading ended; a
    statement below the evidence that its format requires is `control-missing`.
    """
    opened: Opened | None = None
    stopped = ended = False
    for event in reader.read(stream, options or reader.options()):
        if isinstance(event, _MOST):
            pass
        elif isinstance(event, Issue):
            stopped |= event.stops
            ended |= event.stops and event.code not in RELAXABLE
        elif isinstance(event, Opened):
            opened = event
        elif isinstance(event, Closed):
            opened = None
            if event.evidence.rank < reader.requires.rank and not stopped:
                yield _control_missing(reader, event)
        yield event
    if opened is not None and not ended:
        message = (
            "The file ends before what was opened here is closed. It may have been cut off: fetch it again."
        )
        yield Issue(code="truncated", place=opened.place, message=message)


def _control_missing(reader: Reader, closed: Closed) -> Issue:
    absent = [
        name for name, value in (("opening", closed.opening), ("closing", closed.closing)) if value is None
    ]
    what = f"no {' and no '.join(absent)} balance" if absent else "no declared totals"
    message = (
        f"A {reader.name} file must be {reader.requires.value}, but this one has {what} and so is {closed.evidence.value}: nothing "
        "shows that it is complete. Ask the bank for a full statement."
    )
    return Issue(code="control-missing", place=closed.place, field="/".join(absent), message=message)


@define
class IssueLog:
    """The first Issues of a file, and how many there were."""

    kept: list[Issue] = field(factory=list)
    count: int = 0
    stopped: bool = False

    def add(self, issue: Issue) -> None:
        """Keep or count one."""
        self.count += 1
        self.stopped |= issue.stops
        if len(self.kept) < KEPT_ISSUES or (issue.stops and not any(i.stops for i in self.kept)):
            self.kept.append(issue)


@frozen(kw_only=True)
class Entry:
    """What was read of one statement, settlement or file of rows; none stands for what the file did not get to."""

    format: str | None
    kind: str | None
    issues: tuple[Issue, ...]
    opened: Opened | None = None
    closed: Closed | None = None

    @property
    def opening(self) -> Money | None:
        """The balance before the first row, wherever the format tells it: at the head or only at the end."""
        at_head = self.opened.opening if self.opened is not None else None
        return at_head if at_head is not None or self.closed is None else self.closed.opening


@frozen
class FileRead:
    """A file read whole: an entry for each statement, settlement or file of rows, at least one, and whether it is accepted."""

    entries: tuple[Entry, ...]

    @property
    def accepted(self) -> bool:
        """One Issue that stops refuses the file whole."""
        return not any(issue.stops for entry in self.entries for issue in entry.issues)


def read(
    readers: Sequence[Reader], stream: BinaryIO, named: str | None = None, preferred: Collection[str] = ()
) -> FileRead:
    """Read and prove a file of any kind; of its rows nothing is kept in memory.

    An Issue belongs to the entry that is open or follows; those after the last entry make one of their own.
    """
    try:
        reader = choose(readers, stream, named, preferred)
    except Refused as refused:
        return FileRead((Entry(format=named, kind=None, issues=(refused.issue,)),))
    entries: list[Entry] = []
    log, opened = IssueLog(), None
    for event in _without_rows(reader, stream):
        if isinstance(event, Issue):
            log.add(event)
        elif isinstance(event, Opened):
            opened = event
        else:
            entries.append(_entry(reader, log, opened, event))
            log, opened = IssueLog(), None
    if not entries and opened is None and not log.stopped:
        message = "The file holds nothing: no statement, no settlement, no rows. Ask the sender for it again."
        log.add(Issue(code="missing-field", place="byte 0", message=message))
    if opened is not None or log.kept:
        entries.append(_entry(reader, log, opened, None))
    return FileRead(tuple(entries))


def _without_rows(reader: Reader, stream: BinaryIO) -> Iterator[Opened | Closed | Issue]:
    """Yield a file's heads and ends with all its Issues, those of its rows among them: there is no policy for these."""
    with ExitStack() as stack:
        identifiers, account = Identifiers(stack), ""
        named: list[tuple[str, str]] = []
        for event in events(reader, stream):
            if isinstance(event, IncomeRow | HolderRow):
                yield from event.issues
            elif isinstance(event, Opened):
                account = event.account
                yield event
            elif isinstance(event, Issue):
                yield event
            elif isinstance(event, Closed):
                yield from identifiers.repeated(account, named).values()
                named = []
                yield event
            elif not isinstance(event, ListedRow) and event.identifier is not None:
                named.append((event.identifier, event.place))
                if len(named) == _NOTED_AT_ONCE:
                    yield from identifiers.repeated(account, named).values()
                    named = []
        yield from identifiers.repeated(account, named).values()


def _entry(reader: Reader, log: IssueLog, opened: Opened | None, closed: Closed | None) -> Entry:
    if closed is not None and log.stopped:
        closed = evolve(closed, evidence=Evidence.UNPROVED)  # what does not tie proves nothing
    return Entry(
        format=reader.name, kind=reader.yields.value, issues=tuple(log.kept), opened=opened, closed=closed
    )
