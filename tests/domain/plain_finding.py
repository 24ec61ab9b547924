"""Finding references as plainly as it can be said: what the quick search must agree with, to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from localgov_ims.domain.references import AccountReference, ReferenceFormat

JOINERS = frozenset(" -/.")
RUN = re.compile(r"[A-Za-z0-9]+")
MOST_RUNS = 4


def find_plainly(format_: ReferenceFormat, text: str) -> Iterator[tuple[str, AccountReference]]:
    """Yield each reference in *text*, as written and as read: every window of runs is tried, shortest first."""
    runs = [run.span() for run in RUN.finditer(text)]
    gaps, most = signs_of(format_)
    taken: set[int] = set()
    for i, (start, end) in enumerate(runs):
        if (reference := format_.read(text[start:end])) is not None:
            taken.add(i)
            yield text[start:end], reference
    for first in range(len(runs)):
        for last in range(first + 1, min(first + most, len(runs))):
            gap = text[runs[last - 1][1] : runs[last][0]]
            if last - 1 in taken or last in taken or gap not in gaps:
                break
            written = text[runs[first][0] : runs[last][1]]
            if sum(end - start for start, end in runs[first : last + 1]) > format_.max_length:
                break
            joined = "".join(symbol for symbol in written if symbol not in JOINERS)
            reference = format_.read(written) or format_.read(joined)
            if reference is not None:
                taken.update(range(first, last + 1))
                yield written, reference
                break


def signs_of(format_: ReferenceFormat) -> tuple[set[str], int]:
    """Return what may stand between two runs of a reference, and how many runs it may have, by its examples."""
    gaps, most = set(JOINERS), MOST_RUNS
    for example in format_.valid:
        runs = [run.span() for run in RUN.finditer(example)]
        most = max(most, len(runs))
        between = {example[left[1] : right[0]] for left, right in pairwise(runs)}
        gaps |= {gap for gap in between if gap.isprintable()}
    return gaps, most
