"""Webhooks of the mock: made when something happens, sent when a test says how."""

from __future__ import annotations

import enum
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import define, field, frozen

from localgov_ims_govuk_pay.mock.ledger import Ledger
from localgov_ims_govuk_pay.mock.views import payment_view, shown_at

Send = Callable[[Mapping[str, str], bytes], int]
"""Posts headers and a body to whoever listens, and returns the status that it answers."""

_FORGED: Final = b"not the secret"


class Delivery(enum.Enum):
    """How messages are sent: as they are, not at all, twice, the last first, signed by another, cut, or later."""

    DELIVER = "deliver"
    DROP = "drop"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    FORGE = "forge"
    TRUNCATE = "truncate"
    DELAY = "delay"


@frozen(kw_only=True)
class Message:
    """A message: its id and its bytes, which repeats share."""

    id: str
    body: bytes


@define
class Webhooks:
    """The messages that wait, and how they are signed."""

    secret: bytes = b"mock webhook secret"
    waiting: list[Message] = field(factory=list)

    def gather(self, ledger: Ledger, base: str) -> None:
        """Make a message of each event that has happened."""
        for event, payment in ledger.events:
            name = ledger.new_id()
            made = {
                "webhook_message_id": name, "api_version": 1, "created_date": shown_at(ledger.now()),
                "resource_id": payment, "resource_type": "payment", "event_type": event,
                "resource": payment_view(ledger, ledger.payments[payment], base, searched=True),
            }  # fmt: skip
            self.waiting.append(Message(id=name, body=json.dumps(made).encode()))
        ledger.events.clear()

    def taken(self, mode: Delivery, n: int) -> list[tuple[Mapping[str, str], bytes]]:
        """Take the first *n* messages, and return what is posted of them, in order."""
        some, self.waiting = self.waiting[:n], self.waiting[n:]
        if mode is Delivery.DELAY:
            self.waiting += some
        if mode in {Delivery.DELAY, Delivery.DROP}:
            return []
        if mode is Delivery.REORDER:
            some.reverse()
        times = 2 if mode is Delivery.DUPLICATE else 1
        return [self._posted(each.body, mode) for each in some for _ in range(times)]

    def _posted(self, body: bytes, mode: Delivery) -> tuple[Mapping[str, str], bytes]:
        secret = _FORGED if mode is Delivery.FORGE else self.secret
        signature = hmac.new(secret, body, hashlib.sha256).hexdigest()
        cut = body[: len(body) // 2] if mode is Delivery.TRUNCATE else body
        return {"Pay-Signature": signature, "Content-Type": "application/json"}, cut


def sent(messages: list[tuple[Mapping[str, str], bytes]], send: Send | None) -> list[Any]:
    """Post messages, and return the statuses; without anybody who listens, what would have been posted."""
    if send is None:
        return [{"headers": dict(headers), "body": body.decode()} for headers, body in messages]
    return [send(headers, body) for headers, body in messages]
