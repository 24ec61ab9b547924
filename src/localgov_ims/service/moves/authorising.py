"""Authorising what another person proposed: every kind of act that moves money, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.two_person import Act
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves import reallocations, transfers
from localgov_ims.service.moves.proposing import Recording, decide_proposal
from localgov_ims.service.reconciliation import differences
from localgov_ims.service.suspense import clearing

RECORDS: Final[Mapping[Act, Recording]] = {
    Act.TRANSFER: transfers.record_proposed,
    Act.REALLOCATION: reallocations.record_proposed,
    Act.CLEARANCE: clearing.record_proposed,
    Act.WRITE_OFF: differences.record_proposed,
}
"""What records each kind of act; refunds wait in their own request (`authorise_refund`)."""


def authorise(installation: Installation, reference: str, *, accept: bool = True) -> Proposal:
    """Record what somebody else proposed, or turn it down, which gives back what it drew.

    Raises:
        NotFound: There is no such proposal.
        RuleViolation: Whoever asked cannot decide it (`same_person`), or it is no longer possible.
        AlreadyDone: It has been decided.
        NotPermitted: The user may not authorise acts of its kind.
    """
    return decide_proposal(installation, reference, RECORDS, accept=accept)
