"""The answer for one row: the lines it makes, or suspense with its reason; always with its rules."""

from __future__ import annotations

from attrs import frozen

from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseReason


# Without slots and with positions: one is made for every row of a file, and so takes half the time.
@frozen(slots=False)
class Placed:
    """A line to be made.

    Attributes:
        account_reference: In the canonical form of its fund; empty where there is none.
        rules: Every rule that fired for it, in order; rule: the last of them that said which fund.
    """

    amount: Money
    fund: str
    account_reference: str
    mop: str
    office: str
    vat_code: str
    narrative: str
    rules: tuple[str, ...] = ()
    rule: str | None = None


@frozen(slots=False)
class Allocation:
    """Where a row goes: wholly to lines that add up to it, or wholly to suspense.

    Attributes:
        parts: The lines; none where it goes to suspense.
        reason: Why it is in suspense; none where it is placed.
        detail: The finer reason: an error's code, an unknown code, or a rule's words.
        rules: Every rule that fired, in order.
        rule: The rule that decided: the last that said which fund, or the one that sent it to suspense.
        held: Of a row in suspense, what the rules had made of it (of a split one, its first part), for those who
            clear it; its `amount` is the whole row's.
    """

    parts: tuple[Placed, ...]
    reason: SuspenseReason | None = None
    detail: str | None = None
    rules: tuple[str, ...] = ()
    rule: str | None = None
    held: Placed | None = None
