"""Totals that a statement declares for each of the bank's transaction codes (`TtlNtriesPerBkTxCd`)."""

from __future__ import annotations

from typing import NamedTuple

from attrs import define, field

from localgov_ims.files.events import Totals
from localgov_ims.files.limits import refuse
from localgov_ims.files.totals import Tally
from localgov_ims_camt.elements import CodeTotal, Entry, Summary
from localgov_ims_camt.printed import Printed
from localgov_ims_camt.summary import compare, declared


class Code(NamedTuple):
    """A transaction code, or so much of it as is said."""

    domain: str | None
    family: str | None
    subfamily: str | None
    own: str | None


@define
class _Declared:
    place: str
    totals: Totals
    booked: Tally = field(factory=Tally)
    others: Tally = field(factory=Tally)


@define
class PerCode:
    """What is declared for each code, and what the entries of that code come to.

    An entry counts for every declared code whose parts, so far as they are given, are its own.
    """

    printed: Printed
    most: int
    _shapes: dict[tuple[bool, ...], dict[Code, _Declared]] = field(factory=dict)
    _count: int = 0

    def declare(self, said: CodeTotal, summary_place: str) -> None:
        """Take what is declared for one code; a forecast is none of what was booked."""
        self._count += 1
        place = f"{summary_place}/TtlNtriesPerBkTxCd[{self._count}]"
        if self._count > self.most:
            message = f"More than {self.most} codes have totals of their own; ask the bank for fewer."
            raise refuse("limit-exceeded", place, message)
        if said.forecast is not None and self.printed.mark(said.forecast, place, "FcstInd"):
            return
        code = Code(said.domain, said.family, said.subfamily, said.own_code)
        summary = Summary(
            said.number, said.entries, said.net, said.net_direction,
            said.credit_number, said.credits, said.debit_number, said.debits,
        )  # fmt: skip
        held = self._shapes.setdefault(tuple(part is not None for part in code), {})
        if code in held:
            message = f"The code {'/'.join(part for part in code if part)} has totals twice; which count cannot be known."
            self.printed.fault("bad-field", place, message, field="BkTxCd")
            return
        held[code] = _Declared(place, declared(summary, place, self.printed))

    def add(self, entry: Entry, pence: int, *, booked: bool) -> None:
        """Count an entry."""
        full = Code(entry.domain, entry.family, entry.subfamily, entry.own_code)
        for shape, held in self._shapes.items():
            found = held.get(
                Code(*(part if given else None for part, given in zip(full, shape, strict=True)))
            )
            if found is not None:
                (found.booked if booked else found.others).add(pence)

    def compare(self, currency: str) -> None:
        """Emit an Issue for each declared total that the entries do not come to."""
        for held in self._shapes.values():
            for each in held.values():
                compare(each.totals, each.booked, each.others, each.place, self.printed, currency)
