"""What a refund request is refused for, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from localgov_ims.domain.draws import available
from localgov_ims.domain.ids import shown
from localgov_ims.domain.money import Money
from localgov_ims.domain.payers import Payee
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.refunds import RefundRequest, Route
from localgov_ims.domain.transactions import Line, Transaction
from localgov_ims.errors import RuleViolation
from localgov_ims.service.council import Council
from localgov_ims.service.direct_debits.open_claims import open_claims, told
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import note_use
from localgov_ims.storage import draws
from localgov_ims.storage.store import Unit

Found = tuple[Transaction, Line, Money]
"""A line to give back from, its transaction, and how much of it."""


@frozen(kw_only=True)
class Asked:
    """What was asked for."""

    reason: str
    route: Route
    payee: Payee | None
    evidence: str | None


def subject_of(transaction: Transaction) -> str:
    """Return what may have one open request at a time."""
    return transaction.payment or transaction.reference


def check_request(earlier: Sequence[RefundRequest], reason: str) -> None:
    """Refuse a request while another is open for the same payment, or without a reason."""
    for other in earlier:
        if other.state.open:
            message = (
                f"Refund {other.reference} of {other.total.shown()} is {other.state.value} for the same payment. Wait for "
                "its outcome; while it is proposed, whoever asked may turn it down."
            )
            raise RuleViolation("refund_open", message, refund=other.reference)
    if not reason.strip():
        raise RuleViolation("reason_missing", "Say why the money is given back.")


def check_claims(
    unit: Unit, council: Council, given: Iterable[Transaction], request: RefundRequest | None = None
) -> None:
    """Refuse to give back what the payer's bank may give back too, by a new request or by the one that is there."""
    for claim in open_claims(unit.connection, council, list(given)):
        first = f"Refund {shown(request.reference)} is not sent on: " if request is not None else ""
        then = (
            f"turn it down (`ims refunds turn-down {shown(request.reference)}`)"
            if request is not None
            else "wait"
        )
        message = (
            f"{first}{told(claim)}, is open, and the payer's bank pays it back. Refunded as well, the payer has it twice: "
            f"{then} until the bank has debited it. If the bank gives in: `ims unpaids withdraw {claim.id}`."
        )
        raise RuleViolation("claim_open", message, unpaid=str(claim.id))


def check_available(unit: Unit, found: Sequence[Found]) -> None:
    """Refuse to give back more of a line than is left of it."""
    standing = draws.taken(unit.connection, [line.id for _, line, _ in found])
    for _, line, asked in found:
        left = available(line, standing[line.id])
        if asked > left:
            message = f"Of line {line.reference} {left.shown()} can still be given back, not {asked.shown()}."
            raise RuleViolation("over_available", message, line=line.reference, available=left, asked=asked)


def check_route(
    installation: Installation, unit: Unit, rights: Rights, found: Sequence[Found], asked: Asked
) -> None:
    """Refuse what cannot go back by its route, and a part of a line without the permission for it."""
    if len({subject_of(transaction) for transaction, _, _ in found}) > 1:
        raise RuleViolation(
            "several_payments", "These lines are of several payments. Ask for each refund by itself."
        )
    if asked.route is Route.PAYABLES:
        if asked.payee is None:
            raise RuleViolation(
                "payee_missing", "Say whom the payables system pays: name, sort code and account."
            )
    else:
        for transaction, line, _ in found:
            method = installation.council.methods[line.mop]
            if not method.refundable or transaction.provider_reference is None:
                message = (
                    f"Line {line.reference} was paid by {method.name}, which cannot be sent back by a provider. Use the "
                    "payables route."
                )
                raise RuleViolation("not_refundable", message, line=line.reference)
    for _, line, amount in found:
        if amount < line.amount:
            rights.require(Permission.REFUND_REQUEST_PART)
            note_use(unit, Permission.REFUND_REQUEST_PART)
