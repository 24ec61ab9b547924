"""A quick no: which texts cannot hold what a council's own pattern fits, however it is written apart.

RE2 reads the whole text once and answers in a microsecond. What it lets through is looked at closely afterwards.
"""

from __future__ import annotations

import re
from typing import Final

from localgov_ims.domain.patterns import Pattern, compile_pattern

_TOKEN = re.compile(
    r"""(?P<strange>\\[QECx0-9])                                  # quoted runs, bytes, numbers: not taken apart
    |(?P<assertion>\\[AzbB]|[\^$])                                # stands nowhere, so it need not hold
    |(?P<group>\(\?(?:P?<\w+>|[imsU-]*[:)])|[()|]|[*+?]|\{\d+(?:,\d*)?\})
    |(?P<atom>\\[pP](?:\{\^?\w+\}|\w)|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|.)""",
    re.VERBOSE | re.DOTALL,
)
_LONGEST: Final = 5000  # a pattern of 100 characters, each written out with what may join it


def prefilter(regex: str, joiners: str) -> Pattern | None:
    """Return what fits in every text in which *regex* fits letters and digits that *joiners* may stand between.

    It is searched for in bytes of ASCII, whatever their case. None where the pattern is too strange to take apart.
    """
    between = f"[{re.escape(joiners)}]*"
    tokens = list(_TOKEN.finditer(regex))
    if any(token.lastgroup == "strange" for token in tokens):
        return None
    apart = "".join(_apart(token, between) for token in tokens)
    try:
        return compile_pattern(
            f"(?:^|[^A-Za-z0-9])(?:{apart})(?:$|[^A-Za-z0-9])", longest=_LONGEST, ignore_case=True
        )
    except ValueError:
        return None  # it grew too large for RE2: every text is looked at closely


def _apart(token: re.Match[str], between: str) -> str:
    if token.lastgroup == "atom":
        return f"(?:{token.group()}{between})"
    # An assertion is left out, as an empty group: without it more fits, never less.
    return "(?:)" if token.lastgroup == "assertion" else token.group()
