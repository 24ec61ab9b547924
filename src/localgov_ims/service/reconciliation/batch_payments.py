"""Payments of batches: the rules that match bank lines with receipts are asked of each payment as well.

One bank line may bring payments whose receipts are here, and others that are nobody's yet. Those that a rule finds are
matched; what is left of the line is booked, or waits in suspense.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import evolve
from sqlalchemy import Connection

from localgov_ims.allocation.outcomes import Allocation
from localgov_ims.domain.finding import Finder
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.statements import BankLine, Detail, StatementLine
from localgov_ims.reconciliation.engine import Matcher
from localgov_ims.reconciliation.findings import Pair
from localgov_ims.reconciliation.matches import PAYMENT, Match
from localgov_ims.reconciliation.recognisers import recognise
from localgov_ims.reconciliation.rules import Mode
from localgov_ims.service.council import Council
from localgov_ims.service.reconciliation.open_items import OpenItems, hand_over, new_matcher
from localgov_ims.storage import match_suggestions, reconciliation, snapshots, transactions

Found = Mapping[int, Sequence[Pair]]
"""What rules found of a batch: by the position of each payment, from 1, its pairs."""

_ASKED_AT_ONCE = 500


def found_in_batches(
    connection: Connection, council: Council, lines: Sequence[StatementLine], said: Collection[str]
) -> Mapping[UUID, Found]:
    """Return what the rules that match lines with receipts find of the payments of batches, by line.

    *lines* are all that are still open: those that nothing recognises are rivals, and a receipt that fits a payment and one
    of them is matched with neither. *said* are those of which a person has said whose they are, as 32 digits.
    """
    batches = [
        line for line in lines
        if line.line.payments and line.id.hex not in said and not recognise(council.recognisers, line)
    ]  # fmt: skip
    rules = [
        rule for rule in council.match_rules
        if rule.enabled and rule.mode is Mode.AUTO and (rule.left, rule.right) == ("line", "receipt")
    ]  # fmt: skip
    if not batches or not rules:
        return {}
    payments = {
        new_id(): (line, position, payment)
        for line in batches
        for position, payment in enumerate(line.line.payments, start=1)
    }
    said_of_them = [payment for _, _, payment in payments.values()]
    amounts = {payment.amount for payment in said_of_them}
    rivals = [
        line for line in lines if line.line.amount in amounts and not recognise(council.recognisers, line)
    ]
    found: dict[UUID, dict[int, list[Pair]]] = defaultdict(lambda: defaultdict(list))
    with new_matcher(council) as matcher:
        matcher.load("line", (_row(id_, line, payment) for id_, (line, _, payment) in payments.items()))
        matcher.load("line", (_row(each.id, each, each.line) for each in rivals))
        _load_receipts(connection, council, matcher, said_of_them)
        _refuse(connection, matcher, {id_: line.id for id_, (line, _, _) in payments.items()})
        for rule in rules:
            for pair in matcher.pairs() if matcher.run(rule) else ():
                if (of := payments.get(UUID(pair.left))) is not None:
                    line, position, _ = of
                    found[line.id][position].append(pair)
    return found


def matches_of(line: StatementLine, found: Found, run: UUID, items: OpenItems) -> list[Match]:
    """Return the Matches of a batch with the receipts of its payments; each says of which payment it is."""
    return [
        Match(
            id=new_id(), run=run, rule=pair.rule.name, rule_version=pair.rule.version, role=pair.rule.role,
            left_kind="line", left=line.id, right_kind="receipt", right=UUID(pair.right), amount=pair.amount,
            evidence={**pair.evidence, PAYMENT: position}, fee=pair.fee, sole=False,
            generation=items.generations.get((pair.rule.role, "right", pair.right), 0),
            left_generation=items.generations.get((pair.rule.role, "left", line.id.hex), 0),
        )
        for position, pairs in sorted(found.items())
        for pair in pairs
    ]  # fmt: skip


def rest_of(line: StatementLine, matched: Collection[int]) -> StatementLine | None:
    """Return what is left of a batch without the payments at some positions: a batch, or one payment; none where nothing is."""
    if not matched:
        return line
    left = [each for position, each in enumerate(line.line.payments, start=1) if position not in matched]
    if not left:
        return None
    amount = Money.total(each.amount or NOTHING for each in left)
    if len(left) > 1:
        return evolve(line, line=evolve(line.line, amount=amount, details=tuple(left)))
    (only,) = left
    own = evolve(
        line.line, amount=amount, references=only.references, counterparty_name=only.counterparty_name,
        counterparty_account=only.counterparty_account, narrative=only.narrative, details=(),
    )  # fmt: skip
    return evolve(line, line=own)


def booked_of(connection: Connection, lines: Iterable[StatementLine]) -> Iterator[StatementLine]:
    """Yield of each line what became income or suspense: all of it, or of a batch what no Match explains."""
    m = reconciliation.live.c
    for line in lines:
        if not line.line.payments:
            yield line
            continue
        rows = connection.execute(
            sa.select(reconciliation.live).where(m.left_kind == "line", m.left_id == line.id)
        )
        evidence = [reconciliation.match(row).evidence for row in rows]
        yield rest_of(line, {int(each[PAYMENT]) for each in evidence if PAYMENT in each}) or line


def told_of_batch(placed: Sequence[Allocation], matched: int) -> str:
    """Return one sentence on a batch: how many payments it has, how many are receipts, and why some are in suspense."""
    count = len(placed) + matched
    held = [each for each in placed if each.reason is not None]
    said = [f"{_of_them(matched, count)} matched with receipts"] if matched else []
    if held:
        reasons = dict.fromkeys(each.reason.sentence for each in held if each.reason is not None)
        said.append(f"{_of_them(len(held), count)} in suspense: {'; '.join(reasons)}")
    if said:
        return f"It is a batch of {count} payments, {', '.join(said)}."
    return f"It is a batch of {count} payments; rules place each of them."


def _of_them(some: int, count: int) -> str:
    return "all of them" if some == count else f"{some} of them"


def _row(id_: UUID, line: StatementLine, said: BankLine | Detail) -> Sequence[object]:
    """Return a line, or a payment of one, in the order of `snapshot.columns_of`."""
    refs, amount = said.references, said.amount or NOTHING
    return (
        id_, line.line.booked_on, amount.pence, line.account, refs.customer, refs.end_to_end, refs.structured,
        line.line.code, said.counterparty_name, said.text, "open",
    )  # fmt: skip


def _load_receipts(
    connection: Connection, council: Council, matcher: Matcher, payments: Sequence[Detail]
) -> None:
    """Hand over those open receipts that a payment names, or whose account it does: no other can fit."""
    t, own = transactions.transactions, transactions.lines
    references = (
        ref
        for each in payments
        for ref in (each.references.end_to_end, each.references.structured, each.references.customer)
    )
    accounts = (
        found.reference.text
        for texts in Finder(council.formats.values()).find_all(each.text for each in payments)
        for found in texts
    )
    fitting = set[UUID]()
    for names in _some(references):
        named = (t.c.reference.in_(names), t.c.payment.in_(names), t.c.provider_reference.in_(names))
        fitting.update(connection.execute(snapshots.open_receipts(sa.or_(*named))).scalars())
    for names in _some(accounts):
        of_them = sa.select(own.c.transaction).where(own.c.account_reference.in_(names))
        fitting.update(connection.execute(snapshots.open_receipts(t.c.id.in_(of_them))).scalars())
    banking = {code: method.banking.value for code, method in council.methods.items()}
    for ids in _some(fitting):
        hand_over(connection, snapshots.receipts_to_match(banking, t.c.id.in_(ids)), matcher.read_receipts)


def _some(found: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield each of them once, some hundreds at a time."""
    every = [each for each in dict.fromkeys(found) if each is not None]
    return (every[start : start + _ASKED_AT_ONCE] for start in range(0, len(every), _ASKED_AT_ONCE))


def _refuse(connection: Connection, matcher: Matcher, line_of: Mapping[UUID, UUID]) -> None:
    """Pair no payment with what a person said its line does not bring."""
    refused: dict[UUID, list[UUID]] = {}
    for line, receipt in match_suggestions.refused_pairs(connection):
        refused.setdefault(line, []).append(receipt)
    matcher.refuse((id_, receipt) for id_, line in line_of.items() for receipt in refused.get(line, ()))
    matcher.refuse((line, receipt) for line, receipts in refused.items() for receipt in receipts)
