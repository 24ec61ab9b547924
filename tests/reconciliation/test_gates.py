"""Precision and recall of each rule on an invented quarter with decoys, mistyped references and equal instalments."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from tests.reconciliation.snapshot import Open, bank, receipt
from tests.reconciliation.test_extracting import NINE

from localgov_ims.domain.references import AccountReference
from localgov_ims.reconciliation.engine import Matcher
from localgov_ims.reconciliation.shipped import SHIPPED

Truth = dict[int, int]
"""Which receipt each line is, by their numbers."""


def accounts(draw: random.Random, number: int) -> list[str]:
    """Draw account references that pass their check digit."""
    made: list[str] = []
    while len(made) < number:
        stem = f"{draw.randrange(10**8):08d}"
        made += [stem + digit for digit in "0123456789" if NINE.accepts(stem + digit)]
    return made


def written(draw: random.Random, account: str, others: list[str]) -> str:
    """Write a reference as payers do: apart, or beside a number that is no account of ours, one in fifty valid."""
    own = draw.choice([account, f"{account[:8]}-{account[8]}", f"{account[:3]} {account[3:6]} {account[6:]}"])
    decoy = draw.choice(["TEL 123456780 ", f"REF {draw.choice(others)} ", *[""] * 18])
    return f"SMITH {decoy}RENT {own} MR"


def quarter(draw: random.Random) -> Iterator[tuple[str, Open, Open]]:
    """Yield the rule that must find a pair, the line and the receipt; mistyped ones must only be suggested."""
    known = accounts(draw, 260)
    ours, foreign = known[:200], known[200:]
    for n in range(1, 700):
        account, day = draw.choice(ours), draw.randrange(60)
        # A payer's instalments are equal, and stand for each other.
        amount = 1000 + int(account[:5]) % 20_000 if draw.random() < 0.7 else draw.randrange(100, 500_000)
        came = day + draw.randrange(3)
        paid = receipt(n, day, amount, [account], fund="23", reference=f"R{n}")
        if n % 3 == 0:
            yield "reference", bank(n, came, amount, end_to_end=f"R{n}"), paid
        elif n % 20 == 1:
            wrong = account[:4] + str((int(account[4]) + 1) % 10) + account[5:]
            yield "suggested", bank(n, came, amount, text=f"JONES RENT {wrong}"), paid
        elif n % 20 == 2:
            yield "suggested", bank(n, came, amount, text="COUNTER CREDIT"), paid
        else:
            yield "reference-in-text", bank(n, came, amount, text=written(draw, account, foreign)), paid


def test_every_rule_finds_what_it_must_and_nothing_else() -> None:
    every = list(quarter(random.Random(7)))
    twins = {pair[2].id: (*pair[2].texts, pair[2].pence) for pair in every}
    truth = {line.id: (rule, paid) for rule, line, paid in every}
    found: dict[str, int] = defaultdict(int)
    with Matcher([NINE]) as matcher:
        matcher.load("line", [line.row for _, line, _ in every])
        matcher.load("receipt", [paid.row for _, _, paid in every])
        matcher.load_part(
            "receipt", "account_reference", [(p.id, p.texts[0], p.texts[0]) for _, _, p in every]
        )
        matcher.name_lines([])
        for rule in SHIPPED:
            matcher.run(rule)
            for pair in matcher.pairs():
                _, paid = truth[UUID(pair.left)]
                assert twins[UUID(pair.right)] == (*paid.texts, paid.pence), (
                    f"{rule.name} paired two payers' money"
                )
                found[rule.name] += 1
        first = {UUID(pair.left): UUID(pair.right) for pair in matcher.suggestions() if pair.rank == 1}
    wanted: dict[str, list[Open]] = defaultdict(list)
    for rule, line, _ in every:
        wanted[rule].append(line)
    assert found["reference"] == len(wanted["reference"])
    assert found["reference-in-text"] >= 0.98 * len(wanted["reference-in-text"])
    right = sum(twins.get(first.get(line.id)) == twins[truth[line.id][1].id] for line in wanted["suggested"])
    assert right >= 0.9 * len(wanted["suggested"])


def test_the_references_of_this_quarter_are_valid() -> None:
    assert all(isinstance(NINE.read(each), AccountReference) for each in accounts(random.Random(1), 20))
