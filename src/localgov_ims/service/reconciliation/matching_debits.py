"""Matching a debit with the income that it takes back, as a person says: they come to it exactly, and it is nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.transactions import Transaction
from localgov_ims.domain.unpaids import RecordedUnpaid
from localgov_ims.errors import InvalidValue, RuleViolation
from localgov_ims.reconciliation.matches import Match
from localgov_ims.service.direct_debits.debiting import record_debited
from localgov_ims.service.finding import transaction_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import take_all_back
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.reconciliation.matching_lines import (
    RETURNED,
    Paired,
    check_unmatched,
    line_with_id,
    reason_given,
    record_pairs,
    take_income_back,
)
from localgov_ims.storage import snapshots, transactions, unpaids
from localgov_ims.storage.store import Unit


def match_debit(installation: Installation, line: UUID, taken: Sequence[str], *, reason: str) -> list[Match]:
    """Match a debit with what it takes back: receipts, named by their references, and unpaids, by their ids.

    The income goes back in the same unit of work, as when a rule finds them; what the line became before, in suspense, is
    taken back too.

    Raises:
        NotPermitted: The permission match.decide, or the fund of a receipt or of the line's item, is missing.
        NotFound: There is no such line, receipt or unpaid.
        RuleViolation: The line is no debit (`not_a_debit`); what is named does not come to it (`does_not_add_up`); a receipt
            is not at the bank, or taken back already (`not_at_the_bank`), or was refunded or moved on (`over_available`);
            an unpaid was debited before, or withdrawn (`wrong_state`).
        InvalidValue: Nothing is named, no reason is given, or it is too long.
        AlreadyDone: The line is matched already.
    """
    why = reason_given(reason)
    with installation.unit("match_debit") as unit:
        unit.lock()
        rights = permit_unit(installation, unit, Permission.MATCH_DECIDE)
        found, before = line_with_id(unit, line), check_unmatched(unit, line)
        if found.line.amount >= NOTHING:
            message = f"Bank line {line} brought {found.line.amount.shown()}; only a debit takes income back."
            raise RuleViolation("not_a_debit", message, line=line)
        named = _named(unit, rights, taken)
        if named.total != found.line.amount:
            message = (
                f"The bank took {abs(found.line.amount).shown()}, but what is named comes to {abs(named.total).shown()}. Name "
                "the receipts and unpaids that come to it exactly."
            )
            raise RuleViolation("does_not_add_up", message, line=line, expected=named.total)
        take_income_back(installation, unit, rights, before, reason="Its bank line takes other income back")
        said = f"{installation.actor} says that it takes back {', '.join(dict.fromkeys(taken))}: {why}"
        made = record_pairs(unit, line, before, list(named.pairs(why)), reason=said, role=RETURNED)
        record_debited(installation, unit, {each.id: line for each in named.unpaids})
        backs = [(each, "The bank has taken it back") for each in named.receipts]
        take_all_back(installation, unit, backs)
        unit.detail |= {"line": str(line), "matches": len(made)}
        unit.commit()
    return made


@frozen(kw_only=True)
class _Named:
    """What a debit takes back."""

    receipts: Sequence[Transaction]
    unpaids: Sequence[RecordedUnpaid]

    @property
    def total(self) -> Money:
        """What they come to, below zero."""
        return Money.total(each.amount for each in self.pairs(""))

    def pairs(self, why: str) -> Iterator[Paired]:
        for unpaid in self.unpaids:
            yield Paired(kind="unpaid", id=unpaid.id, amount=unpaid.unpaid.amount, evidence={"reason": why})
        for receipt in self.receipts:
            yield Paired(kind="receipt", id=receipt.id, amount=-receipt.total, evidence={"reason": why})


def _named(unit: Unit, rights: Rights, taken: Sequence[str]) -> _Named:
    if not taken:
        message = (
            "Name what the bank has taken back: receipts by reference, unpaids by id (`ims unpaids list`)."
        )
        raise InvalidValue("receipt_missing", message, field="taken")
    ids = {each: found for each in taken if (found := _id(each)) is not None}
    known = {
        each.id: each for each in unpaids.some(unit.connection, unpaids.unpaids.c.id.in_(set(ids.values())))
    }
    owed = [known[ids[each]] for each in dict.fromkeys(taken) if ids.get(each) in known]
    others = [each for each in dict.fromkeys(taken) if ids.get(each) not in known]
    receipts = {each.id: each for each in (transaction_of(unit.connection, rights, text) for text in others)}
    at_bank = set(
        unit.connection.execute(
            snapshots.banked_receipts(transactions.transactions.c.id.in_(receipts))
        ).scalars()
    )
    for each in receipts.values():
        if each.id not in at_bank:
            message = (
                f"{each.reference} is no receipt whose money is at the bank, or it was taken back already: `ims explain "
                f"{each.reference}` tells."
            )
            raise RuleViolation("not_at_the_bank", message, receipt=each.reference)
    return _Named(receipts=list(receipts.values()), unpaids=list({each.id: each for each in owed}.values()))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
