"""A statement's balances: which one opens it and which one closes it."""

from __future__ import annotations

from typing import Final

from attrs import define, field, frozen

from localgov_ims.domain.money import Money
from localgov_ims_camt.elements import Balance
from localgov_ims_camt.printed import Printed

OPENING: Final = "OPBD"
PREVIOUS: Final = "PRCD"
CLOSING: Final = "CLBD"
INTERIM: Final = "ITBD"
_KEPT: Final = frozenset({OPENING, PREVIOUS, CLOSING, INTERIM})


@frozen
class Known:
    """A balance that could be read."""

    amount: Money
    currency: str
    place: str


@define
class Balances:
    """The balances that open or close a statement; others (available, expected, forward) are passed over.

    Interim ones count only where a statement has pages: they close every page but the last, and open every
    one but the first.
    """

    printed: Printed
    count: int = 0
    currency: str | None = None
    _known: dict[str, Known] = field(factory=dict)
    _first_interim: Known | None = None

    def add(self, balance: Balance, statement: str) -> None:
        """Read one balance of the *statement* at that place."""
        self.count += 1
        code = (balance.code or "").strip()
        if code not in _KEPT:
            return
        place = f"{statement}/Bal[{self.count}]"
        pence = self.printed.amount(balance.amount, place)
        sign = self.printed.sign(balance.direction, place)
        if not self.printed.currency(balance.currency, place) or pence is None or sign is None:
            return
        known = Known(Money(pence * sign), balance.currency or "", place)
        self.currency = self.currency or known.currency
        if code == INTERIM:
            self._first_interim = self._first_interim or known
        elif code in self._known and self._known[code].amount != known.amount:
            amounts = (
                f"{self._known[code].amount.shown(known.currency)} and {known.amount.shown(known.currency)}"
            )
            message = f"The statement has two {code} balances, {amounts}; which one counts cannot be known."
            self.printed.fault("balance-mismatch", place, message, field=code, value=str(known.amount))
        self._known[code] = known

    def opening(self, page: int) -> Known | None:
        """Return what the statement's page begins with."""
        found = self._known.get(OPENING) or self._known.get(PREVIOUS)
        return found or (self._first_interim if page > 1 else None)

    def closing(self, *, last_page: bool) -> Known | None:
        """Return what the statement's page ends with."""
        found = self._known.get(CLOSING)
        return found if found is not None or last_page else self._known.get(INTERIM)
