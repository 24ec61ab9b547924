"""Recording bank statements: whose account, which statement, joined to the ones before, each line once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from attrs import define, field

from localgov_ims.domain.accounts import BankAccount
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.statements import BankLine, Statement, StatementLine
from localgov_ims.files.events import Closed, Opened
from localgov_ims.files.readers import Reader
from localgov_ims.service.files.recorders import INFORMING, NumberedRecorder, currency_faults, fault
from localgov_ims.storage import statements as stored


@define(kw_only=True)
class _Current:
    """The statement being recorded."""

    id: UUID
    opened: Opened
    account: BankAccount
    known: str | None  # content of the statement already here under this key
    content: Any = field(factory=hashlib.sha256)
    given: int = 0  # lines that the reader gave
    seen_lines: int = 0
    seen: Money = NOTHING
    day: date | None = None
    like: Counter[str] = field(factory=Counter)  # lines of the day that look the same, counted
    days: Counter[date] = field(factory=Counter)  # lines of each day in the file
    seen_days: Counter[date] = field(factory=Counter)  # those of them that are here already


@define(kw_only=True)
class StatementRecorder(NumberedRecorder):
    """Records statements in a unit of work; see `recorders.Recorder`."""

    reader: Reader
    _current: _Current | None = None

    def open(self, opened: Opened) -> Iterator[Issue]:
        """Find the council's account, and the statement if it was here before."""
        self._current, self.policy = None, {}
        account = next((a for a in self.council.bank_accounts.values() if a.account == opened.account), None)
        if account is None:
            ours = ", ".join(f"{a.name} ({a.account})" for a in self.council.bank_accounts.values())
            yield fault(
                "wrong-account", opened, "account", opened.account, f"This account is none of ours: {ours}."
            )
            return
        yield from currency_faults(opened)
        if account.format != self.reader.name:
            message = (
                f"The lines of account {account.name} come from {account.format} files; from a {self.reader.name} file they "
                "would come twice. It was read and proved, and nothing of it recorded. To change over, change the account's "
                "format in the settings and import it again."
            )
            yield fault("wrong-kind", opened, "format", self.reader.name, message).warned()
            return
        self.policy = account.policy
        known = None
        if opened.key is not None:
            known = stored.content_by_key(self.unit.connection, account.name, opened.key)
        self._current = _Current(id=new_id(), opened=opened, account=account, known=known)

    def rows(self, block: Sequence[BankLine]) -> Iterator[Issue]:
        """Record lines that are not here yet."""
        current = self._current
        if current is None:
            return
        current.given += len(block)
        for line in block:
            current.content.update(stored.content_of(line).encode())
        if current.known is not None:
            return
        keyed = [(self._key(current, line), line) for line in block]
        if current.opened.key is None:
            yield from self._unfinished_days(block)
            seen = stored.keys_seen(self.unit.connection, current.account.name, [key for key, _ in keyed])
            current.seen_lines += len(seen)
            current.days.update(line.booked_on for line in block)
            current.seen_days.update(line.booked_on for key, line in keyed if key in seen)
            current.seen += Money.total(line.amount for key, line in keyed if key in seen)
            keyed = [(key, line) for key, line in keyed if key not in seen]
        self.counts["seen_lines"] += len(block) - len(keyed)
        self.counts["lines"] += len(keyed)
        stored.add_lines(
            self.unit,
            (
                StatementLine(
                    id=new_id(), statement=current.id, account=current.account.name, key=key, line=line
                )
                for key, line in keyed
            ),
        )

    def close(self, closed: Closed) -> Iterator[Issue]:
        """Record the statement, or find that it was here before."""
        current = self._current
        if current is None:
            self.counts[INFORMING] += 1  # or it is refused
            return
        if current.given != closed.computed.count:
            undated = (closed.computed.count or 0) - current.given
            message = f"{undated} booked entries have no day, so no line can be made of them. Ask the bank for statements."
            yield fault("missing-field", current.opened, "booked_on", "", message)
            return
        opening = current.opened.opening if current.opened.opening is not None else closed.opening
        current.content.update(f"{opening}|{closed.closing}".encode())
        content = current.content.hexdigest()
        if current.known is not None:
            if current.known != content:
                number = current.opened.number or ""
                message = (
                    f"Statement {number} of account {current.account.name} was recorded before with other content. Both files "
                    "are kept; ask the bank which one is right."
                )
                yield fault("already-imported", current.opened, "number", number, message)
            return
        last = closed.last_on.isoformat() if closed.last_on is not None else ""
        totals, key = closed.computed, current.opened.key
        if key is None:
            # A statement without a number is known by all it says; a day without movement by its balances.
            key = f"{last}/{content[:16]}"
            known = stored.content_by_key(self.unit.connection, current.account.name, key) is not None
            yield from self._days_changed(current)
            if known or (totals.count and current.seen_lines == totals.count):
                return
        if not current.seen_lines:
            yield from self._chained(current, opening, closed.closing)
        self.counts["statements"] += 1
        stored.add(
            self.unit,
            Statement(
                id=current.id, file=self.file, key=key, account=current.account.name,
                number=current.opened.number or last, format=self.reader.name, opening=opening, closing=closed.closing,
                credits=Money(totals.credits or 0), debits=Money(totals.debits or 0), lines=totals.count or 0,
                not_booked=closed.not_booked, first_on=closed.first_on, last_on=closed.last_on,
                evidence=closed.evidence, content=content, seen_lines=current.seen_lines, seen=current.seen,
            ),
        )  # fmt: skip

    def _key(self, current: _Current, line: BankLine) -> str:
        """Return what tells this line from every other of its account."""
        if current.opened.key is not None:
            return f"{current.opened.key}#{line.position}"
        if line.booked_on != current.day:
            current.day, current.like = line.booked_on, Counter()
        # Equal lines of a day are different payments: which of them this is counts.
        likeness = f"{line.amount}|{line.balance}|{line.text}"
        current.like[likeness] += 1
        digest = hashlib.sha256(f"{likeness}|{current.like[likeness]}".encode()).hexdigest()
        return f"{line.booked_on.isoformat()}/{digest[:32]}"

    def _unfinished_days(self, block: Sequence[BankLine]) -> Iterator[Issue]:
        today = local_day(self.unit.at)
        for line in block:
            if line.booked_on >= today:
                message = f"The day {line.booked_on:%d %B %Y} is not over, and only whole days are imported. Export up to yesterday."
                place, value = line.place, line.booked_on.isoformat()
                yield Issue(
                    code="date-out-of-range", place=place, field="booked_on", value=value, message=message
                )

    def _days_changed(self, current: _Current) -> Iterator[Issue]:
        """Yield an Issue for each day that was imported before with other lines: it may not come half again."""
        recorded = stored.lines_by_day(
            self.unit.connection, current.account.name, current.id, list(current.days)
        )
        for day, number in sorted(recorded.items()):
            if not number == current.days[day] == current.seen_days[day]:
                message = (
                    f"The lines of {day:%d %B %Y} are not those that were imported before: {number} are here, the file has "
                    f"{current.days[day]}, and {current.seen_days[day]} of them are the same. Ask the bank which are right."
                )
                yield fault("already-imported", current.opened, "booked_on", day.isoformat(), message)

    def _chained(self, current: _Current, opening: Money | None, closing: Money | None) -> Iterator[Issue]:
        """Yield an Issue unless the statement joins those of its account: its opening is a closing, or the reverse."""
        ends = stored.ends_of(self.unit.connection, current.account.name)
        if opening is None or closing is None or not ends:
            return
        numbers = ", ".join(number for _, _, number in ends[-3:])
        said = f"It opens at {opening.shown()} and closes at {closing.shown()}"
        if not any(opening.pence == end or closing.pence == start for start, end, _ in ends):
            message = (
                f"{said}, which joins none of the statements here (latest: {numbers}). A statement between them is "
                "missing: import that one first."
            )
            yield fault("chain-broken", current.opened, "opening", str(opening), message)
        elif current.opened.key is not None and _beginnings([*ends, (opening.pence, closing.pence, "")]) > 1:
            message = f"{said}, where another statement goes on already (latest: {numbers}). Is it a copy under another number?"
            yield fault("chain-broken", current.opened, "opening", str(opening), message)


def _beginnings(ends: Sequence[tuple[int, int, str]]) -> int:
    """Return in how many places the statements begin: a chain, whatever balances recur in it, begins once."""
    opens, closes = Counter(start for start, _, _ in ends), Counter(end for _, end, _ in ends)
    return (opens - closes).total()
