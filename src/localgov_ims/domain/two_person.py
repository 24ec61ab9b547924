"""Acts that need two people: above which amount another person must authorise them."""

from __future__ import annotations

import enum

from attrs import frozen

from localgov_ims.domain.money import NOTHING, Money

_USUAL = Money(100_000)


class Act(enum.Enum):
    """What one person asks for and, above a limit, another must authorise."""

    REFUND = "refund"
    REALLOCATION = "reallocation"
    TRANSFER = "transfer"
    CLEARANCE = "clearance"
    PAYABLES = "payables"
    WRITE_OFF = "write_off"


@frozen(kw_only=True)
class TwoPersonLimits:
    """The most that one person may do alone, by kind of act and account in a day; nothing means every act needs two.

    `import_reversal`: whether a file is taken back by another person than the one who sent it. `rule_change`: whether
    changed allocation rules are put in force by another person than the one who wrote them.
    """

    refund: Money = _USUAL
    reallocation: Money = _USUAL
    transfer: Money = _USUAL
    clearance: Money = _USUAL
    payables: Money = NOTHING
    write_off: Money = NOTHING
    import_reversal: bool = True
    rule_change: bool = False

    def of(self, act: Act) -> Money:
        """Return the limit of an act."""
        limit: Money = getattr(self, act.value)
        return limit
