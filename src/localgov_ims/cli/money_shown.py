"""How payments, refund requests, proposals and the transactions that they become are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click
from attrs import asdict

from localgov_ims.cli.output import counted, print_json
from localgov_ims.domain.breaks import Break
from localgov_ims.domain.payers import Payee, kept
from localgov_ims.domain.payments import Payment
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.refunds import RefundRequest
from localgov_ims.domain.transactions import Line, Transaction
from localgov_ims.service.enquiries.viewing import LineView, PaymentView, RecordView, RefundView
from localgov_ims.service.explaining.moves import moves
from localgov_ims.service.explaining.stories import called, size, when


def payment_json(payment: Payment) -> dict[str, object]:
    """Return a payment as JSON."""
    p = payment
    return {
        "payment": p.reference, "state": p.state.value, "channel": p.channel.value, "pence": p.amount.pence,
        "due_pence": p.due.pence, "created_at": p.created_at.isoformat(), "expires_at": p.expires_at.isoformat(),
        "taken_by": p.taken_by, "office": p.office, "provider": p.provider, "provider_reference": p.provider_reference,
        "caller_reference": p.caller_reference, "payer": kept(p.payer), "card": asdict(p.card) if p.card else None,
        "lines": [line_json(line) for line in p.lines],
    }  # fmt: skip


def payment_view_json(view: PaymentView) -> dict[str, object]:
    """Return a payment with all that belongs to it as JSON."""
    return {
        **payment_json(view.payment),
        "events": [
            {
                "number": e.number, "said": e.said.value, "state": e.state.value, "pence": e.amount.pence,
                "provider_reference": e.provider_reference, "at": e.received_at.isoformat(), "by": e.received_by,
            }
            for e in view.events
        ],
        "receipts": [record_json(each) for each in view.receipts],
        "refunds": [refund_json(each.request) for each in view.refunds], "hidden_refunds": view.hidden_refunds,
        "breaks": breaks_json(view.breaks),
    }  # fmt: skip


def transaction_json(made: Transaction) -> dict[str, object]:
    """Return a transaction as JSON, every line of it."""
    return {
        "transaction": made.reference, "kind": made.kind.value, "channel": made.channel.value, "payment": made.payment,
        "purpose": made.purpose.value if made.purpose is not None else None, "pence": made.total.pence,
        "taken_on": made.taken_on.isoformat(), "recorded_at": made.recorded_at.isoformat(),
        "recorded_by": made.recorded_by, "provider_reference": made.provider_reference,
        "lines": [line_json(line) for line in made.lines],
    }  # fmt: skip


def record_json(view: RecordView) -> dict[str, object]:
    """Return a transaction as JSON, as far as one may see it."""
    return {
        **transaction_json(view.transaction), "pence": view.total.pence, "lines": [line_json(line) for line in view.lines],
        "hidden_lines": view.hidden, "reversed_by": list(view.reversed_by),
    }  # fmt: skip


def line_json(line: Line) -> dict[str, object]:
    """Return a line as JSON."""
    return {
        "line": line.reference, "fund": line.fund, "account_reference": line.account_reference,
        "pence": line.amount.pence, "vat_code": line.vat_code, "vat_pence": line.vat.pence, "mop": line.mop,
        "narrative": line.narrative, "pair": line.pair,
    }  # fmt: skip


def line_view_json(view: LineView) -> dict[str, object]:
    """Return a line with what was taken from it as JSON."""
    return {
        **line_json(view.line), "transaction": view.transaction.reference, "left_pence": view.left.pence,
        "draws": [
            {
                "number": each.draw.number, "pence": each.draw.amount.pence, "taken_pence": each.draw.taken_after.pence,
                "what": each.taker.what if each.taker else each.draw.by_kind,
                "reference": each.taker.reference if each.taker else None, "by": each.taker.by if each.taker else None,
                "at": each.taker.at.isoformat() if each.taker else None,
            }
            for each in view.draws
        ],
    }  # fmt: skip


def refund_json(request: RefundRequest) -> dict[str, object]:
    """Return a refund request as JSON; of the payee's account only its end."""
    r = request
    return {
        "refund": r.reference, "state": r.state.value, "route": r.route.value, "subject": r.subject, "payment": r.payment,
        "pence": r.total.pence, "reason": r.reason, "asked_by": r.asked_by, "asked_at": r.asked_at.isoformat(),
        "provider_reference": r.provider_reference, "payee": _payee(r.payee), "evidence": r.evidence,
        "items": [{"line": item.line_reference, "pence": item.amount.pence} for item in r.items],
    }  # fmt: skip


def refund_view_json(view: RefundView) -> dict[str, object]:
    """Return a refund request with all that belongs to it as JSON."""
    return {
        **refund_json(view.request),
        "events": [
            {
                "number": e.number, "kind": e.kind.value, "state": e.state.value,
                "said": e.said.value if e.said is not None else None, "detail": e.detail,
                "paid_on": e.paid_on.isoformat() if e.paid_on is not None else None,
                "provider_reference": e.provider_reference, "at": e.at.isoformat(), "by": e.by,
            }
            for e in view.events
        ],
        "records": [record_json(each) for each in view.records], "breaks": breaks_json(view.breaks),
    }  # fmt: skip


def proposal_json(proposal: Proposal) -> dict[str, object]:
    """Return a proposal as JSON."""
    p = proposal
    return {
        "proposal": p.reference, "act": p.act.value, "pence": moves(p).pence, "asked": dict(p.asked),
        "proposed_by": p.proposed_by, "proposed_at": p.proposed_at.isoformat(), "accepted": p.accepted,
        "decided_by": p.decided_by, "decided_at": p.decided_at.isoformat() if p.decided_at is not None else None,
    }  # fmt: skip


def breaks_json(found: Iterable[Break]) -> list[Mapping[str, object]]:
    """Return Breaks as JSON."""
    return [{"kind": b.kind.value, "since_on": b.since_on.isoformat(), "message": b.message} for b in found]


def moved_json(made: Transaction | Proposal) -> dict[str, object]:
    """Return what became of moving money as JSON: recorded, or waiting for another person."""
    waits = isinstance(made, Proposal)
    return {
        "recorded": not waits, "transaction": None if isinstance(made, Proposal) else transaction_json(made),
        "proposal": proposal_json(made) if isinstance(made, Proposal) else None,
    }  # fmt: skip


def show_lines(lines: Iterable[Line]) -> None:
    """Print lines."""
    for line in lines:
        account = f", account {visible(line.account_reference)}" if line.account_reference is not None else ""
        vat = f", VAT {line.vat.shown()} in it" if line.vat else ""
        note = f" ({visible(line.narrative)})" if line.narrative else ""
        pair = f", pair {line.pair}" if line.pair is not None else ""
        click.echo(
            f"  {called(line.reference)}: {line.amount.shown()} fund {line.fund}{account}, method {line.mop}{vat}{pair}{note}"
        )


def show_transaction(made: Transaction, *, as_json: bool) -> None:
    """Print a transaction that was recorded now."""
    if as_json:
        print_json(transaction_json(made))
        return
    click.echo(
        f"{made.kind.value.capitalize()} {called(made.reference)} of {size(made).shown()} is recorded."
    )
    show_lines(made.lines)


def show_moved(made: Transaction | Proposal, *, as_json: bool) -> None:
    """Print what became of moving money."""
    if as_json:
        print_json(moved_json(made))
    elif isinstance(made, Proposal):
        click.echo(
            f"{moves(made).shown()} is above what one person may move. Proposal {called(made.reference)} waits for somebody "
            f"else: `ims proposals accept {called(made.reference)}`"
        )
    else:
        show_transaction(made, as_json=False)


def show_payment(view: PaymentView) -> None:
    """Print a payment with all that belongs to it."""
    p = view.payment
    click.secho(f"Payment {called(p.reference)}: {p.state.value}", bold=True)
    click.echo(
        f"  {p.amount.shown()} asked for by {p.taken_by} on {when(p.created_at)}, by {p.channel.value}; {due_told(p)}"
    )
    if p.payer.name:
        click.echo(f"  Payer: {visible(p.payer.name)}")
    show_lines(p.lines)
    for event in view.events:
        theirs = f", {visible(event.provider_reference)}" if event.provider_reference else ""
        click.echo(
            f"  {event.number}. said: {event.said.value}, {event.amount.shown()} paid{theirs}; {event.state.value} "
            f"({event.received_by}, {when(event.received_at)})"
        )
    for record in view.receipts:
        undone = f"; taken back by {', '.join(map(called, record.reversed_by))}" if record.reversed_by else ""
        click.echo(f"Receipt {called(record.transaction.reference)}: {record.total.shown()}{undone}")
        show_lines(record.lines)
    for refund in view.refunds:
        r = refund.request
        click.echo(f"Refund {called(r.reference)}: {r.total.shown()}, {r.state.value} ({visible(r.reason)})")
    if view.hidden_refunds:
        click.echo(f"{counted(view.hidden_refunds, 'refund')} that you may not see.")
    for found in view.breaks:
        click.secho(f"Break since {found.since_on:%d %B %Y}: {visible(found.message)}", fg="yellow")


def due_told(payment: Payment) -> str:
    """Return what is still to be paid, in words."""
    return f"{payment.due.shown()} is due" if payment.due else "nothing is due"


def _payee(payee: Payee | None) -> dict[str, str] | None:
    return {"name": payee.name, "account_ending": payee.account[-2:]} if payee is not None else None
