"""Bank accounts as printed, and as they are compared."""

from __future__ import annotations

import re
from typing import Final

_GB_IBAN: Final = re.compile(r"GB[0-9]{2}[A-Z]{4}([0-9]{14})", re.ASCII)
_UK: Final = re.compile(r"([0-9]{2})-?([0-9]{2})-?([0-9]{2})[-/]?([0-9]{8})", re.ASCII)


def account_number(printed: str) -> str:
    """Return an account as it is compared: of a UK one sort code and number, 14 digits; of others no blanks.

    A UK account is known by an IBAN that begins with GB, or by a sort code and eight digits with nothing, a dash or
    a slash between.

        >>> account_number("GB33 BUKB 2020 1555 5555 55"), account_number("20-00-00/12345678")
        ('20201555555555', '20000012345678')
    """
    bare = "".join(printed.split())
    if iban := _GB_IBAN.fullmatch(bare.upper()):
        return iban.group(1)
    found = _UK.fullmatch(bare)
    return "".join(found.groups()) if found else bare
