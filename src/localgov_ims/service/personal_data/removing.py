"""Removing personal data, in the way that is common to retention and erasure: one proposes, another confirms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.people import key
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.retention import LegalHold, Proposal, Removal, RemovalKind
from localgov_ims.errors import AlreadyDone, NotFound, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.storage import retention
from localgov_ims.storage.engines import wipe
from localgov_ims.storage.retention import Gone
from localgov_ims.storage.store import Unit

Remove = Callable[[Unit, Proposal, Sequence[LegalHold]], Mapping[str, Gone]]
"""Removes what a proposal is about in a unit of work, but what holds keep; says what went, by class."""


def propose(unit: Unit, proposal: Proposal) -> None:
    """Record a proposal; the audit trail says how much it is about, not whom."""
    retention.add_proposal(unit, proposal)
    counted = {each.name: each.remove for each in proposal.classes if each.remove}
    unit.detail |= {"proposal": str(proposal.id), "kind": proposal.kind.value, "to_remove": counted}
    unit.commit()


def confirm(
    installation: Installation, wanted: UUID, kind: RemovalKind, permission: Permission, remove: Remove
) -> Removal:
    """Carry a proposal out in one unit of work, and record by counts what it removed.

    Raises:
        NotPermitted: The permission is missing.
        NotFound: There is no such proposal.
        RuleViolation: Whoever asks proposed it (`same_person`), or it would remove more than was previewed.
        AlreadyDone: It was carried out before.
    """
    with installation.unit(f"confirm_{kind.value}") as unit:
        rights = permit_unit(installation, unit, permission)
        unit.lock()  # nobody records anything between what is looked for and what is removed
        proposal = _open(unit, wanted, kind)
        if key(proposal.by) == key(rights.user.name):
            message = f"You proposed this {kind.value} yourself. Somebody else with {permission.value} must confirm it."
            raise RuleViolation("same_person", message, proposal=str(wanted))
        holds = retention.holds_in_force(unit.connection, local_day(unit.at))
        gone = {name: found for name, found in remove(unit, proposal, holds).items() if found.number}
        removed = {name: found.number for name, found in gone.items()}
        retention.add_run(unit, wanted, installation.actor, gone)
        unit.detail |= {"proposal": str(wanted), "removed": removed}
        unit.commit()
    return Removal(
        proposal=wanted, kind=kind, by=installation.actor, removed=removed,
        wiped=wipe(installation.store.engine),
    )  # fmt: skip


def more_than_previewed(name: str, previewed: int, now: int) -> RuleViolation:
    """Make the error for a proposal that would remove more than whoever proposed it saw."""
    message = (
        f"Of {name} {previewed:,} were to be removed, and now it would be {now:,}: a legal hold has ended, or something "
        "was recorded since. Propose it again, and look at the new preview."
    )
    return RuleViolation("more_than_previewed", message, previewed=previewed, now=now)


def _open(unit: Unit, wanted: UUID, kind: RemovalKind) -> Proposal:
    proposal = retention.proposal(unit.connection, wanted)
    if proposal is None or proposal.kind is not kind:
        message = f"There is no proposal of {kind.value} {wanted}. The one who proposed it was told its id."
        raise NotFound("no_such_proposal", message, proposal=str(wanted))
    done = retention.carried_out(unit.connection, wanted)
    if done is not None:
        by, at = done
        message = f"{by} confirmed this proposal on {local_day(at):%d %B %Y}; nothing was removed again."
        raise AlreadyDone("already_confirmed", message, proposal=str(wanted), by=by)
    return proposal
