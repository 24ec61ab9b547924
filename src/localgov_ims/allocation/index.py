"""Finding the rules that may hold of a row without asking them all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from localgov_ims.allocation.keys import Clause, Key, Kind, cost
from localgov_ims.allocation.values import Seen, text_getter
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.pattern_sets import PatternSet

Found = tuple[int, ...]
"""Numbers of clauses; one may stand there twice."""

_REMEMBERED: Final = 10_000
_Begins = tuple[tuple[Callable[[str], object] | None, int], ...]


class Look:
    """What one field is looked up in.

    Attributes:
        find: Returns the clauses that a text of the field meets, or none.
    """

    __slots__ = (
        "_after",
        "_before",
        "_by_pattern",
        "_equal",
        "_fold",
        "_patterns",
        "_remembered",
        "field",
        "find",
    )

    def __init__(self, field: str, pairs: Sequence[tuple[Key, int]], *, fold: bool) -> None:
        """Sort keys of one field by their kind."""
        self.field, self._fold = field, fold
        self._equal = _table((key.text, number) for key, number in pairs if key.kind is Kind.EQUAL)
        self._before = _beginnings(pairs)
        self._after = _endings(pairs)
        by_pattern = _table((key.text, number) for key, number in pairs if key.kind is Kind.PATTERN)
        self._by_pattern = list(by_pattern.values())
        self._patterns = PatternSet(list(by_pattern)) if by_pattern else None
        self._remembered: dict[str, Found] = {}
        self.find: Callable[[str], Found | None] = self._numbers
        if self._patterns is not None:
            self.find = self._known
        elif not (self._before or self._after or fold):
            self.find = self._equal.get

    def _known(self, text: str) -> Found:
        # The same words come again and again in a file, and patterns are the dearest thing to look for.
        known = self._remembered.get(text)
        if known is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            known = self._remembered[text] = self._numbers(text)
        return known

    def _numbers(self, text: str) -> Found:
        if self._fold:
            text = text.casefold()
        found = self._equal.get(text, ())
        for length, begins in self._before.get(text[:1], ()):
            for fits, number in begins.get(text[:length], ()):
                if fits is None or fits(text):
                    found += (number,)
        for length, ends in self._after:
            found += ends.get(text[-length:], ())
        if self._patterns is not None:
            found += tuple(n for at in sorted(self._patterns.fitting(text)) for n in self._by_pattern[at])
        return found


class Index:
    """Rules by what a row must hold for them to have a chance.

    A clause that many rules share is looked for once. `always` are the rules of which nothing simple can be told
    beforehand; they are asked about every row.
    """

    def __init__(self, wanted: Mapping[int, Sequence[Clause]], always: Iterable[int]) -> None:
        """Sort the clauses of rules, by number, into what each field is looked up in."""
        self.always = tuple(always)
        numbers: dict[Clause, int] = {}
        wants = {
            rule: frozenset(numbers.setdefault(clause, len(numbers)) for clause in clauses)
            for rule, clauses in wanted.items()
        }
        shared = Counter(number for own in wants.values() for number in own)
        by_number = {number: clause for clause, number in numbers.items()}
        # Each rule is found by the clause that fewest others have, and then must have its others found too.
        self._rules: dict[int, list[tuple[int, frozenset[int]]]] = {}
        for rule, own in wants.items():
            first = min(own, key=lambda number: (shared[number], cost(by_number[number]), number))
            self._rules.setdefault(first, []).append((rule, own - {first}))
        by_field: dict[tuple[str, bool], list[tuple[Key, int]]] = {}
        for clause, number in numbers.items():
            for key in clause:
                by_field.setdefault((key.field, key.fold), []).append((key, number))
        self.looks = tuple(Look(field, pairs, fold=fold) for (field, fold), pairs in by_field.items())
        self._getters = [_getter(look.field) for look in self.looks]

    def found(self, seen: Seen, row: IncomeRow) -> list[Found]:
        """Return what each look finds of a row."""
        return [look.find(get(seen, row)) or () for look, get in zip(self.looks, self._getters, strict=True)]

    def again(self, found: list[Found], changed: Collection[str], seen: Seen) -> bool:
        """Look again in *found* where rules have changed a field, and tell whether that was anywhere."""
        looked = False
        for at, look in enumerate(self.looks):
            if look.field in changed:
                found[at] = look.find(seen[look.field]) or ()
                looked = True
        return looked

    def numbers(self, found: list[Found]) -> Sequence[int]:
        """Return the rules to ask, in order, each once."""
        clauses = set().union(*found)
        rules = [
            rule for clause in clauses for rule, others in self._rules.get(clause, ()) if others <= clauses
        ]
        return sorted((*rules, *self.always)) if rules else self.always


def _getter(field: str) -> Callable[[Seen, IncomeRow], str]:
    get = text_getter(field)
    assert get is not None  # noqa: S101 - a key has a field of text
    return get


def _table(pairs: Iterable[tuple[str, int]]) -> dict[str, Found]:
    table: dict[str, Found] = {}
    for text, number in pairs:
        table[text] = (*table.get(text, ()), number)
    return table


def _beginnings(pairs: Sequence[tuple[Key, int]]) -> dict[str, list[tuple[int, dict[str, _Begins]]]]:
    """Return, by the first character and then by length, what texts begin with, and what then must fit them."""
    found: dict[str, dict[int, dict[str, _Begins]]] = {}
    for key, number in pairs:
        if key.kind in {Kind.PREFIX, Kind.PLAIN}:
            fits = re.compile(key.pattern, re.ASCII).fullmatch if key.kind is Kind.PLAIN else None
            table = found.setdefault(key.text[0], {}).setdefault(len(key.text), {})
            table[key.text] = (*table.get(key.text, ()), (fits, number))
    return {first: sorted(by_length.items(), key=lambda each: each[0]) for first, by_length in found.items()}


def _endings(pairs: Sequence[tuple[Key, int]]) -> list[tuple[int, dict[str, Found]]]:
    ends = [(key.text, number) for key, number in pairs if key.kind is Kind.SUFFIX]
    lengths = sorted({len(text) for text, _ in ends})
    return [(n, _table((text, number) for text, number in ends if len(text) == n)) for n in lengths]
