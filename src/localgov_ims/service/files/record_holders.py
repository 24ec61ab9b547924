"""Recording files of account holders: changes only, or all there are of some funds."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from attrs import define, field

from localgov_ims.domain.import_types import HoldersMode, ImportType, OnBadRow
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.people import Rights
from localgov_ims.domain.policies import Treatment
from localgov_ims.domain.received_files import Declared
from localgov_ims.files.events import Closed, Opened, Totals
from localgov_ims.files.holder_fields import HolderRow
from localgov_ims.files.plain_holders import plain_amount
from localgov_ims.files.reading import IssueLog
from localgov_ims.files.seen import Seen
from localgov_ims.files.totals import differences
from localgov_ims.service.council import Council
from localgov_ims.service.files.recorders import BLOCK, currency_faults
from localgov_ims.service.holders.checks import HolderJudge
from localgov_ims.service.holders.versions import HolderVersions
from localgov_ims.storage import bulk_holders as stored
from localgov_ims.storage.store import Unit

_HUNDRED: Final = 100


@define
class _Forwarding(IssueLog):
    """A log whose Issues are told to the import's own, block by block."""

    fresh: list[Issue] = field(factory=list)

    def add(self, issue: Issue) -> None:
        """Note one."""
        self.stopped |= issue.stops
        self.fresh.append(issue)

    def forwarded(self) -> list[Issue]:
        """Return what was noted since it was asked last."""
        fresh, self.fresh = self.fresh, []
        return fresh


@define(kw_only=True, slots=False)
class HolderRecorder:
    """Records one file of account holders in a unit of work; see `recorders.Recorder`.

    Every version names the file and the row it came from. Of a full file, the open accounts of the type's funds that it
    does not name are closed as of `received_on`, and those that it names are open again.

    Attributes:
        counts: rows; added, changed, unchanged and repeated ones; closed and reopened accounts; rows set aside.
        records: Whether anything is written, or only judged and counted.
    """

    unit: Unit
    council: Council
    rights: Rights
    file_name: str
    received_on: date
    import_type: ImportType
    declared: Declared
    records: bool = True
    counts: Counter[str] = field(factory=Counter)
    _judge: HolderJudge = field(init=False)
    _versions: HolderVersions = field(init=False)
    _log: _Forwarding = field(factory=_Forwarding)
    _balance: int = 0
    _open_before: int = 0
    _closed_by_absence: int = 0

    def __attrs_post_init__(self) -> None:
        """Begin with nothing seen."""
        seen = Seen()
        weakref.finalize(self, seen.close)  # a file that is refused halfway is never closed
        self._judge = HolderJudge(self.council, seen, log=self._log)
        self._versions = HolderVersions(
            unit=self.unit, judge=self._judge, rights=self.rights, reopens=self._full, records=self.records,
            sets_aside=self.import_type.on_bad_row is OnBadRow.QUARANTINE, counts=self.counts,
            source_of=lambda row: f"{self.file_name}, row {row.position}",
        )  # fmt: skip

    @property
    def _full(self) -> bool:
        return self.import_type.mode is HoldersMode.FULL

    @property
    def policy(self) -> Mapping[str, Treatment]:
        """What the import type says of the file's totals; of its rows it says it by other means."""
        return self.import_type.policy

    def open(self, opened: Opened) -> Iterator[Issue]:
        """Take the head of the file."""
        if self._full:
            self._open_before = stored.count_open(self.unit.connection, self.import_type.funds)
        yield from currency_faults(opened)

    def rows(self, block: Sequence[HolderRow]) -> Iterator[Issue]:
        """Judge and record some rows."""
        self.counts["rows"] += len(block)
        for row in block:
            self._balance += _pence(row)
        if self.import_type.funds:
            yield from self._of_other_funds(block)
        self._versions.take(block)
        yield from self._log.forwarded()

    def prove(self, closed: Closed) -> Iterator[Issue]:
        """Prove the totals that the sender declared beside it."""
        said = self.declared
        computed = Totals(count=self.counts["rows"], net=self._balance)
        declared = Totals(count=said.rows, net=said.amount.pence if said.amount is not None else None)
        yield from differences(declared, computed, closed.place)
        yield from self._missing_totals(closed)

    def close(self, closed: Closed) -> Iterator[Issue]:
        """Close what a full file has not."""
        if self._full and not self.counts["rows"]:
            message = (
                "It is to hold every account of its funds, and has none: nothing is closed for an empty file."
            )
            yield Issue(code="truncated", place=closed.place, message=message)
        elif self._full and not self._judge.log.stopped:
            self._close_missing()
        yield from self._judge.misfits.kept
        self.counts["misfits"] += self._judge.misfits.count

    def doubts(self) -> Iterator[Issue]:
        """Doubt a full file that would close too many accounts at once."""
        closed, most = self._closed_by_absence, self.import_type.max_closures
        if closed * _HUNDRED > most * self._open_before:
            message = (
                f"It would close {closed:,} of {self._open_before:,} open accounts, more than {most} in a hundred. Accept it "
                "if that is right, or refuse it and ask the sender for the whole file."
            )
            yield Issue(code="too-many-closures", place="file", value=str(closed), message=message)

    def told(self) -> tuple[Mapping[str, Any], str | None]:
        """Return the counts, and what the balances come to."""
        names = ("rows", "added", "changed", "unchanged", "repeated", "closed", "reopened", "set_aside")
        counts = {name: self.counts[name] for name in names}
        return {**counts, "balance_pence": self._balance, "mode": self.import_type.mode.value}, None

    def _close_missing(self) -> None:
        before = self.counts["closed"]
        source = f"{self.file_name}, not in it"
        for fund in sorted(set(self.import_type.funds)):
            references = stored.open_references(self.unit.connection, fund)
            for start in range(0, len(references), BLOCK):
                named = [(fund, reference) for reference in references[start : start + BLOCK]]
                self._versions.close(self._judge.unseen(named), self.received_on.isoformat(), source)
        self._closed_by_absence = self.counts["closed"] - before

    def _of_other_funds(self, block: Sequence[HolderRow]) -> Iterator[Issue]:
        own = frozenset(self.import_type.funds)
        for row in block:
            fund = row.key[0]
            if fund and fund not in own:
                message = f"Files of type {self.import_type.code} hold accounts of fund {', '.join(sorted(own))} only."
                yield Issue(code="unknown-code", place=row.place, field="fund", value=fund, message=message)

    def _missing_totals(self, closed: Closed) -> Iterator[Issue]:
        said, needed = self.declared, self.import_type.totals
        for wanted, name, given in (
            (needed.rows, "count", (said.rows, closed.declared.count)),
            (needed.amount, "net", (said.amount, closed.declared.net)),
        ):
            if wanted and all(value is None for value in given):
                what = "how many rows it has" if name == "count" else "what its balances come to"
                message = f"Nothing says {what}, and files of type {self.import_type.code} must. Ask the sender for it."
                yield Issue(code="control-missing", place=closed.place, field=name, message=message)


def _pence(row: HolderRow) -> int:
    if row.plain is not None:
        return row.plain.get("balance") or 0
    balance = row.fields.get("balance")
    return (plain_amount(balance) or 0) if balance is not None else 0
