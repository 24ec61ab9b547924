"""Finding the rules that may hold of a row without asking them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from localgov_ims.allocation.keys import Clause, Key, Kind, cost
from localgov_ims.allocation.values import Seen, text_getter
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.pattern_sets import PatternSet, fitter

Found = tuple[int, ...]
"""Numbers of clauses; one may stand there twice."""

_REMEMBERED: Final = 10_000
_Asked = tuple[tuple[Callable[[str], bool], int], ...]


class Look:
    """What one field is looked up in: `numbers` returns the clauses that its text meets."""

    __slots__ = (
        "_after",
        "_before",
        "_by_pattern",
        "_equal",
        "_fold",
        "_patterns",
        "_plain",
        "_remembered",
        "field",
    )

    def __init__(self, field: str, pairs: Sequence[tuple[Key, int]], *, fold: bool) -> None:
        """Sort keys of one field by their kind."""
        self.field, self._fold = field, fold
        self._equal = _table((key.text, number) for key, number in pairs if key.kind is Kind.EQUAL)
        self._before = _by_length(pairs, Kind.PREFIX)
        self._after = _by_length(pairs, Kind.SUFFIX)
        self._plain = _plain_by_length(pairs)
        by_pattern = _table((key.text, number) for key, number in pairs if key.kind is Kind.PATTERN)
        self._by_pattern = list(by_pattern.values())
        self._patterns = PatternSet(list(by_pattern)) if by_pattern else None
        self._remembered: dict[str, Found] = {}

    def numbers(self, text: str) -> Found:
        """Return the clauses that a text of the field meets."""
        if self._fold:
            text = text.casefold()
        found = self._equal.get(text, ())
        for length, table in self._before:
            if more := table.get(text[:length]):
                found += more
        for length, asked in self._plain:
            for fits, number in asked.get(text[:length], ()):
                if fits(text):
                    found += (number,)
        for length, table in self._after:
            if more := table.get(text[-length:]):
                found += more
        return found if self._patterns is None else found + self._fitting(text, self._patterns)

    def _fitting(self, text: str, patterns: PatternSet) -> Found:
        # The same words come again and again in a file, and patterns are the dearest thing to look for.
        known = self._remembered.get(text)
        if known is None:
            known = tuple(number for at in sorted(patterns.fitting(text)) for number in self._by_pattern[at])
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[text] = known
        return known


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
        return [look.numbers(get(seen, row)) for look, get in zip(self.looks, self._getters, strict=True)]

    def again(self, found: list[Found], changed: Collection[str], seen: Seen) -> bool:
        """Look again in *found* where rules have changed a field, and tell whether that was anywhere."""
        looked = False
        for at, look in enumerate(self.looks):
            if look.field in changed:
                found[at] = look.numbers(seen[look.field])
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


def _by_length(pairs: Sequence[tuple[Key, int]], kind: Kind) -> list[tuple[int, dict[str, Found]]]:
    ends = [(key.text, number) for key, number in pairs if key.kind is kind]
    lengths = sorted({len(text) for text, _ in ends})
    return [(n, _table((text, number) for text, number in ends if len(text) == n)) for n in lengths]


def _plain_by_length(pairs: Sequence[tuple[Key, int]]) -> list[tuple[int, dict[str, _Asked]]]:
    tables: dict[int, dict[str, _Asked]] = {}
    for key, number in pairs:
        if key.kind is Kind.PLAIN:
            table = tables.setdefault(len(key.text), {})
            table[key.text] = (*table.get(key.text, ()), (fitter(key.pattern), number))
    return sorted(tables.items(), key=lambda item: item[0])
