"""The outbox: messages to payers, from when they are asked for until they are sent or given up.

    waiting -> claimed -> sent
                       -> failed -> claimed ...
                       -> given up

Where a message stands is its latest event. A claim, and a failure that may pass, say when the message may be tried
again; what is sent or given up never is.
"""

from __future__ import annotations

import enum
import re
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.calendar import utc
from localgov_ims.domain.quoting import visible
from localgov_ims.errors import ImsError, InvalidValue, NotAuthorised, RateLimited, Rejected, Unavailable

BACK_OFF: Final = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12),
)  # fmt: skip
"""How long a message waits after its first, second ... attempt that failed; after one more it is given up."""

CLAIM_LASTS: Final = timedelta(minutes=15)
"""How long whoever claimed a message has for it; then what became of it is unknown, and it is tried again."""

LONGEST_DETAIL: Final = 300
_FINAL: Final = (InvalidValue, NotAuthorised, Rejected)
_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:'\"]+@[^\s<>()\[\],;:'\"]+")
_HIDDEN: Final = "(address)"
_TELLING: Final = 3


class MessageKind(enum.Enum):
    """What a message is.

    RECEIPT: a receipt, by the notifier. PRINTED: one on paper, which is in the outbox so that the next says copy.
    NOTICE: tells staff that an eReturn was deleted after it was submitted.
    """

    RECEIPT = "receipt"
    PRINTED = "printed"
    NOTICE = "notice"


class MessageState(enum.Enum):
    """Where a message stands: nobody has taken it up yet, or what its latest event is."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"

    @property
    def open(self) -> bool:
        """Whether the message is still to be sent."""
        return self not in {MessageState.SENT, MessageState.GIVEN_UP}


@frozen(kw_only=True)
class Contents:
    """What a message says and to whom: personal data, kept beside its record.

    Attributes:
        to: An e-mail address; none on paper.
        name: Who the payer is, as far as it was known.
        text: What was sent, to the letter.
    """

    to: str | None = None
    name: str | None = None
    subject: str
    text: str = field(repr=False)


@frozen(kw_only=True)
class Outcome:
    """Where something leaves a message.

    Attributes:
        again_at: From when it may be tried again; none before the first attempt, and where it may not.
        notifier, reference: By which it went, and what that calls it.
        code, detail: Why it failed, without an address.
        may_have_gone: Whether the attempt that ended so may have reached the payer all the same.
    """

    state: MessageState
    again_at: datetime | None = None
    notifier: str | None = None
    reference: str | None = None
    code: str | None = None
    detail: str | None = None
    may_have_gone: bool = False


@frozen(kw_only=True)
class OutboxMessage:
    """A message as it stands.

    Attributes:
        transaction: Whose receipt it is, or ereturn: what a notice tells of; receipt: the number of either.
        number: The how-many-th of its transaction or eReturn, from 1; copy: whether it says copy.
        contents: None once they have been retired.
        latest, latest_at: Where its latest event left it, and when that was.
        events: How many it has had; attempts: how many of them were claims.
        may_have_gone: Whether any attempt may have reached the payer, whatever the latest event says.
    """

    id: UUID
    kind: MessageKind
    transaction: UUID | None
    ereturn: UUID | None = None
    receipt: str
    number: int
    copy: bool
    queued_at: datetime = field(converter=utc)
    queued_by: str
    contents: Contents | None
    latest: Outcome = Outcome(state=MessageState.WAITING)
    latest_at: datetime | None = None
    events: int = 0
    attempts: int = 0
    may_have_gone: bool = False

    @property
    def state(self) -> MessageState:
        """Where it stands."""
        return self.latest.state

    @property
    def lost(self) -> bool:
        """Whether somebody claimed it, and nobody knows what came of it."""
        return self.state is MessageState.CLAIMED

    @property
    def given(self) -> bool:
        """Whether the payer has it, or may have it now or later: the next one is a copy."""
        return self.state is not MessageState.GIVEN_UP or self.may_have_gone

    def due(self, now: datetime) -> bool:
        """Tell whether it may be taken up."""
        return self.state.open and (self.latest.again_at is None or self.latest.again_at <= now)


@frozen(kw_only=True)
class MessageEvent:
    """What happened to a message; its number counts from 1, and of two that race for one number one is first."""

    id: UUID
    message: UUID
    number: int
    at: datetime
    by: str
    outcome: Outcome


def try_again_at(error: ImsError | None, attempts: int, now: datetime) -> datetime | None:
    """Return when a message that failed for the *attempts*-th time is tried again; none: it is given up.

    A refusal, and a message that cannot be written, are the same every time. No error: the notifier itself broke.
    """
    if isinstance(error, _FINAL) or attempts > len(BACK_OFF):
        return None
    wait = BACK_OFF[attempts - 1]
    if isinstance(error, RateLimited):
        asked = error.data.get("retry_after")
        wait = max(wait, timedelta(seconds=asked if isinstance(asked, int) else 0))
    return now + wait


def may_have_gone(error: ImsError | None) -> bool:
    """Tell whether a message may have been sent although sending it raised *error*; none: the notifier itself broke."""
    return not isinstance(error, (*_FINAL, RateLimited, Unavailable))


def without_address(sentence: str, address: str) -> str:
    """Return what a service said of a message without any e-mail address, nor what stands before the @ of *address*.

    Mail servers repeat whom they do not know. Control characters are escaped, card numbers masked, the end cut off.
    """
    said = _ADDRESS.sub(_HIDDEN, sentence)
    mailbox = address.rpartition("@")[0]
    if len(mailbox) >= _TELLING:
        said = re.sub(rf"(?<!\w){re.escape(mailbox)}(?!\w)", _HIDDEN, said, flags=re.IGNORECASE)
    said = visible(said)
    return said if len(said) <= LONGEST_DETAIL else said[: LONGEST_DETAIL - 1] + "…"


def address_shown(address: str) -> str:
    """Return an address as it may be listed: `a***@example.org`. Enough to see that the service was mistyped."""
    mailbox, _, service = address.rpartition("@")
    return f"{mailbox[:1]}***@{service}"
