"""Ledger codes that stand in account references, where a department's references are made of its cost codes."""

from __future__ import annotations

from attrs import field, frozen

from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.errors import ConfigurationError

Places = tuple[int, int]
"""First and last character, counted from 1, both included."""


def _check(places: Places) -> None:
    first, last = places
    if not 1 <= first <= last:
        message = f"{list(places)} are no places of a reference: give the first and the last, counted from 1."
        raise ConfigurationError("bad_ledger_from", message, places=places)


@frozen(kw_only=True)
class LedgerFrom:
    """Where the ledger code and its dimensions stand in the canonical account reference.

    `code = [6, 9]`, `dimensions = [[1, 5], [10, 11]]` make `41205432101` code 4321, dimensions 41205 and 01.

    Raises:
        ConfigurationError: Places do not begin at 1 or later, or end before they begin.
    """

    code: Places = field()
    dimensions: tuple[Places, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse places that cannot be."""
        for places in (self.code, *self.dimensions):
            _check(places)

    def account_in(self, reference: str | None) -> LedgerAccount | None:
        """Return the account that a reference names; none where the reference is too short for it."""
        if reference is None or len(reference) < max(last for _, last in (self.code, *self.dimensions)):
            return None
        code, *dimensions = (reference[first - 1 : last] for first, last in (self.code, *self.dimensions))
        return LedgerAccount(code, tuple(dimensions)) if code.strip() else None
