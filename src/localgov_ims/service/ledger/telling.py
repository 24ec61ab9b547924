"""Telling: plugins that listen hear of what was exported, one at a time, after it was recorded. No money is touched here."""

from __future__ import annotations

from collections.abc import Callable

from localgov_ims.domain.hearings import Hearing, HearingState, JournalExported, again_after
from localgov_ims.domain.outbox import CLAIM_LASTS, without_address
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import AlreadyDone, ImsError
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_reading
from localgov_ims.service.retrying import retried
from localgov_ims.storage import hearings as stored


def tell_listeners(installation: Installation, *, at_once: bool = False) -> list[Hearing]:
    """Tell each listener of every export that it has not heard of and is due; return what is unheard after it.

    Every one is told at least once, in the order of the exports. One that fails is kept and told again after a while
    (*at_once*: now), and holds up no other listener; its own later hearings wait for their turn in a run after this one.

    Raises:
        NotPermitted: The permission journal.export is missing.
    """
    permit_reading(installation, Permission.JOURNAL_EXPORT)
    failed: set[str] = set()
    for hearing in list_unheard(installation):
        listener = installation.journal_listeners.get(hearing.listener)
        if listener is None or hearing.listener in failed:
            continue  # a plugin that is not enabled hears of it when it is
        claimed = _claimed(installation, hearing, at_once=at_once)
        if claimed is not None and not _told(installation, listener, claimed):
            failed.add(hearing.listener)
    return list_unheard(installation)


def list_unheard(installation: Installation) -> list[Hearing]:
    """Return what listeners have not heard, the oldest first.

    Raises:
        NotPermitted: The permission journal.export is missing.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.JOURNAL_EXPORT)
        return list(stored.unheard(connection))


def _claimed(installation: Installation, hearing: Hearing, *, at_once: bool) -> Hearing | None:
    """Take a hearing for ourselves; none where it is not due, or somebody else has it."""
    try:
        with installation.unit("claim_hearing") as unit:
            found = next(stored.unheard(unit.connection, stored.hearings.c.id == hearing.id), None)
            if found is None:
                return None
            waits = found.again_at is not None and found.again_at > unit.at
            if waits and not (at_once and found.state is HearingState.FAILED):
                return None
            until = unit.at + CLAIM_LASTS
            stored.add_event(unit, found, HearingState.CLAIMED, by=installation.actor, again_at=until)
            unit.detail |= {"listener": found.listener, "journal": found.journal}
            unit.commit()
    except AlreadyDone:
        return None  # another was first
    with installation.store.reading() as connection:
        return next(stored.unheard(connection, stored.hearings.c.id == hearing.id), None)


def _told(
    installation: Installation, listener: Callable[[JournalExported], object], claimed: Hearing
) -> bool:
    """Tell a hearing that is ours, and record what came of it; say whether it was heard."""
    with installation.store.reading() as connection:
        told = stored.told_of(connection, claimed.id)
    try:
        listener(told)
    except ImsError as error:
        why = without_address(error.message, "")
    except Exception as error:  # noqa: BLE001 - a plugin may break in any way; its words are not shown, for nobody checked them
        why = f"The plugin itself broke ({type(error).__name__}). Tell whoever looks after it."
    else:
        _record(installation, claimed, HearingState.HEARD, None)
        return True
    _record(installation, claimed, HearingState.FAILED, why)
    return False


def _record(installation: Installation, claimed: Hearing, state: HearingState, why: str | None) -> None:
    def once() -> None:
        with installation.unit("tell_listener") as unit:
            found = next(stored.unheard(unit.connection, stored.hearings.c.id == claimed.id), None)
            if found is None or (state is HearingState.FAILED and found.events != claimed.events):
                return  # others thought us lost, and what becomes of it is theirs to say
            again_at = unit.at + again_after(found.attempts) if state is HearingState.FAILED else None
            stored.add_event(unit, found, state, by=installation.actor, detail=why, again_at=again_at)
            unit.detail |= {"listener": found.listener, "journal": found.journal, "state": state.value}
            unit.commit()

    retried(once)
