"""Two people: above a limit an act is proposed, checked and drawn, and another person's word records it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from localgov_ims.domain.calendar import local_day, start_of
from localgov_ims.domain.ids import new_id, new_reference, parse_reference
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.people import Rights, key
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.texts import alike
from localgov_ims.domain.two_person import Act
from localgov_ims.errors import AlreadyDone, NotFound, RuleViolation
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.drawing import give_back_all
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.service.retrying import retried
from localgov_ims.storage import proposals as stored
from localgov_ims.storage.store import Unit

Account = tuple[str, str | None]
"""A fund and an account reference of it, where there is one."""

Moved = dict[Account, Money]
"""What an act moves, by fund and account reference."""

AUTHORISES: Mapping[Act, Permission] = {
    Act.REFUND: Permission.REFUND_AUTHORISE, Act.PAYABLES: Permission.REFUND_AUTHORISE,
    Act.REALLOCATION: Permission.LINE_AUTHORISE, Act.TRANSFER: Permission.TRANSFER_AUTHORISE,
    Act.CLEARANCE: Permission.SUSPENSE_AUTHORISE, Act.WRITE_OFF: Permission.WRITE_OFF_AUTHORISE,
}  # fmt: skip
"""What authorises each act."""

_ASKS = (
    Permission.LINE_REALLOCATE,
    Permission.TRANSFER_RECORD,
    Permission.SUSPENSE_CLEAR,
    Permission.WRITE_OFF_RECORD,
)


def needs_another(installation: Installation, unit: Unit, act: Act, moved: Moved) -> bool:
    """Tell whether an act is above what its person may do alone: this one with all of today's on one of its accounts.

    The unit is locked, or two acts of one person at the same moment would each see a day without the other.
    """
    limit = installation.council.two_person.of(act)
    midnight = start_of(local_day(unit.at))
    today = stored.amounts_since(unit.connection, act, key(installation.actor), midnight)
    before, now = (_by_account(installation.council, each) for each in (today, moved))
    return any(amount + before.get(account, NOTHING) > limit for account, amount in now.items())


def _by_account(council: Council, moved: Moved) -> Moved:
    """Add up by account, where the fund's references have no format however they are written: else `me` is not `ME`."""
    found: Moved = {}
    for (fund, reference), amount in moved.items():
        known = fund in council.funds and council.funds[fund].reference_format is not None
        account = (fund, reference if known or reference is None else alike(reference))
        found[account] = found.get(account, NOTHING) + amount
    return found


def count(
    installation: Installation,
    unit: Unit,
    act: Act,
    moved: Moved,
    record: UUID,
    *,
    others: Collection[Account] = (),
) -> None:
    """Record what an act comes to on each account, so that the day's acts of its person can be added up.

    Of *others* the fund need not be theirs, nor that of whoever authorises the act.
    """
    stored.add_amounts(unit, act, key(installation.actor), moved, record, others=others)


def propose(
    installation: Installation, unit: Unit, act: Act, asked: Mapping[str, object], moved: Moved, *, amount: Money,
    others: Collection[Account] = (),
) -> Proposal:  # fmt: skip
    """Record that an act, which moves *amount* in all, waits for another person."""
    proposal = Proposal(
        id=new_id(), reference=new_reference(), act=act, asked=asked, amount=amount,
        proposed_by=installation.actor, proposed_at=unit.at,
    )  # fmt: skip
    stored.add(unit, proposal)
    count(installation, unit, act, moved, proposal.id, others=others)
    unit.detail |= {"proposal": proposal.reference, "act": act.value, "pence": proposal.amount.pence}
    return proposal


def waiting_proposals(installation: Installation) -> list[Proposal]:
    """Return what waits for another person and this one may authorise or has asked for, the oldest first."""
    with installation.store.reading() as connection:
        rights = permit(installation, connection, *_ASKS, *dict.fromkeys(AUTHORISES.values()))
        return [
            proposal for proposal in stored.waiting(connection)
            if (rights.has(AUTHORISES[proposal.act]) or key(proposal.proposed_by) == key(installation.actor))
            and all(rights.sees(fund) for fund, _ in stored.accounts_of(connection, proposal.id))
        ]  # fmt: skip


Recording = Callable[[Installation, Unit, Rights, Proposal], UUID]
"""Records what a proposal asked for, in the unit of whoever authorised it."""


def decide_proposal(
    installation: Installation, reference: str, recording: Mapping[Act, Recording], *, accept: bool
) -> Proposal:
    """Record what was proposed, or turn it down, which gives back what it drew; whoever proposed it may withdraw it.

    Raises:
        NotFound: There is no such proposal.
        RuleViolation: Whoever asked cannot decide it himself (`same_person`), or what it asked is no longer possible.
        AlreadyDone: It has been decided.
        NotPermitted: The user may not authorise acts of its kind.
    """
    return retried(lambda: _decide(installation, reference, recording, accept=accept))


def _decide(
    installation: Installation, reference: str, recording: Mapping[Act, Recording], *, accept: bool
) -> Proposal:
    with installation.unit("decide_proposal") as unit:
        unit.lock()
        rights = permit(installation, unit.connection, *_ASKS, *dict.fromkeys(AUTHORISES.values()))
        proposal = stored.by_reference(unit.connection, parse_reference(reference))
        if proposal is None:
            raise NotFound("no_such_proposal", f"There is no proposal {reference!r}.", reference=reference)
        withdrawn = not accept and key(proposal.proposed_by) == key(installation.actor)
        if not withdrawn:
            permit_unit(installation, unit, AUTHORISES[proposal.act])
            refuse_same_person(installation, proposal.proposed_by, what=f"proposal {proposal.reference}")
        accounts = stored.accounts_of(unit.connection, proposal.id)
        rights.require_funds([fund for fund, _ in accounts])
        permit_accounts(installation, unit.connection, rights, accounts)
        if proposal.accepted is not None:
            raise decided(proposal)
        if accept and not proposal.asked:
            message = f"What proposal {proposal.reference} asked for has been removed as personal data. Turn it down."
            raise RuleViolation("proposal_retired", message, proposal=proposal.reference)
        give_back_all(unit, proposal.id, by_kind="proposal")
        record = recording[proposal.act](installation, unit, rights, proposal) if accept else None
        stored.decide(unit, proposal, accepted=accept, by=installation.actor, record=record)
        unit.detail |= {
            "proposal": proposal.reference,
            "accepted": accept,
            "proposed_by": proposal.proposed_by,
        }
        unit.commit()
        return next(stored.some(unit.connection, stored.proposals.c.id == proposal.id))


def refuse_same_person(installation: Installation, other: str, *, what: str) -> None:
    """Refuse a second person who is the first.

    Raises:
        RuleViolation: `same_person`.
    """
    if key(installation.actor) == key(other):
        message = f"{installation.actor} asked for {what}, so somebody else must authorise it."
        raise RuleViolation("same_person", message, user=installation.actor)


def decided(proposal: Proposal) -> AlreadyDone:
    """Make the error for a proposal that somebody has decided."""
    how = "accepted" if proposal.accepted else "turned down"
    message = f"Proposal {proposal.reference} was {how} by {proposal.decided_by}."
    return AlreadyDone("already_decided", message, proposal=proposal.reference)
