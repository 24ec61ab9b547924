"""What the items of a report come to, against what it declares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from attrs import define, field

from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import Closed, Event, Totals
from localgov_ims.files.totals import Tally, differences


@define
class Items:
    """The items of one entry while it is read: running integers, and whether something refuses it already."""

    tally: Tally = field(factory=Tally)
    faulty: bool = False

    def add(self, pence: int, day: date | None) -> int:
        """Count an item and return its position."""
        return self.tally.add(pence, day)

    def closed(self, count: int, debits: int, place: str) -> Iterator[Event]:
        """Yield the end of an entry that declares so many items and so much taken back, in pence."""
        declared = Totals(count=count, debits=debits)
        computed = self.tally.totals
        issues = [] if self.faulty else list(differences(declared, computed, place))
        yield from issues
        proved = not (issues or self.faulty)
        yield Closed(
            computed=computed, declared=declared, place=place,
            evidence=Evidence.COUNTED if proved else Evidence.UNPROVED,
            first_on=self.tally.first_on, last_on=self.tally.last_on,
        )  # fmt: skip
