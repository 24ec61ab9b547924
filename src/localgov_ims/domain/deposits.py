"""Expected deposits: what the bank, or a card acquirer's settlement, must bring for what an office took."""

from __future__ import annotations

import enum
from datetime import date
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.money import Money
from localgov_ims.domain.texts import alike, text, written
from localgov_ims.errors import InvalidValue


class DepositKind(enum.Enum):
    """What is paid in: cash or cheques to the bank; card takings, which the acquirer settles."""

    CASH = "cash"
    CHEQUE = "cheque"
    CARD = "card"


def bag_key(number: str) -> str:
    """Return how one bag is known by however its number is written: `BAG 1`, `bag-1`."""
    return alike(number)


def z_key(terminal: str, z_report: str) -> str:
    """Return how a terminal's Z-report is known by however it is written: `41`, `0041`."""
    return f"{alike(terminal)}/{alike(z_report).lstrip('0') or '0'}"


class DepositSource(enum.Enum):
    """What the takings were recorded by."""

    ERETURN = "ereturn"
    TILL = "till"


@frozen(kw_only=True)
class ExpectedDeposit:
    """An amount that must come to the bank, or in an acquirer's settlement, as one.

    Attributes:
        total: What must come; of card takings it may be negative.
        due_on: The day from which it is expected: the day it was paid in, of cards the Z-report's.
        bag_number: Of the sealed bag, at most 50 characters; cash and cheques of one till share it.
        slip: Number of the paying-in slip, at most 50.
        merchant, terminal, z_report: By which an acquirer knows card takings; a terminal's Z-report is expected once.
        source_kind, source: The eReturn or till session it came of.
        transactions: The Receipts (and what reverses them) whose income it brings.

    Raises:
        InvalidValue: Card takings name no terminal and Z-report, or other takings name one.
    """

    id: UUID
    kind: DepositKind
    total: Money
    due_on: date
    office: str | None = None
    bag_number: str | None = field(default=None, validator=written(50))
    slip: str | None = field(default=None, validator=written(50))
    merchant: str | None = field(default=None, validator=text(50))
    terminal: str | None = field(default=None, validator=text(50))
    z_report: str | None = field(default=None, validator=text(50))
    source_kind: DepositSource
    source: UUID
    transactions: tuple[UUID, ...]

    def __attrs_post_init__(self) -> None:
        """Refuse what no acquirer or bank could bring."""
        card = self.kind is DepositKind.CARD
        if card != (self.terminal is not None and self.z_report is not None):
            message = f"Takings by {self.kind.value} {'need' if card else 'have no'} terminal and Z-report."
            raise InvalidValue("bad_deposit", message, kind=self.kind.value)
