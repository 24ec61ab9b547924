"""Attempting a file: read into a unit of work, judged as a whole, and what became of it written down."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, evolve, field

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.policies import Treatment
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.received_files import Declared, FileEvent, FileStatus, ReceivedFile
from localgov_ims.files.archives import refuse_archive
from localgov_ims.files.events import Totals
from localgov_ims.files.limits import DEFAULT_LIMITS, Refused
from localgov_ims.files.reading import IssueLog
from localgov_ims.files.totals import differences
from localgov_ims.service.files.file_recorders import Begun, Collected, recorder_of
from localgov_ims.service.files.import_kinds import kind_of
from localgov_ims.service.files.recorders import INFORMING, Progress, record
from localgov_ims.service.installation import Installation
from localgov_ims.storage import files as stored
from localgov_ims.storage import rule_sets
from localgov_ims.storage import settings as stored_settings
from localgov_ims.storage.store import Unit

HELD = frozenset({"suspected-duplicate", "too-many-closures"})
"""What recorders doubt: a person may lift it, and alone it holds a file and does not refuse it."""


@define
class Attempt:
    """What one reading of a file came to."""

    log: IssueLog = field(factory=IssueLog)
    counts: Mapping[str, int] = field(factory=dict)
    report: Mapping[str, Any] = field(factory=dict)
    format: str | None = None
    import_type: str | None = None
    content: str | None = None
    refused: bool = False

    def take(self, issue: Issue, treatment: Treatment = Treatment.REFUSE, *, decided: bool = False) -> None:
        """Keep an Issue with what it does to the file; what holds it for a person is a warning once they have *decided*."""
        if issue.stops and (treatment is Treatment.WARN or (treatment is Treatment.HOLD and decided)):
            issue = issue.warned()
        self.refused |= issue.stops and treatment is not Treatment.HOLD
        self.log.add(issue)

    @property
    def informs(self) -> bool:
        """Tell whether it was read and proved, and all there is in it is recorded from another kind of file."""
        return self.status is FileStatus.RECORDED and set(self.counts) == {INFORMING}

    @property
    def status(self) -> FileStatus:
        """What becomes of the file: recorded, refused, or held where only a person's word is missing."""
        if self.refused:
            return FileStatus.REFUSED
        return FileStatus.HELD if self.log.stopped else FileStatus.RECORDED


def attempted(
    installation: Installation, unit: Unit, begun: Begun, progress: Progress, *, records: bool = True,
    lifted: frozenset[str] = frozenset(), decided: bool = False, collected: Collected | None = None,
) -> Attempt:  # fmt: skip
    """Read a file into a unit of work, which is the caller's to commit if what comes of it is recorded.

    *records* says whether anything is written, or only judged and counted; *lifted* are the doubts that a person
    has decided about, *decided* that somebody has decided at all; *collected* takes the rows of a remittance list, each with its allocation.
    """
    said = begun.event.declared
    if said.again is not None:
        lifted |= {
            "suspected-duplicate"
        }  # the person who said that equal bytes are another file has said so of its rows
    made, since = Attempt(import_type=begun.event.import_type), time.monotonic()
    for words in said.faults:
        message = f"The sender reports a fault of this file: {quoted(words)}"
        made.take(Issue(code="provider-error", place="file", value=words, message=message))
    begun.stream.seek(0)
    try:
        refuse_archive(begun.stream, DEFAULT_LIMITS)
        reader, import_type = kind_of(installation, begun.stream, said)
        made.format = reader.name
        made.import_type = import_type.code if import_type is not None else None
        recorder = recorder_of(
            installation, unit, begun, reader, import_type, records=records, collected=collected
        )
        options = installation.options[reader.name]
        for issue, treatment in record(reader, begun.stream, options, recorder, progress):
            made.take(issue, treatment, decided=decided)
        for issue in recorder.doubts():
            if issue.code not in lifted:
                made.take(issue, Treatment.HOLD)
        report, made.content = recorder.told()
        made.counts = {name: count for name, count in recorder.counts.items() if count}
        if report:
            took = round(time.monotonic() - since, 3)
            made.report = {**report, "versions": _versions(unit), "seconds": took}
    except Refused as refused:
        made.take(refused.issue)
    return made


def unlike(event: FileEvent, said: Declared) -> Iterator[Issue]:
    """Yield, as warnings, what a sender says now of a file that was recorded before, and that is not so of it."""
    computed = (event.report or {}).get("computed", {})
    for words in said.faults:
        message = "The sender reports this fault of a file that is recorded already. Take the file back if it is true."
        yield Issue(code="provider-error", place="file", value=words, message=message).warned()
    amount = said.amount.pence if said.amount is not None else None
    told = Totals(count=said.rows, net=amount)
    if computed:
        for issue in differences(told, Totals(count=computed["rows"], net=computed["pence"]), "file"):
            yield issue.warned()


def _versions(unit: Unit) -> dict[str, int]:
    """Return which versions of the rules and the settings the file was recorded by."""
    rules, settings = (
        rule_sets.active(unit.connection),
        stored_settings.latest(unit.connection, stored_settings.SETTINGS),
    )
    return {
        **({"rules": rules.number} if rules is not None else {}),
        **({"settings": settings[0]} if settings is not None else {}),
    }


def finish(
    unit: Unit, installation: Installation, file: ReceivedFile, before: FileEvent, made: Attempt, *, reason: str | None = None
) -> FileEvent:  # fmt: skip
    """Write what became of a file, step by step as the table of statuses has it, and commit."""
    status, by = made.status, installation.actor
    steps = [FileStatus.IN_PROGRESS, status] if status is FileStatus.RECORDED else [status]
    for step in steps:
        before = evolve(
            before.followed_by(step, at=unit.at, by=by), import_type=made.import_type, reason=reason
        )
        if step is status:
            nothing = status is FileStatus.REFUSED
            before = evolve(
                before, format=made.format, counts={} if nothing else made.counts, report=made.report,
                content=made.content if status is FileStatus.RECORDED else None, issues=tuple(made.log.kept),
                issue_count=made.log.count,
            )  # fmt: skip
        stored.add_event(unit, before)
    unit.detail |= {"file": file.sha256, "format": made.format, **(before.counts or {})}
    if made.import_type is not None:
        unit.detail["import_type"] = made.import_type
    unit.commit()
    return before
