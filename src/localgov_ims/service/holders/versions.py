"""Writing what a file says of account holders: a version of each account of which it says something new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from attrs import define, evolve, field

from localgov_ims.domain.issues import Issue, Severity
from localgov_ims.domain.people import Rights
from localgov_ims.errors import InvalidValue
from localgov_ims.files.holder_fields import HolderRow
from localgov_ims.files.plain_holders import LONGEST_REFERENCE, holder_of, plain_of, plain_text, said_of
from localgov_ims.service.holders.checks import HolderJudge, holder_fault
from localgov_ims.storage import bulk_holders as stored
from localgov_ims.storage.bulk_holders import Plain, Version
from localgov_ims.storage.holders import Account
from localgov_ims.storage.store import Unit


@define(kw_only=True)
class HolderVersions:
    """Takes rows block by block: one query and one bulk insert for each; no more of a file is in memory.

    Faults go to the judge's log. `source_of` says what a row's version names as its source.

    Attributes:
        reopens: Whether a closed account that a row names, and says nothing of its closing, is open again.
        sets_aside: Whether a row with a fault is left out with a warning, and does not refuse the file.
        records: Whether anything is written.
        counts: added, changed and unchanged rows; of these closed and reopened; repeated and set aside ones.
    """

    unit: Unit
    judge: HolderJudge
    rights: Rights
    source_of: Callable[[HolderRow], str]
    reopens: bool = False
    sets_aside: bool = False
    records: bool = True
    counts: Counter[str] = field(factory=Counter)

    def take(self, block: Sequence[HolderRow | Issue]) -> None:
        """Take a block; nothing is written any more once an Issue has refused the file.

        Raises:
            NotPermitted: A fund that the rows name is not the user's.
            AlreadyDone: Somebody changed one of the accounts meanwhile.
        """
        rows = self._named(block)
        self.rights.require_funds({account[0] for _, account in rows})
        repeats = self.judge.repeats(rows)
        known = stored.latest(self.unit.connection, {account for _, account in rows})
        versions: list[Version] = []
        for row, account in rows:
            number, before = known.get(account, (0, {}))
            after = self._after(row, account, number, before)
            if after is None:
                continue
            if row.place in repeats:
                self._repeated(row, repeats[row.place], differs=after != before)
            elif number and after == before:
                self.counts["unchanged"] += 1
            else:
                versions.append((account, number + 1, after, self.source_of(row)))
                known[account] = number + 1, after
                self._count(number, before, after)
        if self.records and not self.judge.log.stopped:
            stored.add(self.unit, versions, by=self.rights.user.name)

    def close(self, accounts: Sequence[Account], day: str, source: str) -> None:
        """Close accounts as of a day, for they are not in a file that has all there are."""
        known = stored.latest(self.unit.connection, accounts)
        versions = [
            (account, number + 1, {**said, "closed_on": day}, source)
            for account, (number, said) in known.items()
        ]
        self.counts["closed"] += len(versions)
        if self.records and not self.judge.log.stopped:
            stored.add(self.unit, versions, by=self.rights.user.name)

    def _named(self, block: Sequence[HolderRow | Issue]) -> list[tuple[HolderRow, Account]]:
        """Return the rows that name an account; what is wrong with the others refuses the file or sets them aside."""
        rows: list[tuple[HolderRow, Account]] = []
        for row in block:
            if isinstance(row, Issue):
                self.judge.log.add(row)
                continue
            account, fault = self.judge.account(row)
            if fault is not None:
                # Of a file that has all there are, nobody could tell which account is not in it.
                self._fault(row.issues or [fault], aside=self.sets_aside and not self.reopens)
            else:
                rows.append((row, account))
        return rows

    def _after(self, row: HolderRow, account: Account, number: int, before: Plain) -> Plain | None:
        """Return what is known of an account after a row, or none where the row is at fault."""
        if row.issues:
            self._fault(row.issues, aside=self.sets_aside)
            return None
        self.judge.warn_of_misfit(row, account)
        start: Plain = {} if row.whole else before
        if self.reopens and "closed_on" in start and row.fields.get("closed_on") is None:
            start = {name: value for name, value in start.items() if name != "closed_on"}
        after = said_of(row, start)
        if after is None:
            return self._looked_at(row, account, before)
        old, new = before.get("message"), after.get("message")
        if old != new or (not number and not plain_text(account[1], LONGEST_REFERENCE)):
            fault = holder_fault(self.judge.council, row, account, old, new)
            if fault is not None:
                self._fault([fault], aside=self.sets_aside)
                return None
        return after

    def _looked_at(self, row: HolderRow, account: Account, before: Plain) -> Plain | None:
        """Return what is known after a row that is not plainly right, judged as a record is made."""
        try:
            known = holder_of(account, before)
        except InvalidValue as error:
            fault = Issue(
                code="bad-field",
                place=row.place,
                field="account_reference",
                value=account[1],
                message=error.message,
            )
            self._fault([fault], aside=self.sets_aside)
            return None
        if self.reopens:
            known = evolve(known, closed_on=None)
        after = self.judge.judged(row, known)
        if isinstance(after, Issue):
            self._fault([after], aside=self.sets_aside)
            return None
        return plain_of(after)

    def _fault(self, faults: Sequence[Issue], *, aside: bool) -> None:
        for each in faults:
            self.judge.log.add(evolve(each, severity=Severity.WARNING) if aside else each)
        self.counts["set_aside"] += aside

    def _repeated(self, row: HolderRow, first: str, *, differs: bool) -> None:
        if differs:
            self.judge.log.add(self.judge.repeated(row, first))
        self.counts["repeated"] += 1

    def _count(self, number: int, before: Plain, after: Plain) -> None:
        self.counts["changed" if number else "added"] += 1
        was, now = "closed_on" in before, "closed_on" in after
        if number and was != now:
            self.counts["closed" if now else "reopened"] += 1
