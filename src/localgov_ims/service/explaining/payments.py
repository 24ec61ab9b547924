"""Explaining payments and their lines: who asked, what the provider said, what was recorded of it, and what stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain import ids
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import Said
from localgov_ims.domain.payments import Payment, PaymentState
from localgov_ims.domain.people import Rights
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.refunds import RefundEventKind
from localgov_ims.domain.transactions import Line, Purpose, Transaction
from localgov_ims.errors import InvalidValue
from localgov_ims.service.council import Council
from localgov_ims.service.enquiries.viewing import (
    SEES_REFUNDS,
    LineView,
    PaymentView,
    RecordView,
    RefundView,
    line_facts,
    payment_facts,
    refund_facts,
)
from localgov_ims.service.explaining.moves import break_told, draw_told, proposal_story, refund_story
from localgov_ims.service.explaining.stories import Story, account_of, called, when
from localgov_ims.storage import payments, proposals, refunds, transactions

_SAID = {
    Said.GOING: "it is still going on", Said.SUCCEEDED: "it succeeded", Said.FAILED: "it was refused",
    Said.TAKEN_BACK: "it was taken back",
    Said.CANCELLED: "it was cancelled", Said.EXPIRED: "it expired", Said.UNKNOWN: "a word that is unknown here",
}  # fmt: skip


def money_stories(connection: Connection, council: Council, rights: Rights, text: str) -> Iterator[Story]:
    """Tell of the payment, line of a payment, refund request or proposal that has an identifier.

    Raises:
        NotPermitted: One of its funds is not the user's, or it is a refund, and they may not see refunds.
    """
    base, _, number = text.partition("_")
    try:
        reference, uuid = ids.parse_reference(base), None
    except InvalidValue:
        reference, uuid = None, _uuid(text)
    if reference is None and uuid is None:
        return
    for payment in payments.some(connection, _is(payments.payments, reference, uuid)):
        facts = payment_facts(connection, council, rights, payment)
        if number:
            yield from _line(connection, council, rights, facts, number)
        else:
            yield _payment(connection, council, rights, facts)
    for request in refunds.some(connection, _is(refunds.requests, reference, uuid)):
        rights.require(*SEES_REFUNDS)
        yield from map(refund_story, refund_facts(connection, council, rights, [request]))
    for proposal in list(proposals.some(connection, _is(proposals.proposals, reference, uuid))):
        yield proposal_story(connection, council, rights, proposal)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _is(table: sa.Table, reference: str | None, uuid: UUID | None) -> sa.ColumnElement[bool]:
    return table.c.id == uuid if reference is None else table.c.reference == reference


def _payment(connection: Connection, council: Council, rights: Rights, facts: PaymentView) -> Story:
    p = facts.payment
    told = list(map(_in_short, facts.refunds))
    if facts.hidden_refunds:
        told.append(f"Refunds that you may not see: {facts.hidden_refunds}.")
    wanted = [(record.transaction, line) for record in facts.receipts for line in record.lines]
    lines = line_facts(connection, rights, wanted)
    sentences = (
        *_asked(council, p), *_events(facts),
        *(s for record in facts.receipts for s in _receipt(connection, council, record)), *told,
        *map(break_told, facts.breaks), _stands(facts, lines),
    )  # fmt: skip
    leads = [
        *(record.transaction.reference for record in facts.receipts), *(line.line.reference for line in lines),
        *(each.request.reference for each in facts.refunds),
    ]  # fmt: skip
    return Story(
        kind="payment", id=str(p.id), title=f"Payment {called(p.reference)}", sentences=sentences,
        leads_to=tuple(map(called, leads)),
    )  # fmt: skip


def _asked(council: Council, p: Payment) -> Iterator[str]:
    yield f"{p.taken_by} asked for {p.amount.shown()} on {when(p.created_at)} (channel {p.channel.value})."
    for line in p.lines:
        yield f"{called(line.reference)}: {line.amount.shown()} to {account_of(council, line)}."


def _events(facts: PaymentView) -> Iterator[str]:
    p = facts.payment
    provider = p.provider or "the provider"
    for e in facts.events:
        paid = f", {e.amount.shown()} paid" if e.amount else ""
        theirs = f" ({e.provider_reference})" if e.provider_reference is not None else ""
        yield (
            f"{e.number}. Of {provider}{theirs} it was said that {_SAID[e.said]}{paid}: recorded by {e.received_by} on "
            f"{when(e.received_at)}, and the payment stood as {e.state.value}."
        )
    if not facts.events:
        yield (
            f"Nothing has been heard of {provider} yet. It stays pending until there is an answer, or after "
            f"{when(p.expires_at)} the answer that there is no such payment."
        )


def _receipt(connection: Connection, council: Council, record: RecordView) -> Iterator[str]:
    t = record.transaction
    hidden = f", and {record.hidden} lines in funds that are not yours" if record.hidden else ""
    yield (
        f"Receipt {called(t.reference)} of {record.total.shown()} ({_purpose(t)}) was recorded by {t.recorded_by} on "
        f"{when(t.recorded_at)}, taken on {t.taken_on:%d %B %Y}{hidden}."
    )
    yield from _held(connection, record.lines)
    for line in record.lines if t.purpose is Purpose.FEE else ():
        yield f"{called(line.reference)}: {line.amount.shown()} to {account_of(council, line)}."
    for reference in record.reversed_by:
        yield f"It was taken back by {called(reference)}."


def _held(connection: Connection, lines: Iterable[Line]) -> Iterator[str]:
    wanted = transactions.suspense.c.line.in_([line.id for line in lines])
    for item in transactions.some_suspense(connection, wanted):
        yield f"It went to suspense: {item.reason.sentence}{f' ({item.detail})' if item.detail else ''}."


def _purpose(t: Transaction) -> str:
    words = {
        Purpose.MAIN: "what was paid",
        Purpose.FEE: "a surcharge",
        Purpose.EXTRA: "paid beyond what was asked for",
    }
    return words[t.purpose] if t.purpose is not None else t.kind.value


def _in_short(refund: RefundView) -> str:
    r = refund.request
    words = {RefundEventKind.AUTHORISED: "authorised", RefundEventKind.TURNED_DOWN: "turned down"}
    by = [f", {words[e.kind]} by {e.by} on {when(e.at)}" for e in refund.events if e.kind in words]
    now = f"is {r.state.value}" if r.state.open else f"has {r.state.value}"
    return (
        f"Refund {called(r.reference)} of {r.total.shown()} ({visible(r.reason)}), asked for by {r.asked_by} on "
        f"{when(r.asked_at)}{''.join(by)}, {now}."
    )


def _stands(facts: PaymentView, lines: Iterable[LineView]) -> str:
    """Say what came in, where it went, and what is left of it where it was put."""
    p = facts.payment
    if not facts.receipts:
        due = f", {p.due.shown()} is due" if p.state is PaymentState.PENDING else ""
        return f"What stands: the payment is {p.state.value}{due}, and nothing of it is income."
    came = Money.total(record.total for record in facts.receipts)
    left = Money.total(view.left for view in lines)
    undone = Money.total(record.total for record in facts.receipts if record.reversed_by)
    refunded = -Money.total(
        record.total for refund in facts.refunds for record in refund.records if not record.reversed_by
    )
    promised = Money.total(refund.request.total for refund in facts.refunds if refund.request.state.open)
    rest = came - left - undone - refunded - promised
    elsewhere = (
        "refunded, moved or paid back otherwise" if facts.hidden_refunds else "moved or paid back otherwise"
    )
    parts = [
        (undone, "was taken back"), (refunded, "was refunded"), (promised, "is promised to be refunded"), (rest, f"was {elsewhere}, or waits to be"),
        (left, "is left where it was put"),
    ]  # fmt: skip
    went = "; ".join(f"{amount.shown()} {what}" for amount, what in parts if amount)
    return f"What stands: the payment is {p.state.value}. Of {came.shown()} that was recorded: {went}."


def _line(
    connection: Connection, council: Council, rights: Rights, facts: PaymentView, number: str
) -> Iterator[Story]:
    """Tell of one line of a payment: as it is recorded, or else as it was asked for."""
    p, reference = facts.payment, f"{facts.payment.reference}_{number}"
    whole = [r.transaction for r in facts.receipts]
    recorded = [(t, line) for t in whole for line in t.lines if line.reference == reference]
    for view in line_facts(connection, rights, recorded):
        if view.line.fund != council.suspense_fund.code:
            rights.require_funds([view.line.fund])
        takers = [drawn.taker.reference for drawn in view.draws if drawn.taker is not None]
        leads = [p.reference, view.transaction.reference, *dict.fromkeys(takers)]
        yield Story(
            kind="line", id=str(view.line.id), title=f"Line {called(reference)}",
            sentences=tuple(_line_told(connection, council, view)), leads_to=tuple(map(called, leads)),
        )  # fmt: skip
    for line in p.lines if not recorded else ():
        if line.reference == reference:
            told = (
                f"{line.amount.shown()} was asked for, to {account_of(council, line)}.",
                f"The payment is {p.state.value}: nothing of it is recorded under this line.",
            )
            title = f"Line {called(reference)}"
            yield Story(
                kind="line", id=str(line.id), title=title, sentences=told, leads_to=(called(p.reference),)
            )


def _line_told(connection: Connection, council: Council, view: LineView) -> Iterator[str]:
    t, line = view.transaction, view.line
    yield (
        f"{line.amount.shown()} of {called(t.reference)} ({_purpose(t)}), recorded by {t.recorded_by} on "
        f"{when(t.recorded_at)}, to {account_of(council, line)}."
    )
    yield from _held(connection, [line])
    for drawn in view.draws:
        yield draw_told(drawn)
    yield f"What stands: {view.left.shown()} of it is left where it was put."
