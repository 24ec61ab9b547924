"""How a reference format can contradict itself: found when it is saved, not when a payer meets it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from localgov_ims.domain.check_digits import CheckDigits, Kind
from localgov_ims.domain.masks import CHECK, symbol_pattern
from localgov_ims.domain.patterns import compile_pattern

if TYPE_CHECKING:
    from localgov_ims.domain.references import ReferenceFormat

LONGEST: Final = 30
"""Back-office systems hold references of at most 30 characters."""

LONGEST_REGEX: Final = 100
_SAMPLES = "".join(map(chr, range(32, 127)))


def contradictions(format_: ReferenceFormat) -> Iterator[str]:
    """Yield each way in which a format cannot mean what it says, as a clause."""
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
    if mask.count(CHECK) > 1:
        yield "its mask has more than one check character (@)"
    if format_.characters is None:
        return
    allowed = compile_pattern(format_.characters.pattern)
    for place, symbol in enumerate(mask, start=1):
        fits = compile_pattern(symbol_pattern(symbol, any_case=format_.any_case))
        if not any(fits.fullmatch(sample) and allowed.fullmatch(sample) for sample in _SAMPLES):
            yield f"its mask's {symbol!r} at {place} admits no {format_.characters.value} character"


def _check_digit_faults(format_: ReferenceFormat, scheme: CheckDigits) -> Iterator[str]:
    if format_.mask is not None and CHECK not in format_.mask:
        yield "it names a check-digit scheme, but its mask has no check character (@)"
        return
    last = format_.max_length - 1
    at = last if format_.mask is None else format_.mask.index(CHECK)
    # Without a mask the last character is checked, wherever a reference ends.
    places = range(format_.min_length - 1, format_.max_length) if format_.mask is None else range(at, at + 1)
    if scheme.kind is Kind.DYNIX:
        if at != last:
            yield "a dynix check character must be the last one"
        if len(scheme.weights) < last:
            yield f"its check-digit scheme has {len(scheme.weights)} weights for {last} characters"
        return
    if len(scheme.weights) < format_.max_length:
        yield f"its check-digit scheme has {len(scheme.weights)} weights for {format_.max_length} characters"
    elif any(scheme.weights[place] for place in places):
        yield "its check character must have the weight 0"
    if len(scheme.prefix_as) > places.start:
        yield "its check-digit scheme's prefix_as reaches the check character"
