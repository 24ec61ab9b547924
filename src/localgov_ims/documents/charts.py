"""Charts as inline SVG: no script, nothing loaded from elsewhere, and always a table of the same figures beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from attrs import frozen

_LABELS, _BARS, _VALUES, _ROW, _BAR = 168, 360, 132, 26, 16
_LEAST = 2


@frozen
class Bar:
    """A bar: what it is, how long it is (never below nothing), what is written behind it."""

    label: str
    size: int
    written: str
    below: bool = False


def bars(title: str, given: Sequence[Bar]) -> str:
    """Draw horizontal bars in one scale; those that are *below* nothing are hollow, so that colour is not needed."""
    width, height = _LABELS + _BARS + _VALUES, _ROW * len(given)
    return "".join(
        [
            f'<svg class="chart" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
            f"<title>{escape(title)}</title>",
            *_drawn(given),
            "</svg>",
        ]
    )


def _drawn(given: Sequence[Bar]) -> Iterator[str]:
    longest = max((bar.size for bar in given), default=0)
    for place, bar in enumerate(given):
        y = place * _ROW
        middle = y + _ROW // 2 + 4
        # Whole units: a picture may round what the table beside it says exactly.
        long = max(bar.size * _BARS // longest, _LEAST) if bar.size and longest else 0
        kind = "below" if bar.below else "bar"
        yield f'<text x="{_LABELS - 8}" y="{middle}" text-anchor="end">{escape(bar.label)}</text>'
        if long:
            yield f'<rect x="{_LABELS}" y="{y + (_ROW - _BAR) // 2}" width="{long}" height="{_BAR}" class="{kind}"/>'
        yield f'<text x="{_LABELS + long + 6}" y="{middle}">{escape(bar.written)}</text>'
