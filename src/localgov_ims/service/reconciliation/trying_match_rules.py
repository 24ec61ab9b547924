"""Trying match rules: what they would match and suggest of what is open now, beside the rules in force; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import evolve, frozen

from localgov_ims.domain.permissions import Permission
from localgov_ims.reconciliation.findings import Pair
from localgov_ims.reconciliation.rules import MatchRule
from localgov_ims.reconciliation.shipped import in_order
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_reading
from localgov_ims.service.reconciliation.open_items import load_open_items, new_matcher


@frozen(kw_only=True)
class Found:
    """What rules find of what is open: pairs that would be matched, and pairs that would be suggested first."""

    certain: tuple[Pair, ...]
    suggested: tuple[Pair, ...]


@frozen(kw_only=True)
class MatchTrial:
    """What would change: pairs that only the rules in force find, and pairs that only the others find."""

    before: Found
    after: Found

    @property
    def gone(self) -> list[Pair]:
        """The pairs that would be matched no more."""
        return _besides(self.before.certain, self.after.certain)

    @property
    def new(self) -> list[Pair]:
        """The pairs that would be matched besides."""
        return _besides(self.after.certain, self.before.certain)


def try_match_rules(installation: Installation, own: Iterable[MatchRule]) -> MatchTrial:
    """Run the rules in force, and then those that would be with a council's *own*, over one and the same set of records.

    Raises:
        NotPermitted: The permission match.run is missing.
    """
    permit_reading(installation, Permission.MATCH_RUN)
    mine = list(own)
    named = {rule.name for rule in mine}
    others = [rule for rule in installation.council.match_rules if rule.name not in named]
    return MatchTrial(
        before=_found(installation, installation.council.match_rules),
        after=_found(installation, in_order([*others, *mine])),
    )


def _found(installation: Installation, rules: Sequence[MatchRule]) -> Found:
    council = evolve(installation.council, match_rules=tuple(rules))
    certain: list[Pair] = []
    with new_matcher(council) as matcher:
        load_open_items(installation, matcher)
        for rule in rules:
            if rule.enabled and matcher.run(rule):
                certain += matcher.pairs()
        suggested = [pair for pair in matcher.suggestions() if pair.rank == 1]
    return Found(certain=tuple(certain), suggested=tuple(suggested))


def _besides(pairs: Iterable[Pair], others: Iterable[Pair]) -> list[Pair]:
    known = {_key(pair) for pair in others}
    return [pair for pair in pairs if _key(pair) not in known]


def _key(pair: Pair) -> tuple[str, str, str]:
    return pair.left, pair.right, pair.rule.role
