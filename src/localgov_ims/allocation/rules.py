"""Allocation rules as data: named, ordered, switched on and off, each with what it sets."""

from __future__ import annotations

from datetime import date

from attrs import field, frozen

from localgov_ims.allocation.conditions import ALWAYS, Condition, Group
from localgov_ims.errors import ConfigurationError

SETTABLE = frozenset({"fund", "account_reference", "vat_code", "narrative"})
"""What a rule may set; the amount is never one of them."""


@frozen(kw_only=True)
class Extract:
    """A value taken from the row: the one reference of a fund that a field holds."""

    from_: str
    reference_of: str


@frozen(kw_only=True)
class Rule:
    """Where money goes when its conditions hold.

    Attributes:
        order: Lower ones first; rules of equal order see the same row.
        when: The conditions; none means always.
        set: What becomes of the row's fields: a literal, or taken from the row.
        suspend: Send it to suspense, in these words.
        stop: Look at no later rule once this one has matched.
        starts_on: First day (of the payment) on which it is in force; ends_on: the last one.

    Raises:
        ConfigurationError: It does nothing, sets what cannot be set, or ends before it starts.
    """

    name: str
    order: int
    when: Condition | Group = ALWAYS
    set: dict[str, str | Extract] = field(factory=dict)
    suspend: str | None = None
    stop: bool = False
    enabled: bool = True
    starts_on: date | None = None
    ends_on: date | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        faults = {
            "it neither sets anything nor sends to suspense": not self.set and self.suspend is None,
            "it both sets something and sends to suspense": bool(self.set) and self.suspend is not None,
            f"it can set only {', '.join(sorted(SETTABLE))}": not set(self.set) <= SETTABLE,
            "it ends before it starts": self.starts_on is not None
            and self.ends_on is not None
            and self.ends_on < self.starts_on,
            "its name must have 1 to 50 characters": not 1 <= len(self.name) <= 50,  # noqa: PLR2004 - income.md 10.1
        }
        for fault, present in faults.items():
            if present:
                raise ConfigurationError("bad_rule", f"Rule {self.name!r}: {fault}.", rule=self.name)

    def in_force(self, day: date) -> bool:
        """Tell whether the rule is switched on and in force on *day*."""
        return (
            self.enabled
            and (self.starts_on is None or self.starts_on <= day)
            and (self.ends_on is None or day <= self.ends_on)
        )
