"""Unpaids: which there are, where each stands, and what a person says of them: challenged, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.unpaids import RecordedUnpaid, UnpaidEvent, UnpaidState, check_step
from localgov_ims.errors import InvalidValue, NotFound
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.storage import unpaids as stored


@frozen(kw_only=True)
class UnpaidNow:
    """An unpaid and its latest event; none while it is only announced."""

    recorded: RecordedUnpaid
    latest: UnpaidEvent | None

    @property
    def state(self) -> UnpaidState:
        """Where it stands."""
        return self.latest.state if self.latest is not None else UnpaidState.ADVISED


def list_unpaids(installation: Installation, *, every: bool = False) -> list[UnpaidNow]:
    """Return the unpaids that the bank has not debited yet, or all, the oldest first.

    Raises:
        NotPermitted: The permission import.view is missing.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.IMPORT_VIEW)
        where = [] if every else [stored.unpaids.c.id.not_in(stored.ended())]
        found = list(stored.some(connection, *where))
        latest = stored.latest(connection, [each.id for each in found])
    return [UnpaidNow(recorded=each, latest=latest.get(each.id)) for each in found]


def say_of_unpaids(
    installation: Installation, unpaids: Sequence[UUID], state: UnpaidState, *, reason: str
) -> list[UnpaidEvent]:
    """Say that unpaids are challenged with the payer's bank, or withdrawn by it; of all of them or none.

    Raises:
        InvalidValue: No reason is given, or it is too long; or the state is one that only the bank's debit brings.
        NotPermitted: The permission import.decide is missing.
        NotFound: There is no such unpaid.
        RuleViolation: It cannot become that (`wrong_state`).
        AlreadyDone: Somebody else said something of it meanwhile.
    """
    if state not in {UnpaidState.CHALLENGED, UnpaidState.WITHDRAWN}:
        message = f"An unpaid is {state.value} by what the bank does, not by what is said."
        raise InvalidValue("bad_state", message, state=state.value)
    why = (fitting("reason", reason, 200) or "").strip()
    if not why:
        raise InvalidValue("reason_missing", "Say why.", field="reason")
    with installation.unit(f"unpaids_{state.value}") as unit:
        permit_unit(installation, unit, Permission.IMPORT_DECIDE)
        known = {each.id for each in stored.some(unit.connection, stored.unpaids.c.id.in_(list(unpaids)))}
        latest = stored.latest(unit.connection, list(known))
        made = []
        for wanted in unpaids:
            if wanted not in known:
                message = (
                    f"There is no unpaid '{quoted(str(wanted))}'. `ims unpaids list` names those there are."
                )
                raise NotFound("not_found", message, unpaid=str(wanted))
            before = latest.get(wanted)
            check_step(before.state if before is not None else UnpaidState.ADVISED, state)
            event = UnpaidEvent(
                id=new_id(), unpaid=wanted, number=before.number + 1 if before is not None else 1, state=state,
                at=unit.at, by=installation.actor, reason=why,
            )  # fmt: skip
            stored.add_events(unit, [event])
            made.append(event)
        unit.detail |= {"unpaids": len(made)}
        unit.commit()
        return made
