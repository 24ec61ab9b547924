"""Delivering: the messages in the outbox go out, each claimed, sent and recorded by itself. No money is touched here."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from attrs import evolve, frozen

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.outbox import (
    BACK_OFF,
    CLAIM_LASTS,
    MessageEvent,
    MessageState,
    OutboxMessage,
    Outcome,
    may_have_gone,
    try_again_at,
    without_address,
)
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import AlreadyDone, ImsError
from localgov_ims.hooks.notifiers import Message, Notifier
from localgov_ims.service.documents.sending import chosen_notifier
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import note_use, permit, permit_reading
from localgov_ims.service.retrying import retried
from localgov_ims.storage import outbox
from localgov_ims.storage.store import Unit

_CLAIMS = len(BACK_OFF) + 1


@frozen(kw_only=True)
class Delivered:
    """What one delivery did: messages sent, failed for now, given up, and how many still wait, failed ones among them."""

    sent: int
    failed: int
    given_up: int
    waiting: int


def deliver_messages(installation: Installation) -> Delivered:
    """Send every message whose time has come, the oldest first.

    A message is claimed before it is sent, so that of several workers one sends it, and its id is the key of every
    attempt. Whoever is cut off between sending and recording leaves a claim; when that has lasted, the message is sent
    again under the same key. One that fails never stops the next.

    Raises:
        ConfigurationError: The settings choose no notifier, or one of its secrets is missing; nothing was claimed.
        NotPermitted: The permission message.manage is missing.
    """
    permit_reading(installation, Permission.MESSAGE_MANAGE)
    chosen = chosen_notifier(installation)
    done: Counter[MessageState] = Counter()
    with chosen.opened() as notifier:
        with installation.store.reading() as connection:
            due = outbox.due(connection, installation.clock())
        for message in due:
            claimed = _claimed(installation, message, chosen.name)
            if claimed is not None and claimed.state is MessageState.CLAIMED:
                claimed = _attempted(installation, notifier, claimed, chosen.name)
            if claimed is not None:
                done[claimed.state] += 1
    with installation.store.reading() as connection:
        waiting = outbox.waiting(connection)
    return Delivered(
        sent=done[MessageState.SENT], failed=done[MessageState.FAILED], given_up=done[MessageState.GIVEN_UP],
        waiting=waiting,
    )  # fmt: skip


def list_outbox(installation: Installation, *, every: bool = False) -> list[OutboxMessage]:
    """Return the messages that are to be sent or were given up, the oldest first; with *every* the others too.

    Raises:
        NotPermitted: The permission message.manage is missing.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.MESSAGE_MANAGE)
        wanted = () if every else (outbox.is_open() | outbox.stands(MessageState.GIVEN_UP),)
        return list(outbox.some(connection, *wanted))


def _claimed(installation: Installation, message: UUID, notifier: str) -> OutboxMessage | None:
    """Claim a message, or give up one that cannot be sent; none where somebody else has it."""
    try:
        with installation.unit("claim_message") as unit:
            found = outbox.by_id(unit.connection, message)
            if not found.due(unit.at):
                return None
            note_use(unit, Permission.MESSAGE_MANAGE)
            if found.contents is None or found.contents.to is None:
                gone = "Whom it was for has been removed, and what it says."
                outcome = Outcome(state=MessageState.GIVEN_UP, code="contents_removed", detail=gone)
            elif found.attempts >= _CLAIMS:
                lost = "Nobody knows what became of the last attempt, and there were enough."
                outcome = Outcome(state=MessageState.GIVEN_UP, code="outcome_unknown", detail=lost)
            else:
                until = unit.at + CLAIM_LASTS
                outcome = Outcome(state=MessageState.CLAIMED, notifier=notifier, again_at=until)
            _commit(installation, unit, found, evolve(outcome, may_have_gone=found.lost))
    except AlreadyDone:
        return None  # another worker was first
    with installation.store.reading() as connection:
        return outbox.by_id(connection, message)


def _attempted(
    installation: Installation, notifier: Notifier, claimed: OutboxMessage, name: str
) -> OutboxMessage:
    """Send a message that is ours, and record what came of it."""
    contents = claimed.contents
    if contents is None or contents.to is None:
        return claimed  # removed since it was claimed; the next delivery gives it up
    try:
        message = Message(to=contents.to, subject=contents.subject, text=contents.text)
        delivery = notifier.send(message, key=str(claimed.id))
    except ImsError as error:
        why = Outcome(
            state=MessageState.FAILED, notifier=name, code=error.code,
            detail=without_address(error.message, contents.to), may_have_gone=may_have_gone(error),
        )  # fmt: skip
        return _failed(installation, claimed, why, error)
    except Exception as error:  # noqa: BLE001 - a plugin may break in any way; its words are not shown, for nobody checked them
        said = f"The notifier itself broke ({type(error).__name__}). It may have been sent. Tell whoever looks after it."
        why = Outcome(
            state=MessageState.FAILED, notifier=name, code="notifier_broke", detail=said, may_have_gone=True
        )
        return _failed(installation, claimed, why, None)

    def sent() -> OutboxMessage:
        with installation.unit("send_message") as unit:
            found = outbox.by_id(
                unit.connection, claimed.id
            )  # others may have thought us lost; it was sent all the same
            outcome = Outcome(state=MessageState.SENT, notifier=name, reference=delivery.reference)
            _commit(installation, unit, found, outcome)
        return _as_it_stands(installation, claimed)

    return retried(sent)


def _failed(
    installation: Installation, claimed: OutboxMessage, why: Outcome, error: ImsError | None
) -> OutboxMessage:
    def failed() -> OutboxMessage:
        with installation.unit("fail_message") as unit:
            found = outbox.by_id(unit.connection, claimed.id)
            if (
                found.events == claimed.events
            ):  # else others thought us lost, and what becomes of it is theirs to say
                again = try_again_at(error, found.attempts, unit.at)
                state = MessageState.FAILED if again is not None else MessageState.GIVEN_UP
                _commit(installation, unit, found, evolve(why, state=state, again_at=again))
        return _as_it_stands(installation, claimed)

    return retried(failed)


def _commit(installation: Installation, unit: Unit, found: OutboxMessage, outcome: Outcome) -> None:
    event = MessageEvent(
        id=new_id(),
        message=found.id,
        number=found.events + 1,
        at=unit.at,
        by=installation.actor,
        outcome=outcome,
    )
    outbox.add_event(unit, event)
    unit.detail |= {"message": str(found.id), "state": outcome.state.value}
    unit.commit()


def _as_it_stands(installation: Installation, message: OutboxMessage) -> OutboxMessage:
    with installation.store.reading() as connection:
        return outbox.by_id(connection, message.id)
