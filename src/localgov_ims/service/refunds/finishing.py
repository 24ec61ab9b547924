"""Finishing refunds: authorising, sending, and recording what the provider or the payables system says, once."""

from __future__ import annotations

from localgov_ims.domain.breaks import BreakKind
from localgov_ims.domain.observations import RefundObservation
from localgov_ims.domain.people import Rights, key
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.refunds import (
    RefundDecision,
    RefundEffect,
    RefundEventKind,
    RefundRequest,
    RefundState,
    decide,
)
from localgov_ims.errors import AlreadyDone, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves import drawing
from localgov_ims.service.moves.proposing import refuse_same_person
from localgov_ims.service.moves.reversing import take_back
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.service.refunds import records
from localgov_ims.service.refunds.asking import accounts_of
from localgov_ims.service.retrying import retried
from localgov_ims.storage import reconciliation
from localgov_ims.storage.store import Unit


def authorise_refund(installation: Installation, reference: str, *, accept: bool = True) -> RefundRequest:
    """Authorise a refund that somebody else proposed, or turn it down, which gives back what it drew.

    One that was authorised and not sent yet can still be turned down. Whoever asked for it may turn it down too: they
    withdraw it.

    Raises:
        NotFound: There is no such request.
        AlreadyDone: It does not wait for anybody (`already_decided`).
        RuleViolation: Whoever asked cannot authorise it (`same_person`); or the payer's bank may pay it back too
            (`claim_open`).
        NotPermitted: The user may not authorise refunds.
    """

    def once() -> RefundRequest:
        with installation.unit("authorise_refund") as unit:
            unit.lock()
            rights = permit_unit(installation, unit, Permission.REFUND_AUTHORISE, Permission.REFUND_REQUEST)
            request = records.found(unit, reference)
            withdrawn = not accept and key(request.asked_by) == key(installation.actor)
            if not withdrawn:
                rights.require(Permission.REFUND_AUTHORISE)
            check_accounts(installation, unit, rights, request)
            unsent = request.state is RefundState.REQUESTED and records.first_sent_at(unit, request) is None
            if request.state is not RefundState.PROPOSED and (accept or not unsent):
                message = f"Refund {request.reference} is {request.state.value}; it waits for nobody."
                raise AlreadyDone("already_decided", message, refund=request.reference)
            if not withdrawn:
                refuse_same_person(installation, request.asked_by, what=f"refund {request.reference}")
            kind = RefundEventKind.AUTHORISED if accept else RefundEventKind.TURNED_DOWN
            if accept:
                records.check_unclaimed(installation, unit, request)
            else:
                drawing.give_back_all(unit, request.id, by_kind="refund_request")
            request = records.noted(
                installation, unit, request, kind, RefundState.REQUESTED if accept else RefundState.FAILED
            )
            unit.commit()
            return request

    return retried(once)


def finish_refund(installation: Installation, observation: RefundObservation) -> RefundRequest:
    """Record what was said of a refund, and return the request as it then stands.

    Raises:
        NotFound: There is no such request.
        NotPermitted: The user may not say what became of refunds.
    """
    return record_said(installation, observation, Permission.REFUND_CONFIRM, Permission.PAYMENT_SETTLE)


def check_accounts(installation: Installation, unit: Unit, rights: Rights, request: RefundRequest) -> None:
    """Refuse whoever has not the funds that a request gives back from, or must keep their hands off its accounts."""
    accounts = accounts_of(unit.connection, request)
    rights.require_funds([fund for fund, _ in accounts])
    permit_accounts(installation, unit.connection, rights, accounts)


def record_said(
    installation: Installation, said: RefundObservation, *permissions: Permission
) -> RefundRequest:
    """Do as `finish_refund` for a service that asked the provider itself, which says by which permissions."""

    def once() -> RefundRequest:
        with installation.unit("finish_refund") as unit:
            unit.lock()
            rights = permit_unit(installation, unit, *permissions)
            request = records.found(unit, said.refund_reference)
            if not rights.has(Permission.PAYMENT_SETTLE):  # an adapter passes on whatever the provider says
                check_accounts(installation, unit, rights, request)
            decision = decide(request.state, said.said)
            if decision.effect is not RefundEffect.NOTHING and said.amount not in {None, request.total}:
                decision = RefundDecision(request.state, breaks=(BreakKind.REFUND_CONTRADICTED,))
            decision = _effect(installation, unit, request, said, decision)
            reconciliation.add_new_breaks(unit, records.breaks_about(unit, decision.breaks, request, said))
            first_word = request.provider_reference is None and said.provider_reference is not None
            if decision.noted or first_word:
                request = records.noted(
                    installation,
                    unit,
                    request,
                    RefundEventKind.SAID,
                    decision.state,
                    said=said,
                    detail=said.reason,
                )
            unit.detail |= {
                "refund": request.reference,
                "said": said.said.value,
                "state": request.state.value,
            }
            unit.commit()
            return request

    return retried(once)


def _effect(
    installation: Installation,
    unit: Unit,
    request: RefundRequest,
    said: RefundObservation,
    decision: RefundDecision,
) -> RefundDecision:
    """Do to the books what an answer says, and return what then holds."""
    if decision.effect is RefundEffect.RELEASE:
        drawing.give_back_all(unit, request.id, by_kind="refund_request")
    elif decision.effect is RefundEffect.REVERSE:
        take_back(installation, unit, records.refunds_of(unit, request)[-1])
    elif decision.effect is RefundEffect.RECORD:
        records.record(installation, unit, request, said, {item.line: item.vat for item in request.items})
    elif decision.effect is RefundEffect.DRAW_AND_RECORD:
        lines, _ = records.lines_of(unit, request)
        asked = [(lines[item.line], item.amount) for item in request.items]
        try:
            drawn = drawing.take(installation.council, unit, asked, by_kind="refund_request", by=request.id)
        except AlreadyDone:
            raise  # somebody drew meanwhile: read again
        except RuleViolation:
            # What it would give back has been given elsewhere meanwhile: a person finds out who has what.
            return RefundDecision(request.state, breaks=(BreakKind.REFUND_CONTRADICTED,))
        records.record(installation, unit, request, said, {draw.line: draw.vat for draw in drawn})
    return decision
