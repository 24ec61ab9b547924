"""What others state: their totals, and the items in their lists that are not here, or not there.

The ledger's balance, the back office's total, the payments that payables has sent and the bank has not seen: this system
cannot know them. They are typed or loaded with their source, are records, and end only by a record.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from attrs import Attribute, field, frozen

from localgov_ims.domain.money import Money, enterable
from localgov_ims.domain.texts import text, written
from localgov_ims.errors import InvalidValue


class About(enum.Enum):
    """Of what something is stated: a bank account, a fund, or another system that pays and is paid."""

    BANK = "bank"
    FUND = "fund"
    SYSTEM = "system"


TOTALS: Final[Mapping[About, Mapping[str, str]]] = {
    About.BANK: {"ledger": "what the ledger stands at"},
    About.FUND: {
        "not_fed": "what the back office is not told, because it has it already",
        "accepted": "what the back office took of what it was told",
        "back_office": "what the back office shows",
        "ledger": "what the ledger shows",
        "not_confirmed": "what was posted and not confirmed by the ledger",
    },
    About.SYSTEM: {},
}
"""The totals that others state, by what they are about."""

LISTS: Final[Mapping[About, Mapping[str, str]]] = {
    About.BANK: {
        "ledger_only": "in the ledger, not at the bank yet",
        "bank_only": "at the bank before this system began, not in the ledger yet",
    },
    About.FUND: {"rejected": "not taken by the back office"},
    About.SYSTEM: {"payments": "paid or received by the system, not at the bank yet"},
}
"""The lists that others give, by what they are about."""

OUTCOMES: Final[Mapping[str, frozenset[str]]] = {
    "rejected": frozenset({"sent_again", "transferred", "suspense", "mistaken"}),
    "ledger_only": frozenset({"came", "cancelled", "mistaken"}),
    "bank_only": frozenset({"posted", "mistaken"}),
    "payments": frozenset({"cancelled", "mistaken"}),
}
"""How an item of each list may end."""


def check_stated(about: About, what: str) -> None:
    """Refuse what is no total that others state of such a thing.

    Raises:
        InvalidValue: It is none.
    """
    _check(TOTALS[about], about, what)


def check_listed(about: About, what: str) -> None:
    """Refuse what is no list about such a thing.

    Raises:
        InvalidValue: It is none.
    """
    _check(LISTS[about], about, what)


def _check(known: Mapping[str, str], about: About, what: str) -> None:
    if what not in known:
        message = f"{what!r} is nothing that others state of a {about.value}. There are: {', '.join(known)}."
        raise InvalidValue("unknown_statement", message, field="what", value=what)


def _known(record: StatedTotal | ListedItem, _: Attribute[str], what: str) -> None:
    (check_stated if isinstance(record, StatedTotal) else check_listed)(record.about, what)


@frozen(kw_only=True)
class StatedTotal:
    """A total that others state of a bank account or fund; a later one of the same has a higher number.

    Attributes:
        first_on, as_at: Its period; of a balance both are its day.
        source: Where it was read, as an auditor finds it again: `GL100 enquiry, 1 April`.

    Raises:
        InvalidValue: Nobody states such a thing, its days are reversed, or its texts do not fit.
    """

    id: UUID
    about: About
    subject: str = field(validator=text(50))
    what: str = field(validator=_known)
    first_on: date
    as_at: date
    amount: Money = field(validator=enterable)
    source: str = field(validator=written(200))
    number: int = 1

    def __attrs_post_init__(self) -> None:
        """Refuse days in the wrong order."""
        if self.as_at < self.first_on:
            message = (
                f"The period ends on {self.as_at:%d %B %Y}, before it begins on {self.first_on:%d %B %Y}."
            )
            raise InvalidValue("days_reversed", message, field="as_at")


@frozen(kw_only=True)
class ListedRow:
    """A row of a file in which somebody else lists items: as `ListedItem`, before it is known whose list it is.

    Attributes:
        place: Where it stands: `row 3, line 4`.
    """

    place: str
    day: date
    reference: str
    amount: Money
    note: str = ""


@frozen(kw_only=True)
class ListedItem:
    """An item of somebody else's list.

    Attributes:
        key: What tells it from every other of its list: a repeat is seen and adds nothing.
        amount: As it changes the balance where it stands; a payment out is below nothing.
        note: Why it is in the list, as its source says.

    Raises:
        InvalidValue: There is no such list, or a text does not fit.
    """

    id: UUID
    about: About
    subject: str = field(validator=text(50))
    what: str = field(validator=_known)
    key: str
    day: date
    reference: str = field(validator=written(100))
    amount: Money = field(validator=enterable)
    note: str = ""
    source: str = field(validator=written(200))


@frozen(kw_only=True)
class ItemEnd:
    """That an item stands open no longer, from a day on: how, and why."""

    id: UUID
    item: UUID
    ended_on: date
    outcome: str
    reason: str = field(validator=written(500))
    by: str
    at: datetime
