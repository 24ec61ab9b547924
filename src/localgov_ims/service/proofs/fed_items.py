"""Items that a feed's answer made: how one ended is borne out by where its money is."""

from __future__ import annotations

from sqlalchemy import Connection

from localgov_ims.domain.feeds import NEVER_TAKEN
from localgov_ims.domain.stated import ListedItem
from localgov_ims.errors import RuleViolation
from localgov_ims.storage import draws, feed_answers, feeds


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
