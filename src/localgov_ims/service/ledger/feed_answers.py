"""What a back office answers to a feed's file: each line it did not take becomes an item that somebody must settle."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from attrs import field, frozen
from sqlalchemy import Connection

from localgov_ims.domain.answers import AnswerRow, Rest
from localgov_ims.domain.feeds import FeedFile
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.stated import About, ListedItem
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.feeding import answer_reader, feed_of, file_of
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.proofs.loading_lists import rejection_break
from localgov_ims.storage import feed_answers as stored
from localgov_ims.storage import feeds, reconciliation, stated
from localgov_ims.storage.feed_answers import Entry, Said
from localgov_ims.storage.store import Unit


@frozen(kw_only=True)
class Answered:
    """What became of an answer: with Issues nothing of it was recorded; `seen` marks one that was here before."""

    file: FeedFile | None = None
    accepted: int = 0
    rejected: tuple[ListedItem, ...] = ()
    open: int = 0
    seen: bool = False
    issues: tuple[Issue, ...] = ()


def answer_feed(
    installation: Installation, name: str, data: bytes, *, source: str, sequence: int | None = None
) -> Answered:
    """Record what a back office answered to a file of a feed, all or nothing; the same answer again adds nothing.

    Each line that was not taken becomes an item of the fund's list of the rejected, and a Break. *sequence* is the file
    that it is about, where the answer does not say; *source* is where it comes from.

    Raises:
        NotPermitted: The permission feed.confirm is missing, or one of the feed's funds.
        NotFound: There is no such feed, or it has no such file.
        ConfigurationError: The settings do not say how the back office answers.
        AlreadyDone: Somebody else recorded an answer to the same file at the same time; read it again.
    """
    feed = feed_of(installation.council, name)
    reader = answer_reader(feed)
    read = list(reader.read(data))
    issues, rows = [e for e in read if isinstance(e, Issue)], [e for e in read if isinstance(e, AnswerRow)]
    sha256 = hashlib.sha256(data).hexdigest()
    with installation.unit("answer_feed") as unit:
        permit_unit(installation, unit, Permission.FEED_CONFIRM, funds=feed.funds)
        unit.lock()
        file = _file(unit.connection, name, rows, sequence, issues)
        if file is None:
            return Answered(issues=tuple(issues))
        known = stored.hashes(unit.connection, file.id)
        before = stored.answered(unit.connection, file.id)
        if sha256 in known:
            return Answered(file=file, seen=True, open=file.count - len(before))
        found = _Reading(entries=stored.entries_of(unit.connection, file.id), before=before)
        issues += found.take(rows)
        issues += found.rest(reader.content.rest)
        if issues:
            return Answered(file=file, issues=tuple(issues))
        items = _record(unit, file, max(known.values(), default=0) + 1, source, sha256, found)
        unit.detail |= {"file": file.name, "accepted": len(found.accepted), "rejected": len(items)}
        unit.commit()
    left = file.count - len(before) - len(found.accepted) - len(items)
    return Answered(file=file, accepted=len(found.accepted), rejected=tuple(items), open=left)


def list_answered(installation: Installation, name: str) -> dict[str, Said]:
    """Return how much of each file of a feed was answered, by the file's number; those without an answer are left out.

    Raises:
        NotPermitted: The permission report.view is missing, or one of the feed's funds.
        NotFound: There is no such feed.
    """
    feed = feed_of(installation.council, name)
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW, funds=feed.funds)
        said = stored.said_of(connection, name)
        return {
            file.number: said[file.id]
            for file in feeds.some(connection, feeds.files.c.feed == name)
            if file.id in said
        }


@frozen
class _Reading:
    """An answer beside the file it answers."""

    entries: Sequence[Entry]
    before: dict[int, tuple[int, bool]]
    accepted: list[Entry] = field(factory=list)
    rejected: list[tuple[Entry, str]] = field(factory=list)
    seen: dict[int, str] = field(factory=dict)

    def take(self, rows: Iterable[AnswerRow]) -> Iterator[Issue]:
        """Take each row, or say why it cannot be."""
        by_number = {each.number: each for each in self.entries}
        by_reference = {each.line.reference: each for each in self.entries}
        for row in rows:
            if row.whole:
                for each in self.entries:
                    yield from self._say(row, each)
                continue
            entry = by_number.get(row.line) if row.line is not None else by_reference.get(row.reference or "")
            value = str(row.line) if row.line is not None else row.reference or ""
            if entry is None:
                message = f"The file has no such line; it has {len(self.entries)}. Is this the answer to another file?"
                yield _issue("bad-field", row, value, message)
            elif row.reference not in {None, entry.line.reference}:
                message = f"Line {entry.number} of the file is {entry.line.reference}, not this."
                yield _issue("bad-field", row, row.reference or "", message)
            elif row.amount not in {None, entry.line.amount}:
                message = f"Line {entry.number} was sent with {entry.line.amount.shown()}."
                yield _issue("total-mismatch", row, str(row.amount), message)
            else:
                yield from self._say(row, entry)

    def _say(self, row: AnswerRow, entry: Entry) -> Iterator[Issue]:
        if entry.number in self.seen:
            message = f"Line {entry.number} of the file is answered at {self.seen[entry.number]} already."
            yield _issue("duplicate-id", row, str(entry.number), message)
            return
        self.seen[entry.number] = row.place
        if entry.number in self.before:
            answer, taken = self.before[entry.number]
            if taken != row.accepted:
                said = "accepted" if taken else "rejected"
                message = f"Line {entry.number} was {said} by answer {answer}. Settle its item, or ask the back office."
                yield _issue("bad-field", row, "accepted" if row.accepted else "rejected", message)
        elif row.accepted:
            self.accepted.append(entry)
        else:
            self.rejected.append((entry, row.reason))

    def rest(self, rest: Rest) -> Iterator[Issue]:
        """Deal with the lines that no row names, as the profile says."""
        left = [e for e in self.entries if e.number not in self.seen and e.number not in self.before]
        if rest is Rest.ACCEPTED:
            self.accepted.extend(left)
        elif rest is Rest.REFUSE and left:
            numbers = ", ".join(str(each.number) for each in left[:20])
            total = Money.total(each.line.amount for each in left).shown()
            message = (
                f"{len(left)} of {len(self.entries)} lines are not answered, {total} together: {numbers}."
            )
            yield Issue(code="count-mismatch", place="file", value=str(len(self.seen)), message=message)


def _file(
    connection: Connection, name: str, rows: Sequence[AnswerRow], sequence: int | None, issues: list[Issue]
) -> FeedFile | None:
    """Return the one file that an answer is about; where it is not told, add Issues."""
    files = {file.number: file for file in feeds.some(connection, feeds.files.c.feed == name)}
    by_name = {
        key: f for f in files.values() for key in (f.number, str(f.sequence), f"{f.sequence:06d}", f.name)
    }
    asked = file_of(connection, name, sequence) if sequence is not None else None
    found = asked
    for row in rows:
        said = by_name.get(row.file) if row.file is not None else asked
        if said is None:
            message = f"Feed {name} has no such file, or the row names none; say which with --sequence."
            issues.append(_issue("bad-field", row, row.file or "", message))
        elif found is not None and said != found:
            message = (
                f"It is about {said.number}, and others about {found.number}: one answer is about one file."
            )
            issues.append(_issue("bad-field", row, row.file or "", message))
        found = found or said
    if not rows and not issues:
        issues.append(Issue(code="truncated", place="file", message="It has no row, so it answers nothing."))
    return None if issues else found


def _issue(code: str, row: AnswerRow, value: str, message: str) -> Issue:
    return Issue(code=code, place=row.place, value=value, message=message)


def _record(
    unit: Unit, file: FeedFile, number: int, source: str, sha256: str, found: _Reading
) -> list[ListedItem]:
    named = f"{source}, answer {number} to {file.number}"
    items = [_item(file, each, reason, named) for each, reason in found.rejected]
    stated.add_items(unit, items)
    reconciliation.add_breaks(unit, [rejection_break(item) for item in items])
    rejected = [(each, item.id) for (each, _), item in zip(found.rejected, items, strict=True)]
    stored.add(unit, file, number, source, sha256, found.accepted, rejected)
    return items


def _item(file: FeedFile, entry: Entry, reason: str, source: str) -> ListedItem:
    line = entry.line
    return ListedItem(
        id=new_id(), about=About.FUND, subject=line.fund, what="rejected", key=f"feed/{file.number}/{entry.number}",
        day=line.taken_on, reference=line.reference, amount=line.amount, note=reason, source=source,
    )  # fmt: skip
