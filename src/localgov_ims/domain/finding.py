"""Finding account references in free text: one format or many, one text or a million.

A reference may be written in up to four runs of letters and digits, joined by a space, dash, slash or full stop:
`12345678-9`, `123 456 789`. Signs that stand in a format's valid examples join its runs too, and it may have as many
runs as they have. A run that is a reference by itself is never joined to its neighbours, and runs joined into one
reference serve no other; of several readings the one from the earliest run counts, of those the shortest. What is
written with signs is read as it stands where its format allows that, else without them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice
from typing import TYPE_CHECKING, NamedTuple

from localgov_ims.domain.masks import ALPHANUMERIC, one_of
from localgov_ims.domain.prefilters import prefilter

if TYPE_CHECKING:
    from localgov_ims.domain.references import AccountReference, ReferenceFormat

_JOINERS = " -/."
_WITHOUT_JOINERS = str.maketrans("", "", _JOINERS)
_MOST_RUNS = 4  # written apart at most as 123 456 789 0
_RUN = re.compile(r"[A-Za-z0-9]+")
_BETWEEN = re.compile(r"(?<=[A-Za-z0-9])[^A-Za-z0-9]+(?=[A-Za-z0-9])")
_NOWHERE = re.compile("(?!)")
_BEGINS = r"(?<![A-Za-z0-9].)"  # behind the first character, so that the search may skip to that one
_ENDS = r"(?![A-Za-z0-9])"
_BLOCK = 1000
_APART = "\n"  # between texts that are searched together; joins nothing, for only printable signs do

_Window = tuple[int, int]


class Found(NamedTuple):
    """A reference in a text: the name of its format, what is written, and what it is read as."""

    format: str
    written: str
    reference: AccountReference


class Finder:
    """Finds the references of any number of formats; compiled once, used for many texts.

    It takes time linear in the text. Where several formats are asked, each is found as if it were alone.
    """

    def __init__(self, formats: Iterable[ReferenceFormat]) -> None:
        """Compile what is needed to find references of *formats*."""
        self._searches = tuple(map(_Search, formats))

    def find(self, text: str) -> Iterator[Found]:
        """Yield the references in *text*, by format, of each those in one run first."""
        for search in self._searches:
            yield from search.settled(text, search.windows(text))

    def find_all(self, texts: Iterable[str]) -> Iterator[list[Found]]:
        """Yield for each of *texts*, in order, what `find` finds in it; in about two thirds of the time.

        Texts are taken in blocks of a thousand, so that any number of them may pass through.
        """
        waiting = iter(texts)
        while block := list(islice(waiting, _BLOCK)):
            together = _APART.join(block)
            ends = list(accumulate(len(text) + len(_APART) for text in block))
            found: list[list[Found]] = [[] for _ in block]
            for search in self._searches:
                by_text: dict[int, list[_Window]] = {}
                for window in search.windows(together):
                    by_text.setdefault(bisect_right(ends, window[0]), []).append(window)
                for index, inside in by_text.items():
                    found[index] += search.settled(together, inside)
            yield from found


class _Search:
    """The search for one format: windows of a text that may be a reference, and which of them are."""

    def __init__(self, format_: ReferenceFormat) -> None:
        gaps = {gap for example in format_.valid for gap in _BETWEEN.findall(example)}
        gaps = {gap for gap in gaps if gap.isprintable()}
        self._most_runs = max([_MOST_RUNS, *(len(_RUN.findall(example)) for example in format_.valid)])
        places = format_.places()
        admitted = frozenset().union(*places) if places is not None else format_.allowed
        self._format = format_
        self._with_signs = not admitted <= ALPHANUMERIC
        self._fixed = places is not None and not self._with_signs
        if places is not None and self._fixed:
            self._pattern = _of_places(places)
            self._longest = len(places) + self._most_runs - 1
        else:
            self._pattern = _of_clusters(admitted & ALPHANUMERIC, {*_JOINERS, *gaps})
        self._prefilter = prefilter(format_.regex, _JOINERS) if format_.regex and not self._fixed else None

    def windows(self, text: str) -> list[_Window]:
        """Return where a reference may stand, by beginning and then by end."""
        found = self._pattern.finditer(text)
        if self._fixed:
            return [(match.start(), match.end(1)) for match in found]
        hopeful = (
            cluster for cluster in found
            if self._prefilter is None or self._prefilter.search(cluster.group().encode()) is not None
        )  # fmt: skip
        return [window for cluster in hopeful for window in self._inside(text, *cluster.span())]

    def settled(self, text: str, windows: Sequence[_Window]) -> list[Found]:
        """Return what is found in the windows of one text, single runs first; none shares a run with another."""
        if len(windows) == 1:  # as nearly always: nothing to weigh against it
            found = self._read(text[slice(*windows[0])])
            return [found] if found is not None else []
        settled: list[Found] = []
        taken: set[int] = set()
        for start, end in sorted(windows, key=lambda window: not text[slice(*window)].isalnum()):
            if taken.isdisjoint(range(start, end)) and (found := self._read(text[start:end])) is not None:
                settled.append(found)
                taken.update(range(start, end))
        return settled

    def _inside(self, text: str, start: int, end: int) -> Iterator[_Window]:
        runs = [run.span() for run in _RUN.finditer(text, start, end)]
        for first, (begin, _) in enumerate(runs):
            size = 0
            for run_start, run_end in runs[first : first + self._most_runs]:
                size += run_end - run_start
                if size > self._format.max_length:
                    break
                if run_end - begin >= self._format.min_length:
                    yield begin, run_end

    def _read(self, written: str) -> Found | None:
        read = self._format.read
        if written.isalnum():
            reference = read(written)
        elif self._fixed and len(written) > self._longest:
            return None
        else:
            as_it_stands = read(written) if self._with_signs else None
            reference = as_it_stands or read(written.translate(_WITHOUT_JOINERS))
        return Found(self._format.name, written, reference) if reference is not None else None


def _of_places(places: Sequence[frozenset[str]]) -> re.Pattern[str]:
    """Compile the search for references of one length; its group 1 ends where a reference does."""
    joiner = f"[{re.escape(_JOINERS)}]?"
    first, *rest = map(one_of, places)
    # Looked ahead to, for one may begin within another.
    return re.compile(f"{first}{_BEGINS}(?={''.join(joiner + one for one in rest)}{_ENDS}())", re.DOTALL)


def _of_clusters(characters: frozenset[str], gaps: set[str]) -> re.Pattern[str]:
    """Compile the search for runs of *characters*, as many as *gaps* join."""
    if not characters:
        return _NOWHERE
    one = one_of(characters)
    joined = "|".join(re.escape(gap) for gap in sorted(gaps, key=lambda gap: (-len(gap), gap)))
    return re.compile(f"{one}{_BEGINS}{one}*+{_ENDS}(?:(?:{joined}){one}++{_ENDS})*+", re.DOTALL)
