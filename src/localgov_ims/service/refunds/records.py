"""What a refund request leaves in the books: its events, the Refund it becomes, and the Breaks about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from attrs import evolve

from localgov_ims.domain.breaks import Break, BreakKind
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.draws import available
from localgov_ims.domain.ids import new_id, parse_reference, shown
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import CreateRefund, RefundObservation
from localgov_ims.domain.refunds import RefundEvent, RefundEventKind, RefundRequest, RefundState, Route
from localgov_ims.domain.transacting import refund
from localgov_ims.domain.transactions import Line, LineInput, Origin, Transaction
from localgov_ims.errors import InvalidValue
from localgov_ims.service.installation import Installation
from localgov_ims.service.refunds.asking import no_refund
from localgov_ims.service.refunds.checks import check_claims
from localgov_ims.storage import draws, transactions
from localgov_ims.storage import refunds as stored
from localgov_ims.storage.store import Unit


def found(unit: Unit, reference: str) -> RefundRequest:
    """Return a request as it stands.

    Raises:
        NotFound: There is no such request.
    """
    request = stored.by_reference(unit.connection, parse_reference(reference))
    if request is None:
        raise no_refund(reference)
    return request


def noted(
    installation: Installation, unit: Unit, request: RefundRequest, kind: RefundEventKind, state: RefundState, *,
    said: RefundObservation | None = None, detail: str | None = None,
) -> RefundRequest:  # fmt: skip
    """Record what happened to a request, and return it as it then stands.

    Raises:
        AlreadyDone: Somebody else recorded something of it meanwhile.
    """
    theirs = said.provider_reference if said is not None else None
    event = RefundEvent(
        id=new_id(), request=request.id, number=request.events + 1, kind=kind, state=state, at=unit.at,
        by=installation.actor, provider_reference=theirs or request.provider_reference,
        said=said.said if said is not None else None, paid_on=said.settled_on if said is not None else None,
        detail=detail,
    )  # fmt: skip
    stored.add_event(unit, event)
    return evolve(request, state=state, provider_reference=event.provider_reference, events=event.number)


def record(
    installation: Installation,
    unit: Unit,
    request: RefundRequest,
    said: RefundObservation,
    vat: Mapping[UUID, Money],
) -> Transaction:
    """Record the Refund that a request has become: below zero, dated the day it was paid, drawing on its lines."""
    before = refunds_of(unit, request)
    lines, sources = lines_of(unit, request)
    council = installation.council
    inputs = [
        LineInput(
            fund=line.fund, account_reference=line.account_reference, amount=-item.amount, vat_code=line.vat_code,
            vat_treatment=line.vat_treatment, vat_rate=line.vat_rate, vat=-vat[item.line], draws_on=line.id,
            mop=line.mop if request.route is Route.PROVIDER else council.special["payables"], narrative=request.reason,
        )
        for item in request.items
        for line in [lines[item.line]]
    ]  # fmt: skip
    source = sources[request.items[0].line]
    if said.settled_on is not None and said.settled_on < source.taken_on:
        message = f"Refund {shown(request.reference)} cannot have been paid on {said.settled_on:%d %B %Y}, before the money came in."
        raise InvalidValue("day_impossible", message, value=said.settled_on.isoformat())
    made = refund(
        inputs, channel=source.channel, origin=Origin("refund_request", str(request.id), len(before) + 1),
        taken_on=said.settled_on or local_day(unit.at), recorded_at=unit.at, recorded_by=installation.actor,
        payment=request.payment, provider=source.provider if request.route is Route.PROVIDER else None,
        provider_reference=said.provider_reference, office=source.office,
        merchant_account=source.merchant_account, payer=source.payer,
    )  # fmt: skip
    transactions.add(unit, [made], personal_narratives=council.personal_narratives)
    return made


def refunds_of(unit: Unit, request: RefundRequest) -> list[Transaction]:
    """Return the Refunds that a request has become, in order: more than one if one failed after all."""
    t = transactions.transactions
    made = transactions.whole(
        unit.connection, t.c.origin_kind == "refund_request", t.c.origin_id == str(request.id)
    )
    return sorted(made, key=lambda each: each.origin.n)


def lines_of(unit: Unit, request: RefundRequest) -> tuple[dict[UUID, Line], dict[UUID, Transaction]]:
    """Return the lines that a request gives back from, and the transaction of each, by the line's id."""
    wanted = [item.line for item in request.items]
    whole = list(transactions.whole(unit.connection, transactions.lines.c.id.in_(wanted)))
    lines = {line.id: line for each in whole for line in each.lines if line.id in wanted}
    return lines, {line.id: each for each in whole for line in each.lines}


def check_unclaimed(installation: Installation, unit: Unit, request: RefundRequest) -> None:
    """Refuse to let a request go on while the payer's bank may pay the same money back.

    Raises:
        RuleViolation: A claim is open on what it gives back (`claim_open`).
    """
    _, sources = lines_of(unit, request)
    check_claims(unit, installation.council, sources.values(), request)


def first_sent_at(unit: Unit, request: RefundRequest) -> datetime | None:
    """Return when a request was first sent to its provider, or about to be; none if it never was."""
    return stored.first_at(unit.connection, request.id, RefundEventKind.SENT)


def to_send(unit: Unit, request: RefundRequest, sent_at: datetime | None) -> CreateRefund:
    """Return what the provider's adapter is asked; *sent_at* is when it was before, if it was."""
    lines, sources = lines_of(unit, request)
    standing = draws.taken(unit.connection, list(lines))
    left = Money.total(available(line, standing[line.id]) for line in lines.values())
    source = sources[request.items[0].line]
    return CreateRefund(
        provider_reference=source.provider_reference or "", refund_reference=request.reference, amount=request.total,
        # What is left besides this request, which has drawn its own already.
        available=left + request.total, reason=request.reason, sent_at=sent_at,
        known=frozenset(
            other.provider_reference for other in stored.of_subject(unit.connection, request.subject)
            if other.provider_reference is not None and other.id != request.id
        ),
    )  # fmt: skip


def breaks_about(
    unit: Unit, kinds: Sequence[BreakKind], request: RefundRequest, said: RefundObservation
) -> list[Break]:
    """Make the Breaks about a refund, which alert whoever looks after refunds."""
    what, ours = request.total.shown(), shown(request.reference)
    sentences = {
        BreakKind.REFUND_FAILED: f"Refund {ours} of {what} failed{f': {said.reason}' if said.reason else ''}. The payer has "
        "not had the money; ask for it again, or by another route.",
        BreakKind.REFUND_CONTRADICTED: f"Of refund {ours} of {what}, which is {request.state.value}, it is now said: "
        f"{said.said.value}{f', {said.amount.shown()}' if said.amount is not None else ''}. Ask which is right.",
    }  # fmt: skip
    return [
        Break(
            id=new_id(), kind=kind, subject_kind="refund_request", subject=request.id, since_on=local_day(unit.at),
            message=sentences[kind],
        )
        for kind in kinds
    ]  # fmt: skip
