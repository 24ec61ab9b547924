"""Refunds: asking for one, which draws what it gives back before anybody outside hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id, new_reference, parse_reference
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.payers import Payee
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.refunds import (
    RefundEvent,
    RefundEventKind,
    RefundItem,
    RefundRequest,
    RefundState,
    Route,
)
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.two_person import Act
from localgov_ims.errors import InvalidValue, NotFound, RuleViolation
from localgov_ims.service.finding import line_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves import proposing
from localgov_ims.service.moves.drawing import take
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.service.refunds.checks import (
    Asked,
    Found,
    check_available,
    check_claims,
    check_request,
    check_route,
    subject_of,
)
from localgov_ims.service.retrying import retried
from localgov_ims.storage import refunds as stored
from localgov_ims.storage import transactions
from localgov_ims.storage.store import Unit


@frozen(kw_only=True)
class RefundOf:
    """What is to be given back of one line, by the line's reference."""

    line: str
    amount: Money


def refund_payment(
    installation: Installation,
    items: Sequence[RefundOf],
    *,
    reason: str,
    route: Route = Route.PROVIDER,
    payee: Payee | None = None,
    evidence: str | None = None,
) -> RefundRequest:
    """Ask for a refund; what it gives back is drawn from its lines at once, so that nobody else can give it too.

    It is *proposed*, and waits for another person, by the payables route or above the limit for one person; else
    *requested*, for `send_refund` to send.

    Raises:
        InvalidValue: An amount is below zero, or a line is not income.
        RuleViolation: In this order: `nothing_to_refund`, `refund_open`, `reason_missing`, `claim_open`,
            `over_available`, `several_payments`, `not_refundable`, `payee_missing`.
        NotFound: There is no such line.
        NotPermitted: The user may not ask for refunds (or for parts of a line), a fund is not theirs, or an account is
            restricted.
    """
    asked = Asked(
        reason=fitting("reason", reason, 100) or "", route=route, payee=payee,
        evidence=fitting("evidence", evidence, 500),
    )  # fmt: skip
    return retried(lambda: _ask(installation, items, asked))


def _ask(installation: Installation, items: Sequence[RefundOf], asked: Asked) -> RefundRequest:
    with installation.unit("refund_payment") as unit:
        unit.lock()  # whoever draws does it one after another, so that nobody waits for one who waits for him
        rights = permit_unit(installation, unit, Permission.REFUND_REQUEST)
        request = request_refund(installation, unit, rights, _found(unit, rights, items), asked)
        unit.commit()
        return request


def request_refund(
    installation: Installation, unit: Unit, rights: Rights, found: Sequence[Found], asked: Asked
) -> RefundRequest:
    """Record a request in a locked unit, for the lines that were found; it draws on them.

    Raises:
        RuleViolation, NotPermitted: See `refund_payment`.
    """
    accounts = [(line.fund, line.account_reference) for _, line, _ in found]
    permit_accounts(installation, unit.connection, rights, accounts)
    earlier = [
        each for subject in sorted({subject_of(transaction) for transaction, _, _ in found})
        for each in stored.of_subject(unit.connection, subject)
    ]  # fmt: skip
    check_request(earlier, asked.reason)
    check_claims(unit, installation.council, [transaction for transaction, _, _ in found])
    check_available(unit, found)
    check_route(installation, unit, rights, found, asked)
    request = _request(installation, unit, found, asked, n=len(earlier) + 1)
    unit.detail |= {"refund": request.reference, "pence": request.total.pence, "state": request.state.value}
    return request


def view_refund(installation: Installation, reference: str) -> RefundRequest:
    """Return a refund request as it stands.

    Raises:
        NotFound: There is no such request.
        NotPermitted: The user may not see refunds, or one of its funds is not theirs.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.REFUND_VIEW, Permission.REFUND_REQUEST)
        found = stored.by_reference(connection, parse_reference(reference))
        if found is None:
            raise no_refund(reference)
        rights.require_funds([fund for fund, _ in accounts_of(connection, found)])
        return found


def accounts_of(connection: Connection, request: RefundRequest) -> list[tuple[str, str | None]]:
    """Return the accounts that a request gives back from, by fund and reference."""
    lines = transactions.lines_by_id(connection, [item.line for item in request.items])
    return [(line.fund, line.account_reference) for line in lines.values()]


def no_refund(reference: str) -> NotFound:
    """Make the error for a refund request that is not there."""
    return NotFound("no_such_refund", f"There is no refund request {reference!r}.", reference=reference)


def _found(unit: Unit, rights: Rights, items: Sequence[RefundOf]) -> list[Found]:
    """Return the lines asked for, each once, with all that is asked of it."""
    found: dict[UUID, Found] = {}
    for item in items:
        transaction, line = line_of(unit.connection, rights, item.line)
        if line.reverses is not None or transaction.origin.kind == "transfer":
            message = f"Line {line.reference} is no money that came in: it only moves or takes back. Refund the line that it came by."
            raise InvalidValue("not_income", message, line=line.reference)
        if item.amount < NOTHING or line.amount < NOTHING:
            what = (
                f"a refund of {item.amount.shown()}"
                if item.amount < NOTHING
                else f"it is {line.amount.shown()}"
            )
            raise InvalidValue(
                "amount_not_positive",
                f"Line {line.reference} cannot be refunded: {what}.",
                line=line.reference,
            )
        if item.amount:
            before = found[line.id][2] if line.id in found else NOTHING
            found[line.id] = (transaction, line, before + item.amount)
    if not found:
        raise RuleViolation(
            "nothing_to_refund", "Say how much of which line is given back; nothing is asked for."
        )
    return list(found.values())


def _request(
    installation: Installation, unit: Unit, found: Sequence[Found], asked: Asked, *, n: int
) -> RefundRequest:
    parts = [(line, amount) for _, line, amount in found]
    own = new_id()
    moved: proposing.Moved = {}
    for line, amount in parts:
        account = (line.fund, line.account_reference)
        moved[account] = moved.get(account, NOTHING) + amount
    act = Act.PAYABLES if asked.route is Route.PAYABLES else Act.REFUND
    waits = proposing.needs_another(installation, unit, act, moved)
    drawn = take(installation.council, unit, parts, by_kind="refund_request", by=own)
    first = found[0][0]
    request = RefundRequest(
        id=own, reference=new_reference(), route=asked.route, subject=subject_of(first), n=n, payment=first.payment,
        reason=asked.reason.strip(), asked_by=installation.actor, asked_at=unit.at, payee=asked.payee,
        evidence=asked.evidence,
        items=tuple(
            RefundItem(line=line.id, line_reference=line.reference, amount=amount, vat=draw.vat)
            for (line, amount), draw in zip(parts, drawn, strict=True)
        ),
        state=RefundState.PROPOSED if waits else RefundState.REQUESTED, events=1,
    )  # fmt: skip
    stored.add(unit, request, personal_narratives=installation.council.personal_narratives)
    proposing.count(installation, unit, act, moved, own)
    event = RefundEvent(
        id=new_id(), request=own, number=1, kind=RefundEventKind.ASKED, state=request.state, at=unit.at,
        by=installation.actor,
    )  # fmt: skip
    stored.add_event(unit, event)
    return request
