"""Summaries: many lines of a journal added up in one, without losing which they were."""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import evolve, frozen

from localgov_ims.domain.journals import Journal, JournalLine, Role, Side, Source
from localgov_ims.domain.money import NOTHING, Money

NETTED_AWAY = 0
"""The number of no line: debits and credits of an account that came to nothing, in a summary that nets them."""


class SummaryKey(enum.Enum):
    """What lines must share to be added up. `account` and `side` are always asked for."""

    ACCOUNT = "account"
    SIDE = "side"
    VAT_CODE = "vat_code"
    FUND = "fund"
    MOP = "mop"
    OFFICE = "office"
    KIND = "kind"
    TAKEN_ON = "taken_on"


@frozen(kw_only=True)
class Summary:
    """How a ledger's journals are added up; *net* lets debits and credits of one account meet."""

    keys: tuple[SummaryKey, ...]
    net: bool = False

    def places(self, details: Sequence[JournalLine]) -> list[int]:
        """Return, for each line, the number of the line that it is added up in, or `NETTED_AWAY`.

        In order of account, debit before credit, VAT code, and then of the other keys.
        """
        groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for place, line in enumerate(details):
            groups[self._key(line)].append(place)
        kept = {
            key: members for key, members in groups.items()
            if not self.net or _signed(details[place] for place in members) != NOTHING
        }  # fmt: skip
        ordered = sorted(
            kept, key=lambda key: self._order(key, _signed(details[place] for place in kept[key]))
        )
        found = [NETTED_AWAY] * len(details)
        for number, key in enumerate(ordered, start=1):
            for place in kept[key]:
                found[place] = number
        return found

    def _key(self, line: JournalLine) -> tuple[Any, ...]:
        others = (getattr(line, key.value) for key in _ORDERED if key in self.keys)
        return (line.account, None if self.net else line.side, *others)

    def _order(self, key: tuple[Any, ...], signed: Money) -> tuple[Any, ...]:
        account, side, *others = key
        credit = signed < NOTHING if side is None else side is Side.CREDIT
        return (account, credit, *(str(other or "") for other in others))


_ORDERED = (
    SummaryKey.VAT_CODE, SummaryKey.FUND, SummaryKey.MOP, SummaryKey.OFFICE, SummaryKey.KIND, SummaryKey.TAKEN_ON,
)  # fmt: skip


def summarised(journal: Journal, places: Sequence[int]) -> Journal:
    """Return a journal of which each line adds up those that *places* put there; the others came to nothing."""
    members: Mapping[int, list[JournalLine]] = defaultdict(list)
    for place, line in zip(places, journal.lines, strict=True):
        if place != NETTED_AWAY:
            members[place].append(line)
    lines = tuple(_line(journal, number, members[number]) for number in sorted(members))
    return evolve(journal, lines=lines)


def _line(journal: Journal, number: int, members: list[JournalLine]) -> JournalLine:
    signed = _signed(members)
    days: set[date] = {line.taken_on for line in members}
    roles: set[Role] = {line.role for line in members}
    return JournalLine(
        number=number, account=members[0].account, side=Side.DEBIT if signed > NOTHING else Side.CREDIT,
        amount=abs(signed), role=roles.pop() if len(roles) == 1 else Role.OTHER,
        kind=_shared(line.kind for line in members) or "Summary",
        narrative=f"IMS {journal.accounting_on} n={len(members)}", reference=f"{journal.number}/{number}",
        taken_on=days.pop() if len(days) == 1 else journal.accounting_on, source=Source("journal", journal.number),
        vat_code=_shared(line.vat_code for line in members), fund=_shared(line.fund for line in members),
        mop=_shared(line.mop for line in members), office=_shared(line.office for line in members),
        merchant_account=_shared(line.merchant_account for line in members),
        sources=tuple(dict.fromkeys(line.source for line in members)),
    )  # fmt: skip


def _signed(lines: Iterable[JournalLine]) -> Money:
    return Money.total(line.signed for line in lines)


def _shared(values: Iterable[str | None]) -> str | None:
    """Return what all have in common, or none."""
    seen = Counter(values)
    return next(iter(seen)) if len(seen) == 1 else None
