"""A few open records, and the rules run over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from attrs import field, frozen
from tests.builders import DAY

from localgov_ims.reconciliation.engine import Matcher, Miss, Pair
from localgov_ims.reconciliation.kinds import GROUPS
from localgov_ims.reconciliation.recognisers import Recogniser, Sign
from localgov_ims.reconciliation.rules import MatchRule
from localgov_ims.reconciliation.shipped import SHIPPED
from localgov_ims.reconciliation.snapshot import RECORDS, columns_of

RULES = {rule.name: rule for rule in SHIPPED}
SAID = sorted(GROUPS - {"source", "transfer"})

RECOGNISERS = tuple(
    Recogniser(
        name=f"{source}-{sign.value}", sign=sign, source=source,
        text=rf"^{source}\b" + "".join(rf"(?: {name}=(?P<{name}>\w+))?" for name in SAID) + "$",
    )
    for source in ("cardco", "allpay", "dd") for sign in Sign
)  # fmt: skip
"""What a line says of itself in these tests: its source, and groups by their names."""


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
        """The record as the matcher loads it."""
        own = dict(self.columns)
        if self.kind == "line" and "source" in own:
            own["text"] = " ".join([own["source"], *(f"{name}={own[name]}" for name in SAID if name in own)])
        return (
            self.id,
            DAY + timedelta(days=self.day),
            self.pence,
            *(own.get(name) for name in columns_of(self.kind)[3:]),
        )


def _open(kind: str, n: int, day: int, pence: int, texts: Sequence[str], columns: dict[str, str]) -> Open:
    id_ = UUID(int=list(RECORDS).index(kind) * 1000 + n)
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
    for name in RECORDS:
        own = [record for record in every if record.kind == name]
        if own:
            matcher.load(name, [record.row for record in own])
        part = {"line": "text_reference", "receipt": "account_reference"}.get(name)
        texts = [(record.id, text, f"~{text}") for record in own for text in record.texts]
        if part is not None and texts:
            matcher.load_part(name, part, texts)
    matcher.name_lines(RECOGNISERS)
    return matcher


def found(matcher: Matcher, rule: MatchRule) -> list[Pair]:
    """Run a rule, and return its pairs."""
    matcher.run(rule)
    return list(matcher.pairs())


def pairs(rule: MatchRule | str, *records: Open) -> list[Pair]:
    """Return what one rule pairs of *records*."""
    with Matcher() as matcher:
        return found(loaded(matcher, records), RULES[rule] if isinstance(rule, str) else rule)


def matched(rule: MatchRule | str, *records: Open) -> set[tuple[int, int]]:
    """Return the numbers of what one rule pairs of *records*."""
    return {(number(pair.left), number(pair.right)) for pair in pairs(rule, *records)}


def number(digits: str) -> int:
    """Return which record of its kind has an identifier."""
    return int(digits, 16) % 1000


def missed(rule: MatchRule | str, *records: Open) -> list[Miss]:
    """Return the nearest misses of one rule, after it has run."""
    used = RULES[rule] if isinstance(rule, str) else rule
    with Matcher() as matcher:
        loaded(matcher, records).run(used)
        return matcher.misses(used)


def suggested(*records: Open) -> list[Pair]:
    """Return what all the shipped rules together suggest of *records*."""
    with Matcher() as matcher:
        loaded(matcher, records)
        for rule in SHIPPED:
            matcher.run(rule)
        return matcher.suggestions()
