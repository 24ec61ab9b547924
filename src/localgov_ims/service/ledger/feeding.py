"""Feeding: each line of a feed's funds goes out in one file, or is not fed, for a reason; and that once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.feeds import Feed, FeedFigures, FeedFile, FeedLine, split_by_reason
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.ledger_files import Problem
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import ConfigurationError, NotFound, RuleViolation
from localgov_ims.files.answers import AnswerReader
from localgov_ims.files.writing.feeds import FeedHead, FeedTotals, FeedWriter
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.storage import feed_answers
from localgov_ims.storage import feeds as stored
from localgov_ims.storage.store import Unit

Keep = Callable[[str, bytes], None]
"""Stores a file under its name; only then is it recorded."""


@frozen(kw_only=True)
class Fed:
    """What became of a feed's new lines. Without a file there was nothing to tell; `copy` marks one made before.

    Attributes:
        again: How many lines of the file were sent before, and not taken then.
    """

    feed: str
    file: FeedFile | None
    not_fed: int = 0
    again: int = 0
    copy: bool = False


def check_feeds(council: Council) -> None:
    """Refuse a feed of funds that are not there, or whose layout could not be proved.

    Raises:
        ConfigurationError: As said; the message names the feed.
    """
    for feed in council.feeds.values():
        feed.check(council.funds, council.methods, council.suspense_fund.code)
        FeedWriter.of(feed.layout, feed.mops)
        if feed.answer:
            answer_reader(feed)


def send_feed(installation: Installation, name: str, keep: Keep) -> Fed:
    """Make the next file of a feed, of every line that was not decided yet, and of those that are to be sent again.

    Run again, it tells nothing twice.

    Raises:
        NotPermitted: The permission feed.send is missing, or one of its funds.
        NotFound: There is no such feed.
        RuleViolation: A line cannot be written as the feed's layout asks; all of them are named, and nothing was recorded.
        AlreadyDone: Somebody else feeds the same lines; nothing was recorded.
    """
    feed = feed_of(installation.council, name)
    with installation.unit("send_feed") as unit:
        permit_unit(installation, unit, Permission.FEED_SEND, funds=feed.funds)
        unit.lock()
        found = stored.open_lines(unit.connection, feed.name, feed.funds)
        follows = [each.follows for each in found if each.follows is not None]
        known = stored.decided(unit.connection, feed.name, follows)
        split = split_by_reason(feed, found, known, feed_answers.not_there(unit.connection, feed.name))
        told = [each for each, reason in split if reason is None]
        untold = [(each, reason) for each, reason in split if reason is not None]
        again = feed_answers.to_send_again(unit.connection, feed.name, first=len(told) + 1)
        every = [*told, *(each.line for each in again)]
        file = _make(unit, feed, every, keep) if every or feed.empty else None
        stored.add(unit, file, told, untold, feed.name)
        if file is not None:
            feed_answers.add_resends(unit, file.id, again)
        unit.detail |= {
            "feed": feed.name,
            "file": file.name if file is not None else None,
            "not_fed": len(untold),
            "again": len(again),
        }
        unit.commit()
    return Fed(feed=feed.name, file=file, not_fed=len(untold), again=len(again))


def send_again(installation: Installation, name: str, sequence: int, keep: Keep) -> Fed:
    """Make a file of a feed again: the same bytes, flagged as a copy in the audit trail, and never a new number.

    Raises:
        NotPermitted: The permission feed.send is missing, or one of its funds.
        NotFound: There is no such feed or file.
        RuleViolation: The feed's settings have changed since, so that it would be another file.
    """
    feed = feed_of(installation.council, name)
    with installation.unit("send_feed") as unit:
        permit_unit(installation, unit, Permission.FEED_SEND, funds=feed.funds)
        unit.lock()
        file = file_of(unit.connection, name, sequence)
        data = _written(feed, file, [each.line for each in feed_answers.entries_of(unit.connection, file.id)])
        if hashlib.sha256(data).hexdigest() != file.sha256:
            message = (
                f"File {file.number} would not be the same again: the feed's settings have changed since. Bring back those "
                "it was made with (`ims settings history`), make the copy, and change them again."
            )
            raise RuleViolation("feed_changed", message, feed=name, sequence=sequence)
        keep(file.name, data)
        number = stored.add_copy(unit, file.id)
        unit.detail |= {"feed": name, "file": file.name, "copy": number}
        unit.commit()
    return Fed(feed=name, file=file, copy=True)


def feed_figures(installation: Installation, name: str, first_on: date, last_on: date) -> FeedFigures:
    """Return what became of the income of a feed's funds in a span of days: fed, not fed by reason, and waiting.

    Raises:
        NotPermitted: The permission report.view is missing, or one of the feed's funds.
        NotFound: There is no such feed.
    """
    feed = feed_of(installation.council, name)
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW, funds=feed.funds)
        return stored.figures(connection, feed.name, feed.funds, first_on, last_on)


def list_feed_files(installation: Installation, name: str) -> Sequence[FeedFile]:
    """Return the files of a feed, in sequence.

    Raises:
        NotPermitted: The permission report.view is missing, or one of the feed's funds.
        NotFound: There is no such feed.
    """
    feed = feed_of(installation.council, name)
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW, funds=feed.funds)
        return stored.some(connection, stored.files.c.feed == name)


def feed_of(council: Council, name: str) -> Feed:
    """Return a feed.

    Raises:
        NotFound: There is no such one.
    """
    if name not in council.feeds:
        message = f"There is no feed {name!r}; there are: {', '.join(council.feeds) or 'none'}."
        raise NotFound("not_found", message, feed=name)
    return council.feeds[name]


def file_of(connection: Connection, name: str, sequence: int) -> FeedFile:
    """Return a file of a feed.

    Raises:
        NotFound: There is no such one.
    """
    made = stored.files.c
    for file in stored.some(connection, made.feed == name, made.sequence == sequence):
        return file
    raise NotFound("not_found", f"Feed {name} has no file {sequence}.", feed=name, sequence=sequence)


def answer_reader(feed: Feed) -> AnswerReader:
    """Return what reads the answers of a feed's back office.

    Raises:
        ConfigurationError: The settings do not say how they are laid out, or not so that they could be read.
    """
    where = f"feeds.{feed.name}.answer"
    if not feed.answer:
        message = f"Feed {feed.name} does not say how its back office answers: give [{where}], a profile of answers."
        raise ConfigurationError("no_answer_profile", message, feed=feed.name)
    return AnswerReader.of(feed.answer, where)


def _make(unit: Unit, feed: Feed, told: Sequence[FeedLine], keep: Keep) -> FeedFile:
    sequence, days = stored.next_sequence(unit.connection, feed.name), [each.taken_on for each in told]
    file = FeedFile(
        id=new_id(), feed=feed.name, sequence=sequence, created_on=local_day(unit.at),
        name=f"{feed.name}-{sequence:06d}.{_writer(feed).layout.suffix}", count=len(told),
        total=Money.total(each.amount for each in told), first_on=min(days, default=None), last_on=max(days, default=None),
        sha256="",
    )  # fmt: skip
    data = _written(feed, file, told)
    keep(file.name, data)
    return file.hashed(hashlib.sha256(data).hexdigest())


def _written(feed: Feed, file: FeedFile, told: Sequence[FeedLine]) -> bytes:
    """Return a file's bytes, proved by reading them back."""
    writer = _writer(feed)
    head = FeedHead(
        name=file.feed, number=file.number, sequence=file.sequence, created_on=file.created_on, count=file.count,
        total=file.total.pence, first_on=file.first_on, last_on=file.last_on,
    )  # fmt: skip
    data, problems = writer.write(head, told)
    if problems:
        raise _refused(file, problems)
    if writer.reparse(data) != FeedTotals(file.count, file.total):
        message = f"File {file.number} does not hold what its lines say; it was not kept."
        raise RuleViolation("feed_not_proved", message, feed=feed.name)
    return data


def _writer(feed: Feed) -> FeedWriter:
    return FeedWriter.of(feed.layout, feed.mops)


def _refused(file: FeedFile, problems: Sequence[Problem]) -> RuleViolation:
    listed = "; ".join(f"{problem.where}: {problem.message}" for problem in problems)
    message = f"Feed file {file.number} cannot be made, and nothing was recorded: {listed}"
    return RuleViolation("feed_has_problems", message, problems=problems)
