"""What the mock remembers: payments, refunds, agreements and disputes, under a clock and ids that repeat themselves."""

from __future__ import annotations

import enum
import string
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from attrs import define, field

_SYMBOLS: Final = string.ascii_lowercase + string.digits
EXPIRES: Final = timedelta(minutes=90)
LETS_GO: Final = timedelta(hours=120)
_START: Final = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)


class State(enum.Enum):
    """The states of a payment, in GOV.UK Pay's words."""

    CREATED = "created"
    STARTED = "started"
    SUBMITTED = "submitted"
    CAPTURABLE = "capturable"
    SUCCESS = "success"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ERROR = "error"

    @property
    def finished(self) -> bool:
        """Whether nothing follows it."""
        return self in {State.SUCCESS, State.FAILED, State.CANCELLED, State.ERROR}


_ENDS: Final = frozenset({State.FAILED, State.CANCELLED, State.ERROR})
LEGAL: Final[Mapping[State, frozenset[State]]] = {
    State.CREATED: frozenset({State.STARTED, State.SUBMITTED, State.CAPTURABLE, State.SUCCESS}) | _ENDS,
    State.STARTED: frozenset({State.SUBMITTED, State.CAPTURABLE, State.SUCCESS}) | _ENDS,
    State.SUBMITTED: frozenset({State.CAPTURABLE, State.SUCCESS}) | _ENDS,
    State.CAPTURABLE: frozenset({State.SUCCESS}) | _ENDS,
    State.SUCCESS: frozenset(), State.FAILED: frozenset(), State.CANCELLED: frozenset(), State.ERROR: frozenset(),
}  # fmt: skip
EVENTS: Final[Mapping[str, str]] = {
    "started": "card_payment_started", "success": "card_payment_succeeded", "failed": "card_payment_failed",
    "cancelled": "card_payment_failed", "error": "card_payment_failed",
}  # fmt: skip


@define(kw_only=True)
class Payment:
    """A payment, with the request that made it."""

    id: str
    asked: Mapping[str, Any]
    token: str
    created_at: datetime
    state: State = State.CREATED
    code: str | None = None
    finished_at: datetime | None = None
    history: list[tuple[State, datetime]] = field(factory=list)
    card: Mapping[str, str] | None = None
    surcharge: int = 0
    fee: int | None = None
    captured_on: str | None = None
    settled_on: str | None = None
    refunds: list[Refund] = field(factory=list)

    @property
    def total(self) -> int:
        """What was paid, with a surcharge."""
        return int(self.asked["amount"]) + self.surcharge

    @property
    def available(self) -> int:
        """What can still be given back."""
        return self.total - sum(each.amount for each in self.refunds if each.status != "error")


@define(kw_only=True)
class Refund:
    """A refund of a payment."""

    id: str
    payment: str
    amount: int
    created_at: datetime
    status: str = "submitted"
    settled_on: str | None = None


@define(kw_only=True)
class Agreement:
    """An agreement."""

    id: str
    asked: Mapping[str, Any]
    created_at: datetime
    status: str = "created"


@define(kw_only=True)
class Dispute:
    """A dispute of a payment; a lost one is taken from a payout with its fee."""

    id: str
    payment: str
    amount: int
    fee: int
    status: str
    created_at: datetime
    settled_on: str | None = None


@define
class Ledger:
    """Everything there is. `clock` gives the moment to which `ahead` is added; none: one that stands still."""

    seed: int = 1
    processor: str = "stripe"
    clock: Callable[[], datetime] | None = None
    ahead: timedelta = timedelta()
    payments: dict[str, Payment] = field(factory=dict)
    agreements: dict[str, Agreement] = field(factory=dict)
    disputes: dict[str, Dispute] = field(factory=dict)
    keys: dict[str, tuple[str, str, datetime]] = field(factory=dict)
    events: list[tuple[str, str]] = field(factory=list)
    """Type and payment of each event that nobody has been told yet."""
    _random: Random = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin the chance of this seed."""
        self._random = Random(self.seed)  # noqa: S311 - it is to repeat itself

    def now(self) -> datetime:
        """Return the mock's moment."""
        return (self.clock() if self.clock is not None else _START) + self.ahead

    def new_id(self, length: int = 26) -> str:
        """Return an id of lower-case letters and digits, as GOV.UK Pay's are."""
        return "".join(self._random.choices(_SYMBOLS, k=length))

    def move(self, payment: Payment, to: State, code: str | None = None) -> None:
        """Let a payment become something, with what follows from that."""
        payment.state, payment.code = to, code
        payment.history.append((to, self.now()))
        if to.finished:
            payment.finished_at = self.now()
        if to is State.SUCCESS:
            payment.captured_on = self.now().date().isoformat()
            if self.processor != "stripe":
                payment.fee = None
            set_up = self.agreements.get(str(payment.asked.get("set_up_agreement")))
            if set_up is not None:
                set_up.status = "active"
        if to.value in EVENTS:
            expired = to is State.FAILED and code == "P0020"
            self.events.append(("card_payment_expired" if expired else EVENTS[to.value], payment.id))
        if to is State.SUCCESS:
            self.events.append(("card_payment_captured", payment.id))

    def expire(self) -> None:
        """Let go what nobody finished in time."""
        for payment in self.payments.values():
            age = self.now() - payment.created_at
            waits = payment.state in {State.CREATED, State.STARTED, State.SUBMITTED}
            if (waits and age >= EXPIRES) or (payment.state is State.CAPTURABLE and age >= LETS_GO):
                self.move(payment, State.FAILED, "P0020")
