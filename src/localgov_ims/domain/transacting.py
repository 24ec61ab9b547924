"""Making transactions: a receipt, a refund, a transfer, and the reversal of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from attrs import evolve

from localgov_ims.domain.ids import new_id, new_reference
from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.transactions import (
    MOVED,
    Channel,
    Line,
    LineInput,
    Origin,
    Transaction,
    TransactionKind,
    not_balanced,
)
from localgov_ims.errors import InvalidValue, RuleViolation


def receipt(
    inputs: Iterable[LineInput],
    *,
    channel: Channel,
    origin: Origin,
    taken_on: date,
    recorded_at: datetime,
    recorded_by: str,
    reference: str | None = None,
    first: int = 1,
    **more: Any,  # noqa: ANN401 - the rest of a Transaction's fields, by their names
) -> Transaction:
    """Make the transaction of income received.

    Lines are numbered from *first* on, under the payment's reference where *more* names a payment.
    """
    own = reference or new_reference()
    return Transaction(
        id=new_id(), kind=TransactionKind.RECEIPT, reference=own, channel=channel, origin=origin, taken_on=taken_on,
        recorded_at=recorded_at, recorded_by=recorded_by, lines=numbered(more.get("payment") or own, inputs, first),
        **more,
    )  # fmt: skip


def refund(
    inputs: Iterable[LineInput],
    *,
    channel: Channel,
    origin: Origin,
    taken_on: date,
    recorded_at: datetime,
    recorded_by: str,
    **more: Any,  # noqa: ANN401 - the rest of a Transaction's fields, by their names
) -> Transaction:
    """Make the transaction of money given back: amounts below zero, each drawing on the line it takes from."""
    reference = new_reference()
    return Transaction(
        id=new_id(), kind=TransactionKind.REFUND, reference=reference, channel=channel, origin=origin,
        taken_on=taken_on, recorded_at=recorded_at, recorded_by=recorded_by, lines=numbered(reference, inputs), **more,
    )  # fmt: skip


def transfer(
    sources: Iterable[LineInput],
    targets: Iterable[LineInput],
    *,
    origin: Origin,
    taken_on: date,
    recorded_at: datetime,
    recorded_by: str,
    channel: Channel = Channel.STAFF,
) -> Transaction:
    """Make the transaction that moves money from *sources* to *targets*, amounts given above zero.

    One source, or as many sources as targets with equal amounts in order, are joined in pairs.

    Raises:
        InvalidValue: An amount is not above zero.
        RuleViolation: A side is empty (`transfer_shape`), or the sums differ (`not_balanced`).
    """
    out, into = list(sources), list(targets)
    if not out or not into:
        raise RuleViolation("transfer_shape", "A transfer needs at least one source and one target.")
    for given in [*out, *into]:
        if given.amount <= NOTHING:
            message = f"Give each side of a transfer an amount above zero, not {given.amount.shown()}."
            raise InvalidValue("amount_not_positive", message, value=str(given.amount))
    taken = [evolve(given, amount=-given.amount, vat=-given.vat) for given in out]
    if sum(given.amount.pence for given in [*taken, *into]):
        raise not_balanced([*taken, *into])
    if [given.amount for given in out] == [given.amount for given in into]:
        taken = [evolve(given, pair=i) for i, given in enumerate(taken, start=1)]
        into = [evolve(given, pair=i) for i, given in enumerate(into, start=1)]
    elif len(out) == 1:
        taken, into = [evolve(given, pair=1) for given in taken], [evolve(given, pair=1) for given in into]
    return moved(
        [*taken, *into], origin=origin, taken_on=taken_on, recorded_at=recorded_at, recorded_by=recorded_by,
        channel=channel,
    )  # fmt: skip


def moved(
    inputs: Sequence[LineInput],
    *,
    origin: Origin,
    taken_on: date,
    recorded_at: datetime,
    recorded_by: str,
    channel: Channel = Channel.STAFF,
) -> Transaction:
    """Make a transfer of lines that have their signs and pairs already.

    Raises:
        RuleViolation: They do not sum to zero (`not_balanced`).
    """
    reference = new_reference()
    return Transaction(
        id=new_id(), kind=TransactionKind.TRANSFER, reference=reference, channel=channel, origin=origin,
        taken_on=taken_on, recorded_at=recorded_at, recorded_by=recorded_by, lines=numbered(reference, inputs),
    )  # fmt: skip


def reversal(
    transaction: Transaction,
    *,
    recorded_at: datetime,
    recorded_by: str,
    taken_on: date,
    pair: int | None = None,
    narrative: str | None = None,
    turn: int = 1,
) -> Transaction:
    """Make the transaction that takes another back: each amount and VAT negated, recorded now.

    Of a transfer one *pair* can be taken back alone. *narrative* says why, in place of what the lines said. *turn* is
    odd, and above 1 where it was taken back before and restored.

    Raises:
        RuleViolation: It is a reversal itself: what was reversed by mistake is recorded anew instead; or it has no
            such pair.
    """
    if transaction.kind is TransactionKind.REVERSAL:
        message = f"{transaction.reference} is a reversal; a reversal is not reversed. Record the income anew instead."
        raise RuleViolation("reversal_of_reversal", message, transaction=transaction.reference)
    taken = [evolve(line, reverses=line.id, turn=turn) for line in _of_pair(transaction, pair)]
    origin = Origin("transaction", str(transaction.id), turn)
    if transaction.moves:
        origin = Origin(MOVED, str(transaction.id) if pair is None else f"{transaction.id}/{pair}", turn)
    return _negated(
        transaction, taken, origin, narrative, recorded_at=recorded_at, recorded_by=recorded_by, taken_on=taken_on,
    )  # fmt: skip


def restoration(
    taking_back: Transaction, *, recorded_at: datetime, recorded_by: str, taken_on: date, narrative: str
) -> Transaction:
    """Make the transaction that restores what a reversal took back: the next turn, with amounts and VAT as they were."""
    lines = [evolve(line, turn=(line.turn or 1) + 1) for line in taking_back.lines]
    origin = evolve(taking_back.origin, n=taking_back.origin.n + 1)
    return _negated(
        taking_back, lines, origin, narrative, recorded_at=recorded_at, recorded_by=recorded_by, taken_on=taken_on,
    )  # fmt: skip


def _negated(
    transaction: Transaction, lines: Iterable[Line], origin: Origin, narrative: str | None, **recorded: Any,  # noqa: ANN401
) -> Transaction:  # fmt: skip
    reference = new_reference()
    return Transaction(
        id=new_id(), kind=TransactionKind.REVERSAL, reference=reference, channel=transaction.channel, origin=origin,
        lines=tuple(
            evolve(
                line, id=new_id(), number=i, reference=f"{reference}_{i}", amount=-line.amount, vat=-line.vat, rule=None,
                draws_on=None, narrative=narrative or line.narrative,
            )
            for i, line in enumerate(lines, start=1)
        ),
        provider=transaction.provider, merchant_account=transaction.merchant_account, **recorded,
    )  # fmt: skip


def _of_pair(transaction: Transaction, pair: int | None) -> Collection[Line]:
    if pair is None:
        return transaction.lines
    lines = [line for line in transaction.lines if line.pair == pair]
    if not lines:
        message = f"{transaction.reference} has no pair {pair}."
        raise RuleViolation("no_such_pair", message, transaction=transaction.reference, pair=pair)
    return lines


def numbered(reference: str, inputs: Iterable[LineInput], first: int = 1) -> tuple[Line, ...]:
    """Make lines of what a caller said, numbered from *first* on under *reference*."""
    return tuple(
        Line(
            id=new_id(), number=number, reference=f"{reference}_{number}", fund=given.fund,
            account_reference=given.account_reference, amount=given.amount, vat_code=given.vat_code,
            vat_treatment=given.vat_treatment, vat_rate=given.vat_rate, vat=given.vat, mop=given.mop,
            narrative=given.narrative, rule=given.rule, pair=given.pair, draws_on=given.draws_on,
        )
        for number, given in enumerate(inputs, start=first)
    )  # fmt: skip
