"""Loading account holders: a whole file of them as versions, or nothing of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import BinaryIO

from attrs import frozen

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import AlreadyDone
from localgov_ims.files.holder_csv import read_rows
from localgov_ims.files.holder_fields import HolderRow
from localgov_ims.files.plain_holders import holder_of
from localgov_ims.files.seen import Seen
from localgov_ims.service.council import Council
from localgov_ims.service.files.recorders import BLOCK, Progress
from localgov_ims.service.holders.checks import HolderJudge, holder_fault
from localgov_ims.service.holders.versions import HolderVersions
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.storage.holders import Account
from localgov_ims.storage.store import Unit


@frozen(kw_only=True)
class HoldersLoaded:
    """What became of a file of account holders: of a refused one, nothing was loaded."""

    source: str
    refused: bool
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    issues: tuple[Issue, ...]
    issue_count: int

    @property
    def rows(self) -> int:
        """How many account holders the file has; of a refused one, nothing is counted."""
        return self.added + self.changed + self.unchanged


def import_holders(
    installation: Installation, stream: BinaryIO, *, source: str, progress: Progress = lambda _: None
) -> HoldersLoaded:
    """Load a CSV file of account holders; *source* is the file's name, *stream* is seekable.

    Each row that says something new makes a version of its account, the others none. Columns that the file has not
    stay as they are. A row that cannot be used refuses the file whole. Accounts whose reference does not fit the
    format of their fund are loaded, each with a warning, so that people can find them. Restricted accounts are
    loaded like others: the file is the back office's, and nobody's own act on one of them.

    Raises:
        NotPermitted: The permission `account.import`, or a fund that the file names, is missing.
        AlreadyDone: Somebody changed some of these accounts meanwhile, twice; load the file again.
    """
    try:
        return _import(installation, stream, source, progress)
    except AlreadyDone:
        # Somebody changed one of these accounts meanwhile; what they did is there to build on the second time.
        return _import(installation, stream, source, progress)


def _import(installation: Installation, stream: BinaryIO, source: str, progress: Progress) -> HoldersLoaded:
    stream.seek(0)
    with installation.unit("import_holders") as unit:
        rights = permit_unit(installation, unit, Permission.ACCOUNT_IMPORT)
        loaded = load_rows(
            unit, installation.council, rights, read_rows(stream), source=source, progress=progress
        )
        if not loaded.refused:
            unit.detail |= detail(loaded)
            unit.commit()
    return loaded


def detail(loaded: HoldersLoaded) -> dict[str, object]:
    """Return what the audit trail says of a load: counts, never values."""
    return {
        "source": loaded.source, "added": loaded.added, "changed": loaded.changed, "unchanged": loaded.unchanged,
        "issues": loaded.issue_count,
    }  # fmt: skip


def check_rows(council: Council, rows: Iterable[HolderRow | Issue]) -> tuple[int, HolderJudge]:
    """Return how many rows there are, and the judge that knows their faults, as far as that goes without a database."""
    waiting, count = iter(rows), 0
    with Seen() as seen:
        judge = HolderJudge(council, seen)
        while block := list(islice(waiting, BLOCK)):
            count += len(block)
            _check(judge, block)
    return count, judge


def _check(judge: HolderJudge, block: Sequence[HolderRow | Issue]) -> None:
    named: list[tuple[HolderRow, Account]] = []
    for row in block:
        account, fault = judge.account(row) if isinstance(row, HolderRow) else (None, row)
        if fault is not None or account is None or not isinstance(row, HolderRow):
            judge.log.add(fault or row)  # type: ignore[arg-type]
            continue
        named.append((row, account))
        judge.warn_of_misfit(row, account)
        after = holder_fault(judge.council, row, account, None, None) or judge.judged(
            row, holder_of(account, {})
        )
        if isinstance(after, Issue):
            judge.log.add(after)
    repeats = judge.repeats(named)
    for row, _ in named:
        if row.place in repeats:
            judge.log.add(judge.repeated(row, repeats[row.place]))


def load_rows(
    unit: Unit, council: Council, rights: Rights, rows: Iterable[HolderRow | Issue], *, source: str,
    progress: Progress = lambda _: None,
) -> HoldersLoaded:  # fmt: skip
    """Record the versions that *rows* make in a unit of work, which is the caller's to commit or, if refused, not.

    Raises:
        NotPermitted: A fund that the rows name is not the user's.
        AlreadyDone: Somebody changed one of the accounts meanwhile.
    """
    waiting = iter(rows)
    with Seen() as seen:
        judge = HolderJudge(council, seen)
        versions = HolderVersions(unit=unit, judge=judge, rights=rights, source_of=lambda _: source)
        while block := list(islice(waiting, BLOCK)):
            versions.take(block)
            progress(len(block))
    refused = judge.log.stopped
    counts = {} if refused else versions.counts
    return HoldersLoaded(
        source=source, refused=refused, added=counts.get("added", 0), changed=counts.get("changed", 0),
        unchanged=counts.get("unchanged", 0) + counts.get("repeated", 0), issues=judge.issues,
        issue_count=judge.issue_count,
    )  # fmt: skip
