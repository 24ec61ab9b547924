"""One account of a file, from its record 03 to its 49: balances, totals and what they prove."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from attrs import define, field

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.files.account_numbers import account_number
from localgov_ims.files.events import Closed, Totals
from localgov_ims.files.faults import Fault
from localgov_ims.files.totals import Tally, balance_difference, differences, evidence
from localgov_ims_bai2.entries import following, signed, unsigned
from localgov_ims_bai2.records import Record

OPENING, CLOSING, CREDITS, DEBITS = "010", "015", "100", "400"
_KEPT: Final = frozenset({OPENING, CLOSING, CREDITS, DEBITS})
_NUMBER_FIRST: Final = re.compile(r"([0-9]{8}) ([0-9]{6})", re.ASCII)


@define
class Account:
    """What is kept of an account while its entries pass.

    Attributes:
        summary: Every amount of its record 03; records: how many there were besides the
            entries, which the tally counts.
        said: The sums of record 03 that are compared: type to pence and count.
    """

    number: str
    place: str
    currency: str
    records: int = 0
    summary: int = 0
    said: dict[str, tuple[int, int | None]] = field(factory=dict)
    tally: Tally = field(factory=Tally)
    faulty: bool = False

    def _sum(self, type_: str) -> Money | None:
        found = self.said.get(type_)
        return None if found is None else Money(found[0])

    @property
    def opening(self) -> Money | None:
        """The balance before the first entry."""
        return self._sum(OPENING)

    @property
    def control(self) -> int:
        """Every amount of its records, as the trailer adds them up: those out count like those in."""
        return self.summary + self.tally.credits + self.tally.debits

    def close(self, place: str) -> Iterator[Issue | Closed]:
        """Yield what does not tie, then the end."""
        money_in, credit_count = self.said.get(CREDITS, (None, None))
        money_out, debit_count = self.said.get(DEBITS, (None, None))
        declared = Totals(
            credits=money_in, credit_count=credit_count, debits=money_out, debit_count=debit_count
        )
        computed, opening, closing = self.tally.totals, self.opening, self._sum(CLOSING)
        if not self.faulty:
            yield from differences(declared, computed, self.place, self.currency)
            if opening is not None and closing is not None:
                yield from balance_difference(
                    opening, computed.net or 0, closing, self.place, currency=self.currency
                )
        yield Closed(
            computed=computed, declared=declared, evidence=evidence(opening, closing, declared), place=place,
            opening=opening, closing=closing, first_on=self.tally.first_on, last_on=self.tally.last_on,
        )  # fmt: skip


def read(record: Record, currency: str) -> Account:
    """Read a record 03; *currency* is its group's.

    Raises:
        Fault: Something in it is not what it must be.
    """
    printed, own, *summary = [*record.fields(), "", ""]
    if not printed.strip():
        raise Fault(
            "missing-field", "account", "", "The record names no account. Ask the bank for a full file."
        )
    turned = _NUMBER_FIRST.sub(r"\2\1", printed.strip())  # NatWest prints the number before the sort code
    account = Account(account_number(turned), record.place, own.strip() or currency, record.lines)
    at = 0
    while at < len(summary):
        type_, amount, count, funds = [*summary[at : at + 4], "", "", ""][:4]
        if type_.strip():
            _add(account, type_.strip(), amount.strip(), count.strip())
        elif amount.strip():
            raise Fault(
                "missing-field", "type", amount, "An amount without a type. Ask the bank for a full file."
            )
        more = following(funds.strip(), ",".join([*summary[at + 4 :], ""]))
        at += 4 + (more or 0)
    return account


def _add(account: Account, type_: str, amount: str, count: str) -> None:
    if not amount:
        return
    pence = signed(amount, f"amount of {type_}")
    number = unsigned(count, f"count of {type_}") if count else None
    account.summary += pence
    if type_ not in _KEPT:
        return
    if account.said.setdefault(type_, (pence, number)) != (pence, number):
        message = (
            f"The account has two amounts of type {type_} that differ; which one counts cannot be known."
        )
        raise Fault("bad-field", f"amount of {type_}", amount, message)
