"""Unpaids: Direct Debits that were collected and that the bank takes back, each announced by a Bacs report.

Either the payer's bank returns it unpaid (ARUDD), or the payer has claimed it back under the Direct Debit Guarantee
(DDIC). A report announces money; what moves it is the debit on the statement.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.money import Money
from localgov_ims.errors import RuleViolation


class UnpaidKind(enum.Enum):
    """Why the bank takes a Direct Debit back."""

    RETURNED = "returned"
    CLAIMED = "claimed"


class UnpaidState(enum.Enum):
    """Where an unpaid stands; the current state is that of its latest event."""

    ADVISED = "advised"
    CHALLENGED = "challenged"
    DEBITED = "debited"
    WITHDRAWN = "withdrawn"


_S = UnpaidState
TRANSITIONS: Final[Mapping[UnpaidState, frozenset[UnpaidState]]] = {
    _S.ADVISED: frozenset({_S.CHALLENGED, _S.DEBITED, _S.WITHDRAWN}),
    _S.CHALLENGED: frozenset({_S.DEBITED, _S.WITHDRAWN}),
    _S.DEBITED: frozenset({_S.WITHDRAWN}),
    _S.WITHDRAWN: frozenset(),
}
"""What each state may become; steps may be skipped, for not every report reaches everybody."""


def check_step(before: UnpaidState, after: UnpaidState) -> None:
    """See that an unpaid may go from one state to another.

    Raises:
        RuleViolation: It may not (`wrong_state`).
    """
    if after not in TRANSITIONS[before]:
        message = f"What is {before.value} cannot become {after.value}."
        raise RuleViolation("wrong_state", message, state=before.value, asked=after.value)


@frozen(kw_only=True)
class Unpaid:
    """A Direct Debit that is taken back, as a reader gives it.

    Attributes:
        position: Ordinal in its report, from 1.
        amount: Below zero: money out of the council.
        reference: The council's reference of the payer, as the report prints it.
        code, reason: Why, by the report's code (`0128`) and in its words.
        original_on: The day on which it was collected, where the report says it.
        payer_name, payer_account: Whose it was; sort code and account number.
        identifier: The paying bank's own reference of a claim.
        place: Where it stands in the file.
    """

    position: int
    kind: UnpaidKind
    amount: Money
    reference: str
    code: str
    place: str
    reason: str = ""
    original_on: date | None = None
    payer_name: str | None = None
    payer_account: str | None = None
    identifier: str | None = None


@frozen(kw_only=True)
class RecordedUnpaid:
    """An unpaid that was imported.

    Attributes:
        report: The Bacs report that it stands in.
        source: Whose bank line brings it: the source of its service user number, where that has one.
        service_user: The service user number (SUN).
        due_on: The first day on which the bank may take it.
    """

    id: UUID
    report: UUID
    source: str | None
    service_user: str
    advice: str
    due_on: date
    unpaid: Unpaid


@frozen(kw_only=True)
class UnpaidEvent:
    """A step of an unpaid; `number` counts from 1, and of two with one number only one is recorded.

    One that undoes a debit names its line too, and puts the unpaid back where it was.

    Attributes:
        line: The statement line that brought it, of one that was debited.
        transaction: What took the income back: a Reversal, or a negative Receipt; of one that undoes a debit, what gave
            it back.
    """

    id: UUID
    unpaid: UUID
    number: int
    state: UnpaidState
    at: datetime
    by: str
    reason: str | None = None
    line: UUID | None = None
    transaction: UUID | None = None
