"""Items that a feed's answer made: how one ended is borne out by where its money is, and no list has it again."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from localgov_ims.domain.feeds import NEVER_TAKEN
from localgov_ims.domain.stated import ListedItem, ListedRow
from localgov_ims.errors import InvalidValue, RuleViolation
from localgov_ims.service.finding import stored_reference
from localgov_ims.storage import draws, feed_answers, feeds
from localgov_ims.storage.feed_answers import Rejection


def check_fed(connection: Connection, item: ListedItem, outcome: str) -> None:
    """Refuse an end of a feed's line that the records do not bear out; an item that no feed's answer made may end anyhow.

    Raises:
        RuleViolation: It is said to have moved and has not (`not_moved`), or it would be sent again and has (`moved_since`).
    """
    found = feed_answers.rejected_by(connection, item.id)
    if found is None or outcome == "mistaken":
        return
    feed, line = found
    taken = draws.taken(connection, [line])[line].amount
    if outcome != feed_answers.AGAIN and taken != item.amount:
        message = (
            f"{(item.amount - taken).shown()} of line {item.reference} is still where the back office did not take it. Move it "
            "first (`ims reallocate`; into suspense, `ims reverse` and `ims suspense create`), then say so."
        )
        raise RuleViolation("not_moved", message, item=item.id, line=item.reference)
    if outcome == feed_answers.AGAIN and feeds.untold_of(connection, feed, line, NEVER_TAKEN):
        message = (
            f"{taken.shown()} was moved from line {item.reference} since, and feed {feed} did not tell that: sent again it would be "
            "there twice. Move the rest too."
        )
        raise RuleViolation("moved_since", message, item=item.id, line=item.reference)


def is_answered(answered: Iterable[Rejection], item: ListedItem) -> bool:
    """Tell whether an item of a list of the rejected is a line that an answer named."""
    line = (stored_reference(item.reference), item.amount)
    return any((each.reference, each.amount) == line for each in answered)


def check_answered(answered: Iterable[Rejection], row: ListedRow) -> None:
    """Refuse a row of a list of the rejected that may be a line which an answer named: it would be there twice.

    Raises:
        InvalidValue: It gives the account, day and amount of one (`already_answered`).
    """
    for each in answered:
        if (each.account_reference, each.taken_on, each.amount) == (row.reference, row.day, row.amount):
            message = (
                f"An answer to a feed named line {each.reference} of this account, day and amount, so it would be there twice. "
                "Leave the row out; if it is another payment, write its line's reference."
            )
            raise InvalidValue("already_answered", message, field="reference", value=row.reference)
