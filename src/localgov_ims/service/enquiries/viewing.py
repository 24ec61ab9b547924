"""Viewing one payment, refund request or line whole: what was asked, said and recorded, and what stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.breaks import Break
from localgov_ims.domain.draws import NONE_TAKEN, Draw, Taken, available
from localgov_ims.domain.ids import parse_reference
from localgov_ims.domain.money import Money
from localgov_ims.domain.payments import Payment, PaymentEvent
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.refunds import RefundEvent, RefundRequest
from localgov_ims.domain.transactions import Line, Transaction
from localgov_ims.service.council import Council
from localgov_ims.service.finding import line_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.asking import no_payment
from localgov_ims.service.payments.payment_receipts import receipts_of
from localgov_ims.service.people.permitting import permit
from localgov_ims.service.refunds.asking import no_refund
from localgov_ims.storage import histories, payments, reconciliation, refunds, reversals, transactions
from localgov_ims.storage.histories import Taker

SEES_REFUNDS = (Permission.REFUND_VIEW, Permission.REFUND_REQUEST)
"""Either lets somebody see refunds."""

_SEES_LINES = (Permission.TRANSACTION_VIEW, Permission.REFUND_REQUEST, Permission.LINE_REALLOCATE)


@frozen(kw_only=True)
class RecordView:
    """A transaction as one may see it: the lines of one's own funds, how many are hidden, what takes it back."""

    transaction: Transaction
    lines: tuple[Line, ...]
    hidden: int
    reversed_by: tuple[str, ...]

    @property
    def total(self) -> Money:
        """What the lines come to that may be seen."""
        return Money.total(line.amount for line in self.lines)


@frozen(kw_only=True)
class DrawView:
    """Something taken from a line or given back to it; `taker` is none where one may not see refunds."""

    draw: Draw
    taker: Taker | None


@frozen(kw_only=True)
class LineView:
    """A line with everything that was taken from it, in order, and what is left."""

    transaction: Transaction
    line: Line
    draws: tuple[DrawView, ...]

    @property
    def left(self) -> Money:
        """What can still be taken, with the line's sign."""
        last = self.draws[-1].draw if self.draws else None
        return available(
            self.line, Taken(last.number, last.taken_after, last.vat_after) if last else NONE_TAKEN
        )


@frozen(kw_only=True)
class RefundView:
    """A refund request with what happened to it, the Refunds that it became, and the Breaks about it."""

    request: RefundRequest
    events: tuple[RefundEvent, ...]
    records: tuple[RecordView, ...]
    breaks: tuple[Break, ...]


@frozen(kw_only=True)
class PaymentView:
    """A payment with what was said of it, its Receipts and refunds, and the Breaks about them.

    `hidden_refunds` counts the refunds that one may not see.
    """

    payment: Payment
    events: tuple[PaymentEvent, ...]
    receipts: tuple[RecordView, ...]
    refunds: tuple[RefundView, ...]
    hidden_refunds: int
    breaks: tuple[Break, ...]


def whole_payment(installation: Installation, reference: str) -> PaymentView:
    """Return a payment with all that belongs to it; *reference* as a person typed or dictated it.

    Raises:
        InvalidValue: It is not one of our references.
        NotFound: There is no such payment.
        NotPermitted: The user may neither take nor see payments, or one of its funds is not theirs.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.PAYMENT_TAKE, Permission.TRANSACTION_VIEW)
        payment = payments.by_reference(connection, parse_reference(reference))
        if payment is None:
            raise no_payment(reference)
        return payment_facts(connection, installation.council, rights, payment)


def whole_refund(installation: Installation, reference: str) -> RefundView:
    """Return a refund request with all that belongs to it.

    Raises:
        InvalidValue: It is not one of our references.
        NotFound: There is no such request.
        NotPermitted: The user may not see refunds, or one of its funds is not theirs.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, *SEES_REFUNDS)
        request = refunds.by_reference(connection, parse_reference(reference))
        if request is None:
            raise no_refund(reference)
        (found,) = refund_facts(connection, installation.council, rights, [request])
        return found


def whole_line(installation: Installation, reference: str) -> LineView:
    """Return a line with all that was taken from it.

    Raises:
        NotFound: There is no such line.
        NotPermitted: The user may neither see, refund nor reallocate income, or its fund is not theirs.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, *_SEES_LINES)
        transaction, line = line_of(connection, rights, reference)
        (found,) = line_facts(connection, rights, [(transaction, line)])
        return found


def payment_facts(connection: Connection, council: Council, rights: Rights, payment: Payment) -> PaymentView:
    """Return a payment with all that belongs to it, for whoever may see its funds.

    Raises:
        NotPermitted: One of its funds is not theirs.
    """
    rights.require_funds([line.fund for line in payment.lines])
    receipts = receipts_of(connection, payment)
    every = refunds.of_subject(connection, payment.reference)
    seen = [each for each in every if _sees(connection, council, rights, each)]
    about = [payment.id, *(each.id for each in receipts)]
    return PaymentView(
        payment=payment, events=tuple(histories.payment_events(connection, payment.id)),
        receipts=tuple(_record(connection, council, rights, each) for each in _in_order(receipts)),
        refunds=tuple(refund_facts(connection, council, rights, seen)), hidden_refunds=len(every) - len(seen),
        breaks=_breaks(connection, about),
    )  # fmt: skip


def refund_facts(
    connection: Connection, council: Council, rights: Rights, requests: Sequence[RefundRequest]
) -> list[RefundView]:
    """Return refund requests with all that belongs to each, for whoever may see their funds.

    Raises:
        NotPermitted: One of their funds is not theirs.
    """
    rights.require_funds(_funds(connection, council, rights, requests))
    events = histories.refund_events(connection, [each.id for each in requests])
    t = transactions.transactions
    became = list(
        transactions.some(
            connection,
            t.c.origin_kind == "refund_request",
            t.c.origin_id.in_([str(each.id) for each in requests]),
        )
    )
    return [
        RefundView(
            request=each, events=tuple(events[each.id]), breaks=_breaks(connection, [each.id]),
            records=tuple(
                _record(connection, council, rights, made)
                for made in sorted(became, key=lambda made: made.origin.n)
                if made.origin.id == str(each.id)
            ),
        )
        for each in requests
    ]  # fmt: skip


def line_facts(
    connection: Connection, rights: Rights, wanted: Collection[tuple[Transaction, Line]]
) -> list[LineView]:
    """Return lines with all that was taken from each."""
    drawn = histories.draws_on(connection, [line.id for _, line in wanted])
    takers = histories.takers(connection, [draw.by for each in drawn.values() for draw in each])
    if not any(map(rights.has, SEES_REFUNDS)):
        takers = {by: taker for by, taker in takers.items() if taker.what != "refund"}
    return [
        LineView(
            transaction=transaction, line=line,
            draws=tuple(DrawView(draw=draw, taker=takers.get(draw.by)) for draw in drawn[line.id]),
        )
        for transaction, line in wanted
    ]  # fmt: skip


def record_of(
    connection: Connection, council: Council, rights: Rights, identifier: UUID
) -> RecordView | None:
    """Return a transaction by its id, as one may see it."""
    t = transactions.transactions
    found = next(transactions.some(connection, t.c.id == identifier), None)
    return _record(connection, council, rights, found) if found is not None else None


def _sees(connection: Connection, council: Council, rights: Rights, request: RefundRequest) -> bool:
    return any(map(rights.has, SEES_REFUNDS)) and all(
        map(rights.sees, _funds(connection, council, rights, [request]))
    )


def _funds(
    connection: Connection, council: Council, rights: Rights, requests: Iterable[RefundRequest]
) -> set[str]:
    """Return the funds that refunds give back from; suspense is no fund to whoever may see every item of it."""
    lines = transactions.lines_by_id(connection, {item.line for each in requests for item in each.items})
    funds = {line.fund for line in lines.values()}
    if rights.has(Permission.SUSPENSE_VIEW):
        funds.discard(council.suspense_fund.code)
    return funds


def _record(connection: Connection, council: Council, rights: Rights, record: Transaction) -> RecordView:
    # That something of it is in suspense is no secret from whoever may see what was paid.
    own = tuple(
        line for line in record.lines if rights.sees(line.fund) or line.fund == council.suspense_fund.code
    )
    undone = reversals.reversing(connection, [line.id for line in record.lines])
    return RecordView(
        transaction=record, lines=own, hidden=len(record.lines) - len(own), reversed_by=tuple(sorted(undone))
    )


def _in_order(records: Iterable[Transaction]) -> list[Transaction]:
    return sorted(records, key=lambda record: min(line.number for line in record.lines))


def _breaks(connection: Connection, subjects: Collection[UUID]) -> tuple[Break, ...]:
    found = reconciliation.some_breaks(connection, reconciliation.breaks.c.subject.in_(list(subjects)))
    return tuple(found)
