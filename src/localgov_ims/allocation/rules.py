"""Allocation rules as data: named, ordered, switched on and off, each with what it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from attrs import field, frozen

from localgov_ims.allocation.conditions import ALWAYS, Condition, Group
from localgov_ims.allocation.splits import SplitPart, split_faults
from localgov_ims.allocation.values import SETTABLE
from localgov_ims.errors import ConfigurationError

_LONGEST_NAME = 50


@frozen(kw_only=True)
class Extract:
    """A value taken from the row: the one reference of a fund that a field of text holds."""

    from_: str
    reference_of: str


Value = str | Extract
"""What a field is set to: a text, of which the empty one blanks it, or one taken from the row."""


@frozen(kw_only=True)
class Part(SplitPart):
    """One part of a split, with what it sets."""

    set: Mapping[str, Value] = field(factory=dict)


@frozen(kw_only=True)
class Rule:
    """Where money goes when its conditions hold; it sets fields, splits, or sends to suspense.

    Attributes:
        order: Lower ones first; rules of equal order see the same row.
        when: The conditions; none means always.
        set: What becomes of the row's fields.
        split: The parts that the money is divided into.
        suspend: Send it to suspense, in these words.
        stop: Look at no later rule once this one has matched.
        starts_on: First day (of the payment) on which it is in force; ends_on: the last one.
        import_types: The types of income file whose rows it is for; none means every row, bank lines too.

    Raises:
        ConfigurationError: It does nothing or two things at once, sets what cannot be set, its parts do not add up,
            or it ends before it starts.
    """

    name: str
    order: int
    description: str = ""
    when: Condition | Group = ALWAYS
    set: Mapping[str, Value] = field(factory=dict)
    split: tuple[Part, ...] = ()
    suspend: str | None = None
    stop: bool = False
    enabled: bool = True
    starts_on: date | None = None
    ends_on: date | None = None
    import_types: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        acts = bool(self.set) + bool(self.split) + (self.suspend is not None)
        settable = set(SETTABLE)
        faults = {
            "it neither sets anything nor splits nor sends to suspense": not acts,
            "it does more than one of set, split and suspend": acts > 1,
            "the words it sends to suspense with are empty": self.suspend == "",
            f"it can set only {', '.join(SETTABLE)}": not all(set(s) <= settable for s in self.settings()),
            "it ends before it starts": self.starts_on is not None
            and self.ends_on is not None
            and self.ends_on < self.starts_on,
            "its name must have 1 to 50 characters": not 1 <= len(self.name) <= _LONGEST_NAME,
        }
        named = [fault for fault, present in faults.items() if present]
        for fault in [*named, *(split_faults(self.split) if self.split else ())]:
            raise ConfigurationError("bad_rule", f"Rule {self.name!r}: {fault}.", rule=self.name)

    def settings(self) -> Iterator[Mapping[str, Value]]:
        """Yield what it sets: of the row, and of each part."""
        yield self.set
        for part in self.split:
            yield part.set

    @property
    def decides(self) -> bool:
        """Whether it says which fund the money goes to."""
        return any("fund" in given for given in self.settings())

    def idle(self, day: date, import_type: str) -> str | None:
        """Return why it is not asked about money of a day and a type of file; none where it is."""
        if not self.enabled:
            return "it is switched off"
        if self.import_types and import_type not in self.import_types:
            return f"it is only for files of {', '.join(self.import_types)}"
        if self.starts_on is not None and day < self.starts_on:
            return f"it starts on {self.starts_on:%d %B %Y}"
        if self.ends_on is not None and day > self.ends_on:
            return f"it ended on {self.ends_on:%d %B %Y}"
        return None

    def in_force(self, day: date) -> bool:
        """Tell whether the rule's days include *day*."""
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or day <= self.ends_on
        )
