"""Files as accidents and enemies leave them: a good one with pieces lost, doubled, moved and replaced."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

_PIECES: Final = (
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n\n", b'"', b"'", b"<", b">", b"&", b"]]>", b"<!--", b"<![CDATA[",
    b"<!DOCTYPE x>", b"&#0;", b"&x;", b",", b"/", b":", b"-", b"--", b"-}", b"88,", b":61:", b":20:", b"NaN", b"1E9", b"-0",
    b"9" * 40, b"0", b"2026-02-30", b"999999", b"\xc3", b"\xe2\x82\xac", b"\x81", "\u0661\u0662".encode(), b" " * 300,
)  # fmt: skip
"""What readers have stumbled over: marks of their formats, and values that are none."""


@st.composite
def mangled(draw: st.DrawFn, data: bytes) -> bytes:
    """Draw *data* with up to eight edits: a piece cut out, written twice, moved elsewhere or replaced."""
    for _ in range(draw(st.integers(1, 8))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 60)))
        cut, rest = data[start:end], data[:start] + data[end:]
        to = draw(st.integers(0, len(rest)))
        match draw(st.sampled_from(("replace", "lose", "double", "move", "end"))):
            case "replace":
                piece = draw(st.sampled_from(_PIECES) | st.binary(max_size=4))
                data = data[:start] + piece + data[end:]
            case "lose":
                data = rest
            case "double":
                data = data[:to] + cut + data[to:]
            case "move":
                data = rest[:to] + cut + rest[to:]
            case _:
                data = data[:start]
    return data
