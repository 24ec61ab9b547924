"""A few open records, and the rules run over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from attrs import field, frozen
from tests.builders import DAY

from localgov_ims.reconciliation.engine import Matcher, Miss, Pair
from localgov_ims.reconciliation.rules import KINDS, SHIPPED, MatchRule

RULES = {rule.name: rule for rule in SHIPPED}


@frozen(kw_only=True)
class Open:
    """An open record: on `day` days after `DAY`, with what its kind's columns hold."""

    kind: str
    id: UUID
    day: int = 0
    pence: int = 120_00
    columns: dict[str, str] = field(factory=dict)
    texts: tuple[str, ...] = ()

    @property
    def row(self) -> tuple[object, ...]:
        """The record as the matcher loads it: columns in order of their names."""
        ordinal = (DAY + timedelta(days=self.day)).toordinal()
        return (
            self.id,
            ordinal,
            self.pence,
            *(self.columns.get(name) for name in sorted(KINDS[self.kind].columns)),
        )


def _open(kind: str, n: int, day: int, pence: int, texts: Sequence[str], columns: dict[str, str]) -> Open:
    id_ = UUID(int=list(KINDS).index(kind) * 1000 + n)
    return Open(kind=kind, id=id_, day=day, pence=pence, texts=tuple(texts), columns=columns)


def bank(n: int, day: int = 0, pence: int = 120_00, texts: Sequence[str] = (), **columns: str) -> Open:
    """Make the *n*-th open bank line; *texts* are the account references in its narrative."""
    return _open("line", n, day, pence, texts, columns)


def receipt(n: int, day: int = 0, pence: int = 120_00, texts: Sequence[str] = (), **columns: str) -> Open:
    """Make the *n*-th open receipt, which comes to the bank singly; *texts* are its account references."""
    return _open("receipt", n, day, pence, texts, {"banking": "singly"} | columns)


def taken_by_card(
    n: int, day: int = 0, pence: int = 120_00, *, paid_by: str, provider: str = "cardco"
) -> Open:
    """Make the *n*-th open receipt, which a provider pays out."""
    return receipt(n, day, pence, banking="settlement", provider=provider, provider_reference=paid_by)


def payout(n: int, day: int = 0, pence: int = 120_00, *, reference: str, source: str = "cardco") -> Open:
    """Make the *n*-th open settlement."""
    return _open("settlement", n, day, pence, (), {"source": source, "reference": reference})


def paid_out(n: int, day: int = 0, pence: int = 120_00, *, paid_by: str, kind: str = "payment") -> Open:
    """Make the *n*-th open line of a settlement."""
    return _open(
        "settlement_line",
        n,
        day,
        pence,
        (),
        {"source": "cardco", "kind": kind, "provider_reference": paid_by},
    )


def loaded(matcher: Matcher, records: Iterable[Open]) -> Matcher:
    """Load *records*, those of a kind in the order given, with their texts."""
    every = list(records)
    for name, kind in KINDS.items():
        own = [record for record in every if record.kind == name]
        if own:
            matcher.load(name, [record.row for record in own])
        for part in kind.parts:
            texts = [(record.id, text, f"~{text}") for record in own for text in record.texts]
            if texts:
                matcher.load_part(name, part, texts)
    return matcher


def pairs(rule: MatchRule | str, *records: Open) -> list[Pair]:
    """Return what one rule pairs of *records*."""
    with Matcher() as matcher:
        return loaded(matcher, records).run(RULES[rule] if isinstance(rule, str) else rule)


def matched(rule: MatchRule | str, *records: Open) -> set[tuple[int, int]]:
    """Return the numbers of what one rule pairs of *records*."""
    return {(pair.left.int % 1000, pair.right.int % 1000) for pair in pairs(rule, *records)}


def missed(rule: MatchRule | str, *records: Open) -> list[Miss]:
    """Return the nearest misses of one rule, after it has run."""
    used = RULES[rule] if isinstance(rule, str) else rule
    with Matcher() as matcher:
        loaded(matcher, records).run(used)
        return matcher.misses(used)
