"""How a reference format can contradict itself: found when it is saved, not when a payer meets it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from localgov_ims.domain.check_digits import CheckDigits, Kind
from localgov_ims.domain.masks import CHECK
from localgov_ims.domain.patterns import compile_pattern

if TYPE_CHECKING:
    from localgov_ims.domain.references import ReferenceFormat

LONGEST: Final = 30
"""Back-office systems hold references of at most 30 characters."""

LONGEST_REGEX: Final = 100
LONGEST_NAME: Final = 30


def contradictions(format_: ReferenceFormat) -> Iterator[str]:
    """Yield each way in which a format cannot mean what it says, as a clause."""
    if len(format_.name) > LONGEST_NAME:
        yield f"its name has {len(format_.name)} characters; {LONGEST_NAME} are allowed"
    if not 1 <= format_.min_length <= format_.max_length <= LONGEST:
        span = f"{format_.min_length} to {format_.max_length}"
        yield f"its lengths must be 1 to {LONGEST}, the shortest first, not {span}"
    if format_.regex is not None:
        yield from _regex_faults(format_.regex)
    if format_.mask is not None:
        yield from _mask_faults(format_, format_.mask)
    if format_.check_digit is not None:
        yield from _check_digit_faults(format_, format_.check_digit)
    elif format_.mask is not None and CHECK in format_.mask:
        yield "its mask has a check character (@), but it names no check-digit scheme"
    if not format_.valid:
        yield "give at least one valid example"


def _regex_faults(regex: str) -> Iterator[str]:
    try:
        compile_pattern(regex, longest=LONGEST_REGEX)
    except ValueError as error:
        yield str(error)


def _mask_faults(format_: ReferenceFormat, mask: str) -> Iterator[str]:
    if not format_.min_length <= len(mask) <= format_.max_length:
        yield f"its mask has {len(mask)} characters, outside {format_.min_length} to {format_.max_length}"
    wanted = format_.check_digit.kind.length if format_.check_digit is not None else 1
    if mask.count(CHECK) > wanted:
        yield f"its mask has more than {_checks(wanted)}"
    if format_.characters is None:
        return
    for place, (symbol, admitted) in enumerate(zip(mask, format_.mask_places(), strict=True), start=1):
        if admitted.isdisjoint(format_.characters.allowed):
            yield f"its mask's {symbol!r} at {place} admits no {format_.characters.value} character"


def _check_digit_faults(format_: ReferenceFormat, scheme: CheckDigits) -> Iterator[str]:
    wanted = scheme.kind.length
    if format_.mask is not None and format_.mask.count(CHECK) < wanted:
        lack = "no check character (@)" if CHECK not in format_.mask else f"not {_checks(wanted)}"
        yield f"it names a check-digit scheme, but its mask has {lack}"
        return
    last = (format_.max_length if format_.mask is None else len(format_.mask)) - wanted
    at = last if format_.mask is None else format_.mask.index(CHECK)
    if scheme.kind is not Kind.WEIGHTED and at != last:
        which = "character must be the last one" if wanted == 1 else f"characters must be the last {wanted}"
        yield f"a {scheme.kind.value} check {which}"
    if scheme.kind is Kind.DYNIX and len(scheme.weights) < last:
        yield f"its check-digit scheme has {len(scheme.weights)} weights for {last} characters"
    if scheme.kind is Kind.WEIGHTED:
        # Without a mask the last character is checked, wherever a reference ends.
        places = range(format_.min_length - 1, last + 1) if format_.mask is None else range(at, at + 1)
        yield from _weight_faults(scheme, places, len(format_.mask or "") or format_.max_length)


def _weight_faults(scheme: CheckDigits, places: range, longest: int) -> Iterator[str]:
    if len(scheme.weights) < longest:
        yield f"its check-digit scheme has {len(scheme.weights)} weights for {longest} characters"
    elif any(scheme.weights[place] for place in places):
        yield "its check character must have the weight 0"
    if len(scheme.prefix_as) > places.start:
        yield "its check-digit scheme's prefix_as reaches the check character"


def _checks(wanted: int) -> str:
    return "one check character (@)" if wanted == 1 else f"{wanted} check characters (@)"
