"""Accounts as printed, and as they are compared."""

from __future__ import annotations

import re
from typing import Final

from localgov_ims_camt.elements import Head

_GB_IBAN: Final = re.compile(r"GB[0-9]{2}[A-Z]{4}([0-9]{14})", re.ASCII)
_UK: Final = re.compile(r"[0-9]{2}-?[0-9]{2}-?[0-9]{2}-?[0-9]{8}", re.ASCII)


def account_of(head: Head) -> str:
    """Return a statement's account: of a UK one sort code and number, 14 digits; of others no spaces."""
    printed = "".join((head.iban or head.account or "").split())
    if found := _GB_IBAN.fullmatch(printed.upper()):
        return found.group(1)
    return printed.replace("-", "") if _UK.fullmatch(printed) else printed
