"""Suggestions: where an item of suspense may belong, and why. They are shown to people and never applied by themselves."""

from __future__ import annotations

import enum
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen

MOST: Final = 5
"""The most suggestions for one item."""

Account = tuple[str, str]
"""A fund and an account reference of it."""

_SHORTEST_WORD = 5
_MOST_WORDS = 6
_SHORTEST_NAME = 3


class Strength(enum.Enum):
    """How much speaks for a suggestion."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"

    @property
    def weight(self) -> int:
        """What it counts beside others: two of one kind are less than one of the next."""
        return {Strength.STRONG: 9, Strength.FAIR: 3, Strength.WEAK: 1}[self]


class Ground(enum.Enum):
    """Why an account is suggested."""

    VALID_IN_ONE_FUND = "valid_in_one_fund"
    REFERENCE_IN_NARRATIVE = "reference_in_narrative"
    NEARLY_AN_ACCOUNT = "nearly_an_account"
    PAID_THERE_BEFORE = "paid_there_before"
    SAME_AMOUNT = "same_amount"
    BALANCE_EQUALS = "balance_equals"
    SURNAME_IN_NARRATIVE = "surname_in_narrative"


@frozen(kw_only=True)
class Evidence:
    """One ground for an account: how strong it is, and what was found, in a sentence."""

    account: Account
    ground: Ground
    strength: Strength
    said: str


@frozen(kw_only=True)
class Suggestion:
    """An account that an item may belong to.

    Attributes:
        grounds: Why, the strongest first.
        rank: Its place, from 1; equals share one, and are `tied`: nothing tells them apart.
    """

    account: Account
    strength: Strength
    grounds: tuple[Evidence, ...]
    rank: int
    tied: bool


def ranked(found: Iterable[Evidence]) -> tuple[list[Suggestion], int]:
    """Return the accounts that most speaks for, at most five, and how many more are equal to the last of them."""
    by_account: dict[Account, dict[Ground, Evidence]] = {}
    for each in found:
        grounds = by_account.setdefault(each.account, {})
        if each.ground not in grounds or grounds[each.ground].strength.weight < each.strength.weight:
            grounds[each.ground] = each
    scores = {
        account: sum(each.strength.weight for each in grounds.values())
        for account, grounds in by_account.items()
    }
    order = sorted(scores, key=lambda account: (-scores[account], account))
    made = [
        Suggestion(
            account=account, strength=_strength(scores[account]), rank=1 + sum(other > scores[account] for other in scores.values()),
            grounds=tuple(sorted(by_account[account].values(), key=lambda each: (-each.strength.weight, each.ground.value))),
            tied=list(scores.values()).count(scores[account]) > 1,
        )
        for account in order[:MOST]
    ]  # fmt: skip
    hidden = (
        sum(scores[account] == scores[order[MOST - 1]] for account in order[MOST:])
        if len(order) > MOST
        else 0
    )
    return made, hidden


def nearly(reference: str) -> Iterator[str]:
    """Yield what a reference may have been meant as: one digit wrong, or two neighbours the wrong way round."""
    for place, symbol in enumerate(reference):
        if symbol.isascii() and symbol.isdigit():
            yield from (
                reference[:place] + digit + reference[place + 1 :]
                for digit in "0123456789"
                if digit != symbol
            )
    for place, (first, second) in enumerate(itertools.pairwise(reference)):
        if first != second:
            yield reference[:place] + second + first + reference[place + 2 :]


def words_like_references(*texts: str) -> list[str]:
    """Return the words of texts that may be mistyped references: those with most digits, a few of them."""
    words = {word for text in texts for word in re.findall(r"[A-Za-z0-9]+", text, re.ASCII)}
    likely = [word for word in words if len(word) >= _SHORTEST_WORD and any(map(str.isdigit, word))]
    return sorted(likely, key=lambda word: (-sum(map(str.isdigit, word)), word))[:_MOST_WORDS]


def names_in(text: str) -> frozenset[str]:
    """Return the words of a text that may be surnames, in small letters."""
    words = re.findall(r"[^\W\d_]+(?:['\-][^\W\d_]+)*", text)
    return frozenset(word.casefold() for word in words if len(word) >= _SHORTEST_NAME)


def _strength(score: int) -> Strength:
    if score >= 2 * Strength.FAIR.weight:
        return Strength.STRONG
    return Strength.FAIR if score >= Strength.FAIR.weight else Strength.WEAK
