"""References of payments that the income system knows to be certain before the bank has said anything."""

from __future__ import annotations

from random import Random

from localgov_ims.domain.ids import ALPHABET, check_symbol

_WITHOUT_CHECK = 11


def our_reference(random: Random) -> str:
    """Make one of our own references from seeded randomness."""
    symbols = "".join(random.choices(ALPHABET, k=_WITHOUT_CHECK))
    return symbols + check_symbol(symbols)
