"""Printed amounts and days: strict patterns first, integer arithmetic after, nothing guessed."""

from __future__ import annotations

import functools
import re
from datetime import date

from attrs import field, frozen

_TIME = r"T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_ISO = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:{_TIME})?(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?", re.ASCII)
_DATE_TOKENS = {"YYYY": r"(?P<year>[0-9]{4})", "YY": r"(?P<year>[0-9]{2})", "MM": r"(?P<month>[0-9]{2})"}
_DATE_TOKENS |= {"Mon": r"(?P<month>[A-Z][a-z]{2})", "DD": r"(?P<day>[0-9]{2})"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

OTHER_DECIMALS = frozenset(
    """
    BHD BIF CLF CLP DJF GNF IQD ISK JOD JPY KMF KRW KWD LYD OMR PYG RWF TND UGX UYI UYW VND VUV XAF XOF XPF
    """.split()
)
"""ISO 4217 currencies whose minor unit is not a hundredth; their amounts are not read."""

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def has_pence(currency: str) -> bool:
    """Tell whether *currency* is a code whose amounts have two decimals."""
    return _CURRENCY.fullmatch(currency) is not None and currency not in OTHER_DECIMALS


@frozen(kw_only=True)
class AmountFormat:
    """How a format prints amounts in major units.

    Attributes:
        signed: Whether a sign may stand in front; trailing: whether one may stand behind.
        decimal: The decimal sign; thousands: the separator of thousands, none unless declared.
        places: The most decimals printed; those beyond two must be zeros.
        pence_only: Whether it is whole pence that are printed, without a decimal sign.
    """

    signed: bool = False
    trailing: bool = False
    decimal: str = "."
    thousands: str = ""
    places: int = 2
    pence_only: bool = False
    _pattern: re.Pattern[str] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Compile the pattern."""
        sign = "([+-]?)" if self.signed else "()"
        grouped = rf"[0-9]{{1,3}}(?:{re.escape(self.thousands)}[0-9]{{3}}){{1,4}}|" if self.thousands else ""
        places = rf"(?:{re.escape(self.decimal)}([0-9]{{1,{self.places}}}))?" if not self.pence_only else "()"
        behind = "([+-]?)" if self.trailing else "()"
        pattern = re.compile(rf"{sign}({grouped}[0-9]{{1,16}}){places}{behind}", re.ASCII)
        object.__setattr__(self, "_pattern", pattern)

    def pence(self, text: str) -> int | None:
        """Return *text* in whole pence, or none where it is not an amount as this format prints them."""
        found = self._pattern.fullmatch(text)
        if found is None:
            return None
        sign, whole, places, behind = found.groups(default="")
        if behind:
            if sign:
                return None
            sign = behind
        if self.thousands:
            whole = whole.replace(self.thousands, "")
        if self.pence_only:
            return -int(whole) if sign == "-" else int(whole)
        if len(places) > 2:  # noqa: PLR2004 - pence are hundredths
            if places[2:].strip("0"):
                return None
            places = places[:2]
        pence = int(whole + places.ljust(2, "0"))
        return -pence if sign == "-" else pence

    def printed(self, pence: int) -> str:
        """Return an amount as this format prints it, without a separator of thousands."""
        size = abs(pence)
        text = str(size) if self.pence_only else f"{size // 100}{self.decimal}{size % 100:02d}"
        if pence >= 0:
            return text
        return f"{text}-" if self.trailing and not self.signed else f"-{text}"


@functools.lru_cache(maxsize=4096)
def iso_day(text: str) -> date | None:
    """Return the day of an ISO date or date-time as printed, or none; a statement has few distinct ones."""
    if _ISO.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


@functools.lru_cache(maxsize=64)
def day_pattern(layout: str) -> re.Pattern[str]:
    """Compile a layout such as `DD/MM/YYYY` or `YYYY-MM-DD hh:mm:ss` (`printed_day` does not keep times)."""
    pattern = re.escape(layout)
    for part, meaning in _DATE_TOKENS.items():
        if part == "YY" and "year" in pattern:
            continue
        pattern = pattern.replace(part, meaning, 1)
    for part, name in (("hh", "hour"), ("mm", "minute"), ("ss", "second")):
        pattern = pattern.replace(part, f"(?P<{name}>[0-9]{{2}})", 1)
    return re.compile(pattern, re.ASCII)


@functools.lru_cache(maxsize=4096)
def printed_day(text: str, layout: str) -> date | None:
    """Return the day printed by *layout*, or none where it is not one; two-digit years are 20YY."""
    found = day_pattern(layout).fullmatch(text)
    if found is None:
        return None
    year, day = int(found["year"]), int(found["day"])
    named = found["month"]
    try:
        month = int(named) if named.isdigit() else _MONTHS.index(named) + 1
        return date(year if len(found["year"]) == 4 else 2000 + year, month, day)  # noqa: PLR2004 - YYYY
    except ValueError:
        return None
