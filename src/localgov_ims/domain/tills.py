"""Tills: what one cashier takes at one till from the float to the sealed bag.

    open -> counted -> closed

A session is its head and its numbered events; `FOLLOWS` is the one table of what may happen in each state. Every event
says what it does to cash, cheques and card takings, so that what should be there is their sum and nothing else.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from attrs import field, frozen
from attrs.validators import matches_re

from localgov_ims.domain.calendar import utc
from localgov_ims.domain.denominations import Counted
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import NOTHING, Money, enterable
from localgov_ims.domain.people import key
from localgov_ims.domain.texts import blank_is_none, text, trimmed
from localgov_ims.errors import InvalidValue, RuleViolation

TILL_NAME: Final = "[A-Za-z0-9-]{1,10}"
"""How a till is called: letters, digits and dashes, at most 10."""


class TillState(enum.Enum):
    """Where a session stands."""

    OPEN = "open"
    COUNTED = "counted"
    CLOSED = "closed"


class TillEventKind(enum.Enum):
    """What happens at a till."""

    OPENED = "opened"
    RECEIPT = "receipt"
    VOID = "void"
    PAY_OUT = "pay_out"
    COUNTED = "counted"
    CLOSED = "closed"


_S, _K = TillState, TillEventKind
FOLLOWS: Final[Mapping[tuple[TillState | None, TillEventKind], TillState]] = {
    (None, _K.OPENED): _S.OPEN,
    (_S.OPEN, _K.RECEIPT): _S.OPEN,
    (_S.OPEN, _K.VOID): _S.OPEN,
    (_S.OPEN, _K.PAY_OUT): _S.OPEN,
    (_S.OPEN, _K.COUNTED): _S.COUNTED,
    (_S.COUNTED, _K.VOID): _S.COUNTED,
    (_S.COUNTED, _K.COUNTED): _S.COUNTED,
    (_S.COUNTED, _K.CLOSED): _S.CLOSED,
}
"""Which state each event leads to; what is not here is `wrong_state`. Nothing leads out of closed."""


@frozen(kw_only=True)
class Takings:
    """What is, or should be, in a till: cash, cheques, and what a terminal took by card."""

    cash: Money = NOTHING
    cheques: Money = NOTHING
    card: Money = NOTHING

    def __add__(self, other: Takings) -> Takings:
        """Add what another event does."""
        return Takings(
            cash=self.cash + other.cash, cheques=self.cheques + other.cheques, card=self.card + other.card
        )

    def __neg__(self) -> Takings:
        """Return what takes these back."""
        return Takings(cash=-self.cash, cheques=-self.cheques, card=-self.card)


NO_TAKINGS: Final = Takings()


@frozen(kw_only=True)
class ZReport:
    """What a card terminal printed at the end of the session.

    Attributes:
        merchant, terminal, number: By which the acquirer knows it; at most 50 characters each.
        day: The day that it is of; total: sales less refunds.
    """

    merchant: str | None = field(default=None, converter=blank_is_none, validator=text(50))
    terminal: str = field(converter=trimmed, validator=text(50))
    number: str = field(converter=trimmed, validator=text(50))
    day: date
    total: Money = field(validator=enterable)


@frozen(kw_only=True)
class TillCount:
    """What was counted before anybody was told what there should be."""

    cash: Counted
    card: ZReport | None = None


@frozen(kw_only=True)
class Closing:
    """How a session ended.

    Attributes:
        next_float: The cash that stays in the till.
        bag_number: Of the sealed bag with everything else; none where nothing is left.
    """

    next_float: Money = field()
    bag_number: str | None = field(default=None, converter=blank_is_none, validator=text(50))

    @next_float.validator
    def _there(self, _: object, value: Money) -> None:
        if value < NOTHING:
            message = f"The next float is cash in the till and cannot be {value.shown()}."
            raise InvalidValue("bad_float", message, value=str(value))


@frozen(kw_only=True)
class TillEvent:
    """A thing that happened at a till; `number` counts from 1, and of two that race for one number one is first.

    Attributes:
        takings: What it does to what should be there; of `opened` the float.
        transaction: The Receipt, Reversal or pay-out that it is.
        count, closing: What a `counted` or `closed` event says.
    """

    id: UUID
    session: UUID
    number: int
    kind: TillEventKind
    by: str
    at: datetime = field(converter=utc)
    takings: Takings = NO_TAKINGS
    transaction: UUID | None = None
    count: TillCount | None = None
    closing: Closing | None = None


@frozen(kw_only=True)
class TillSession:
    """One cashier at one till, from the float to the bag.

    Attributes:
        office, till, number: Which till, and which of its sessions, from 1.
        cashier: The user who takes the money; cashier_number: which of their sessions, from 1.
        float_: The cash that was in the till before the first receipt.
        events: Everything that happened, in order; the first one is that it was opened.

    Raises:
        InvalidValue: The till's name cannot be one, or the float is negative (`bad_float`).
    """

    id: UUID
    office: str
    till: str = field(validator=matches_re(TILL_NAME))
    number: int
    cashier: str
    cashier_number: int
    float_: Money = field(validator=enterable)
    opened_at: datetime = field(converter=utc)
    events: tuple[TillEvent, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse a float that no till can hold."""
        if self.float_ < NOTHING:
            message = f"A float is cash in the till and cannot be {self.float_.shown()}."
            raise InvalidValue("bad_float", message, value=str(self.float_))

    @property
    def name(self) -> str:
        """How people call it: office, till and number, such as `TH/1/17`."""
        return f"{self.office}/{self.till}/{self.number}"

    @property
    def state(self) -> TillState:
        """Where it stands, by its latest event that is about the whole of it."""
        kinds = {event.kind for event in self.events}
        if _K.CLOSED in kinds:
            return _S.CLOSED
        return _S.COUNTED if _K.COUNTED in kinds else _S.OPEN

    @property
    def expected(self) -> Takings:
        """What should be there: the float and receipts, less voids and pay-outs."""
        found = NO_TAKINGS
        for event in self.events:
            found += event.takings
        return found

    @property
    def count(self) -> TillCount | None:
        """What was counted last."""
        return next((event.count for event in reversed(self.events) if event.count is not None), None)

    @property
    def closing(self) -> Closing | None:
        """How it ended, once it has."""
        return self.events[-1].closing if self.events else None

    @property
    def over(self) -> Takings:
        """What was counted beyond what there should be; below nothing: short. Cheques are in the bag as recorded.

        Raises:
            RuleViolation: It has not been counted (`not_counted`).
        """
        count = self.count
        if count is None:
            message = (
                f"Till {self.name} has not been counted. Nobody is told what there should be before that."
            )
            raise RuleViolation("not_counted", message, session=self.name)
        card = count.card.total if count.card is not None else NOTHING
        return Takings(cash=count.cash.total - self.expected.cash, card=card - self.expected.card)

    def of_cashier(self, name: str) -> bool:
        """Tell whether it is somebody's own."""
        return key(self.cashier) == key(name)

    def total(self, kind: TillEventKind) -> Takings:
        """Return what all events of a kind come to."""
        found = NO_TAKINGS
        for event in self.events:
            if event.kind is kind:
                found += event.takings
        return found

    def next_event(self, kind: TillEventKind, *, by: str, at: datetime, **more: object) -> TillEvent:
        """Return the event that comes next.

        Raises:
            RuleViolation: It cannot happen in the state in which the session is (`wrong_state`).
        """
        if (self.state if self.events else None, kind) not in FOLLOWS:
            message = f"Till {self.name} is {self.state.value}. {_WHY[self.state]}"
            raise RuleViolation("wrong_state", message, session=self.name, state=self.state.value)
        number = len(self.events) + 1
        return TillEvent(id=new_id(), session=self.id, number=number, kind=kind, by=by, at=at, **more)  # type: ignore[arg-type]


_WHY: Final[Mapping[TillState, str]] = {
    _S.OPEN: "Count it first: `ims tills count`.",
    _S.COUNTED: "Nothing is taken or paid out after the count; close it, and open the till again.",
    _S.CLOSED: "A closed session never opens again; open the till anew.",
}
