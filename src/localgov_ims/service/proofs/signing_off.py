"""Signing off: one person prepares a reconciliation, another reviews it, and what was signed never changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from localgov_ims.documents.proof_json import canonical, digest
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.sign_offs import CarriedForward, Review, SignOff, SignOffKind
from localgov_ims.domain.texts import fitting
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.proofs.sign_off_packs import Asked, check_carried, pack_of, proofs_of
from localgov_ims.service.reconciliation.breaks import list_breaks
from localgov_ims.storage import people
from localgov_ims.storage import sign_offs as stored
from localgov_ims.storage.store import Unit

MOST_COMMENTS: Final = 2_000
"""Characters that preparer and reviewer may write."""


def prepare(
    installation: Installation, asked: Asked, *, carried: Sequence[CarriedForward] = (), comments: str = ""
) -> SignOff:
    """Freeze the proof of a bank account or fund, as its preparer signs it.

    Every difference must be carried forward, with a reason, somebody who takes it up and a day. A sign-off of the same
    day that is there already is named by the new one, with the figures that later arrivals have changed.

    Raises:
        NotPermitted: The permission reconciliation.prepare, report.view, or the fund is missing.
        NotFound: There is no such account or fund, or nobody of the name that takes something up.
        RuleViolation: A side of the proof was not stated (`not_proved`), a difference is not carried forward
            (`not_carried`), or what is carried forward is not there (`nothing_to_carry`).
        AlreadyDone: Nothing has changed since it was signed (`signed_already`), or somebody else prepared it just now.
    """
    said = fitting("comments", comments, MOST_COMMENTS) or ""
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.RECONCILIATION_PREPARE)
    proofs = proofs_of(installation, asked)
    check_carried(proofs, carried)
    breaks = [] if asked.kind is SignOffKind.FUND else list_breaks(installation)
    with installation.unit("prepare_sign_off") as unit:
        permit_unit(installation, unit, Permission.RECONCILIATION_PREPARE)
        _check_owners(unit, carried)
        before = stored.latest(unit.connection, asked.kind, asked.subject, asked.as_at)
        pack = pack_of(
            unit, installation, asked, proofs=proofs, carried=carried, breaks=breaks, comments=said, before=before
        )  # fmt: skip
        text = canonical(pack)
        made = SignOff(
            id=new_id(), kind=asked.kind, subject=asked.subject, as_at=asked.as_at, number=pack["number"], pack=text,
            sha256=digest(text), by=installation.actor, at=unit.at,
        )  # fmt: skip
        stored.add(unit, made)
        unit.detail |= {"sign_off": made.name, "sha256": made.sha256}
        unit.commit()
    return made


def review(installation: Installation, sign_off: UUID, *, agreed: bool, comments: str = "") -> Review:
    """Agree to what somebody else prepared, or send it back with a reason.

    Raises:
        NotPermitted: The permission reconciliation.review is missing.
        NotFound: There is no such sign-off.
        RuleViolation: The reviewer prepared it (`same_person`), or it was prepared again since (`prepared_again`).
        InvalidValue: It is sent back without a reason.
        AlreadyDone: It was reviewed before.
    """
    said = fitting("comments", comments, MOST_COMMENTS) or ""
    with installation.unit("review_sign_off") as unit:
        permit_unit(installation, unit, Permission.RECONCILIATION_REVIEW)
        found, before = _found(stored.with_id(unit.connection, sign_off), sign_off)
        if found.by == installation.actor:
            message = f"You prepared {found.name}. Another person reviews it."
            raise RuleViolation("same_person", message, by=found.by)
        if before is not None:
            message = f"{found.name} was reviewed by {before.by} on {before.at:%d %B %Y}."
            raise AlreadyDone("reviewed_already", message, id=sign_off)
        latest = stored.latest(unit.connection, found.kind, found.subject, found.as_at)
        if latest is not None and latest.id != found.id:
            message = f"{found.name} was prepared again: review {latest.name} ({latest.id})."
            raise RuleViolation("prepared_again", message, id=latest.id)
        if not agreed and not said:
            raise InvalidValue("comments_missing", "Say why it goes back.", field="comments")
        made = Review(
            id=new_id(), sign_off=sign_off, agreed=agreed, comments=said, by=installation.actor, at=unit.at
        )
        stored.add_review(unit, made)
        unit.detail |= {"sign_off": found.name, "agreed": agreed, "sha256": found.sha256}
        unit.commit()
    return made


def signed(installation: Installation, sign_off: UUID) -> tuple[SignOff, Review | None]:
    """Return a sign-off as it was prepared, with its review.

    Raises:
        NotPermitted: The permission report.view is missing, or the fund.
        NotFound: There is no such sign-off.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.REPORT_VIEW)
        found, said = _found(stored.with_id(connection, sign_off), sign_off)
    if found.kind is SignOffKind.FUND:
        rights.require_funds([found.subject])
    return found, said


def list_signed(installation: Installation) -> list[tuple[SignOff, Review | None]]:
    """Return every sign-off with its review, the earliest day first; of funds those of the user.

    Raises:
        NotPermitted: The permission report.view is missing.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.REPORT_VIEW)
        found = list(stored.some(connection))
    return [(s, said) for s, said in found if s.kind is SignOffKind.BANK or rights.sees(s.subject)]


def _check_owners(unit: Unit, carried: Sequence[CarriedForward]) -> None:
    for each in carried:
        if people.by_name(unit.connection, each.owner) is None:
            message = f"There is no user {each.owner!r} to take it up."
            raise NotFound("no_such_user", message, user=each.owner)


def _found(found: tuple[SignOff, Review | None] | None, wanted: UUID) -> tuple[SignOff, Review | None]:
    if found is None:
        raise NotFound(
            "no_such_sign_off", f"There is no sign-off {wanted}. `ims sign-off list` shows them.", id=wanted
        )
    return found
