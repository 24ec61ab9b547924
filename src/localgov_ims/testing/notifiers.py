"""What every notifier must hold: a contract for suppliers, and an HTTP client that answers what a test says."""

from __future__ import annotations

import enum
import logging
import re
import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

import pytest
from attrs import Factory, define, frozen

from localgov_ims.errors import (
    ImsError,
    InvalidValue,
    NotAuthorised,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)  # fmt: skip
from localgov_ims.hooks import HttpResponse, Message, Notifier

MESSAGE = Message(
    to="amina.khan@example.org", subject="Your receipt: £12.34", text="Thank you.\nYou paid £12.34.\n"
)
"""A message that every notifier can send."""

KEY = "0199d1c2-7a3e-7c55-9d1b-3f7a5b2c4d6e"
INJECTED = ("\r\nBcc: other@example.org", "\nX: y", "\r", "\x00", "\u2028Bcc: other@example.org", "\x0bX: y")
"""What would be another header, or another line, in a header."""


class Outcome(enum.Enum):
    """What becomes of a message that is sent to a service."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_AUTHORISED = "not_authorised"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    """It took the message, and its answer was lost."""


RAISED: Mapping[Outcome, tuple[type[ImsError], ...]] = {
    Outcome.REJECTED: (Rejected,),
    Outcome.NOT_AUTHORISED: (NotAuthorised,),
    Outcome.BUSY: (RateLimited, Unavailable),
    Outcome.UNREACHABLE: (Unavailable,),
    Outcome.SILENT: (OutcomeUnknown,),
}


@frozen(kw_only=True)
class Received:
    """A message as the service saw it: what would be shown, and the key that came with it."""

    to: str
    subject: str
    text: str
    key: str


@frozen(kw_only=True)
class Rig:
    """A notifier, and the messages that its service has taken: complete once the context of `make` has ended."""

    notifier: Notifier
    received: list[Received]


class NotifierContract:
    """Tests of a notifier. Subclass it as `Test...`, give `make` and `secret`.

    Attributes:
        secret: The password or signing key that `make` hands to the notifier; it must be shown nowhere.
    """

    secret: ClassVar[str]

    def make(self, outcome: Outcome) -> AbstractContextManager[Rig]:
        """Return a context with a notifier whose service ends every message in *outcome*."""
        raise NotImplementedError

    def test_a_message_is_handed_over_once(self) -> None:
        """One call, one message: to whom, its subject, its text."""
        with self.make(Outcome.ACCEPTED) as rig:
            delivery = rig.notifier.send(MESSAGE, key=KEY)
        assert delivery.reference
        (received,) = rig.received
        assert (received.to, received.subject) == (MESSAGE.to, MESSAGE.subject)
        assert received.text.replace("\r\n", "\n").strip() == MESSAGE.text.strip()

    def test_the_key_goes_with_the_message(self) -> None:
        """A repeat can be told from another message."""
        with self.make(Outcome.ACCEPTED) as rig:
            for key in (KEY, KEY, "another-key"):
                rig.notifier.send(MESSAGE, key=key)
        first, again, other = (received.key for received in rig.received)
        assert first == again
        assert KEY in first
        assert "another-key" in other

    @pytest.mark.parametrize("outcome", list(RAISED), ids=lambda outcome: outcome.value)
    def test_what_went_wrong_is_told_by_the_tree_and_nothing_is_tried_again(self, outcome: Outcome) -> None:
        """Whether it may be sent again must be plain from the class alone."""
        with self.make(outcome) as rig, pytest.raises(ImsError) as caught:
            rig.notifier.send(MESSAGE, key=KEY)
        assert isinstance(caught.value, RAISED[outcome])
        assert len(rig.received) == (outcome is Outcome.SILENT)
        if isinstance(caught.value, RateLimited):
            assert isinstance(caught.value.data["retry_after"], int)

    @pytest.mark.parametrize("outcome", list(Outcome), ids=lambda outcome: outcome.value)
    def test_no_secret_is_shown(self, outcome: Outcome, caplog: pytest.LogCaptureFixture) -> None:
        """Neither by the notifier, nor by an error or what caused it, nor in a log."""
        shown = []
        with caplog.at_level(logging.DEBUG), self.make(outcome) as rig:
            shown.append(repr(rig.notifier) + str(rig.notifier))
            try:
                rig.notifier.send(MESSAGE, key=KEY)
            except ImsError as error:
                shown += [*traceback.format_exception(error), repr(error.data)]
        shown.append(caplog.text)
        assert re.search(re.escape(self.secret), "\n".join(shown)) is None

    @pytest.mark.parametrize("injected", INJECTED, ids=ascii)
    def test_no_header_can_be_injected(self, injected: str) -> None:
        """Not by an address, a subject, or a key; and nothing has been sent when it is refused."""
        with pytest.raises(InvalidValue):
            Message(to=MESSAGE.to + injected, subject="Receipt", text="")
        with pytest.raises(InvalidValue):
            Message(to=MESSAGE.to, subject="Receipt" + injected, text="")
        with self.make(Outcome.ACCEPTED) as rig, pytest.raises(InvalidValue):
            rig.notifier.send(MESSAGE, key=KEY + injected)
        assert rig.received == []


@frozen(kw_only=True)
class Request:
    """A request as an adapter made it."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes


@define
class FakeHttp:
    """An `HttpClient` that answers by a function and remembers what it was asked.

    The function may raise, as a client does: `NotSent`, `NoAnswer`.
    """

    answer: Callable[[Request], HttpResponse]
    requests: list[Request] = Factory(list)

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes = b"", timeout: int = 30
    ) -> HttpResponse:
        """Remember the request and return the answer."""
        del timeout
        asked = Request(method=method, url=url, headers=headers, content=content)
        self.requests.append(asked)
        return self.answer(asked)
