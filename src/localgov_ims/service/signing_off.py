"""Signing off: one person prepares a reconciliation, another reviews it, and what was signed never changes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from attrs import asdict, frozen

from localgov_ims.documents.proof_json import as_plain, canonical, digest, sealed
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proofs import Proof
from localgov_ims.domain.sign_offs import CarriedForward, Review, SignOff, SignOffKind
from localgov_ims.domain.texts import fitting
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, RuleViolation
from localgov_ims.service.bank_proofs import prove_bank
from localgov_ims.service.bank_reports import report_account
from localgov_ims.service.breaks import list_breaks
from localgov_ims.service.clearing_proofs import prove_clearing
from localgov_ims.service.control_proofs import prove_fund
from localgov_ims.service.installation import Installation
from localgov_ims.service.permitting import permit, permit_unit
from localgov_ims.storage import people, signed_evidence
from localgov_ims.storage import sign_offs as stored

SETTLED: Final = frozenset({"matched", "allocated", "other", "credits", "debits", "suspense"})
"""Figures of the report whose items are kept by a hash: every line of the period is the bank's, and here for good."""

MOST_COMMENTS: Final = 2_000
"""Characters that preparer and reviewer may write."""


@frozen(kw_only=True)
class Asked:
    """What is to be signed.

    Attributes:
        first_on: The first day of the period; it ends on `as_at`.
        ledger: Which ledger, where there are several.
    """

    kind: SignOffKind
    subject: str
    first_on: date
    as_at: date
    ledger: str | None = None


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
    proofs = _proofs(installation, asked)
    _check(proofs, carried)
    breaks = [] if asked.kind is SignOffKind.FUND else list_breaks(installation)
    with installation.unit("prepare_sign_off") as unit:
        permit_unit(installation, unit, Permission.RECONCILIATION_PREPARE)
        for each in carried:
            if people.by_name(unit.connection, each.owner) is None:
                raise NotFound(
                    "no_such_user", f"There is no user {each.owner!r} to take it up.", user=each.owner
                )
        before = stored.latest(unit.connection, asked.kind, asked.subject, asked.as_at)
        pack: dict[str, Any] = {
            "form": 1, "council": installation.council.name, "kind": asked.kind.value, "subject": asked.subject,
            "first_on": asked.first_on.isoformat(), "as_at": asked.as_at.isoformat(),
            "number": before.number + 1 if before is not None else 1,
            "prepared_by": installation.actor, "prepared_at": unit.at.isoformat(), "comments": said,
            "proofs": [as_plain(sealed(proof, SETTLED)) for proof in proofs],
            "carried_forward": [{**asdict(each), "due_on": each.due_on.isoformat()} for each in carried],
            "breaks": [
                {"id": str(view.found.id), "message": view.found.message, "since_on": view.found.since_on.isoformat(),
                 "owner": view.owner, "due_on": view.due_on.isoformat() if view.due_on is not None else None}
                for view in breaks
            ],
            **signed_evidence.of_account(unit.connection, asked.subject, asked.first_on, asked.as_at, asked.kind),
            "replaces": None, "changed": [],
        }  # fmt: skip
        if before is not None:
            pack |= _replacing(before, stored.review_of(unit.connection, before.id), pack)
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


@frozen(kw_only=True)
class Overdue:
    """A month that should have been signed: since when it is late, who prepares it, and how far it is."""

    kind: SignOffKind
    subject: str
    as_at: date
    due_on: date
    preparer: str
    stands: str


def list_overdue(installation: Installation) -> list[Overdue]:
    """Return the months that the settings want signed and nobody has agreed to in time, the longest overdue first.

    Raises:
        NotPermitted: The permission report.view is missing.
    """
    council, today = installation.council, local_day(installation.clock())
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW)
        latest = {(s.kind, s.subject, s.as_at): (s, said) for s, said in stored.some(connection)}
    late = []
    for duty in council.sign_offs:
        for as_at in _month_ends(duty.since, today):
            due_on = council.calendar.add_working_days(as_at, duty.within_days)
            stands = _stands(latest.get((duty.kind, duty.subject, as_at)))
            if due_on < today and stands is not None:
                late.append(Overdue(
                    kind=duty.kind, subject=duty.subject, as_at=as_at, due_on=due_on, preparer=duty.preparer, stands=stands,
                ))  # fmt: skip
    return sorted(late, key=lambda each: (each.due_on, each.kind.value, each.subject))


def _proofs(installation: Installation, asked: Asked) -> list[Proof]:
    if asked.kind is SignOffKind.FUND:
        return [
            prove_fund(
                installation,
                fund=asked.subject,
                first_on=asked.first_on,
                as_at=asked.as_at,
                ledger=asked.ledger,
            )
        ]
    return [
        prove_bank(installation, account=asked.subject, as_at=asked.as_at, ledger=asked.ledger),
        report_account(installation, account=asked.subject, first_on=asked.first_on, last_on=asked.as_at),
        prove_clearing(installation, as_at=asked.as_at),
    ]


def _check(proofs: Sequence[Proof], carried: Sequence[CarriedForward]) -> None:
    missing = [title for proof in proofs for title in proof.unproved]
    if missing:
        message = f"Not proved: {', '.join(missing)}. State the other side first: `ims stated`."
        raise RuleViolation("not_proved", message, sections=missing)
    known = {f.key for proof in proofs for section in proof.sections for f in section.figures}
    known |= {i.id for proof in proofs for s in proof.sections for f in s.figures for i in f.items if i.id}
    named = {each.item for each in carried}
    if lost := sorted(named - known):
        message = f"{lost[0]!r} is no figure and no item of this proof, so that it cannot be carried forward."
        raise RuleViolation("nothing_to_carry", message, item=lost[0])
    for f in (f for proof in proofs for f in proof.differences):
        if f.key not in named:
            amount = f.difference.shown() if f.difference is not None else ""
            message = (
                f"{f.label}: {amount} is not explained. Carry it forward with a reason, somebody who takes it up and a day: "
                f"--carry {f.key}."
            )
            raise RuleViolation("not_carried", message, figure=f.key)


def _replacing(before: SignOff, said: Review | None, pack: Mapping[str, Any]) -> dict[str, object]:
    """Return what names the sign-off before, and which figures are others now.

    Raises:
        AlreadyDone: Nothing is, and nobody sent it back.
    """
    figures, now = _amounts(json.loads(before.pack)), _amounts(pack)
    changed = [
        {"figure": key, "before_pence": figures.get(key), "now_pence": now.get(key)}
        for key in sorted(figures.keys() | now.keys()) if figures.get(key) != now.get(key)
    ]  # fmt: skip
    if not changed and (said is None or said.agreed):
        message = f"{before.name} was signed by {before.by} on {before.at:%d %B %Y}, and no figure has changed since."
        raise AlreadyDone("signed_already", message, id=before.id)
    named = {"id": str(before.id), "number": before.number, "sha256": before.sha256}
    return {"replaces": named, "changed": changed}


def _amounts(pack: Mapping[str, Any]) -> dict[str, int]:
    """Return every figure of a pack by its place, and beside it what others state of it."""
    return {
        f"{proof['kind']}.{section['key']}.{figure['key']}{whose}": figure[pence]
        for proof in pack["proofs"] for section in proof["sections"] for figure in section["figures"]
        for whose, pence in (("", "amount_pence"), (" (stated)", "given_pence")) if figure[pence] is not None
    }  # fmt: skip


def _found(found: tuple[SignOff, Review | None] | None, wanted: UUID) -> tuple[SignOff, Review | None]:
    if found is None:
        raise NotFound(
            "no_such_sign_off", f"There is no sign-off {wanted}. `ims sign-off list` shows them.", id=wanted
        )
    return found


def _stands(found: tuple[SignOff, Review | None] | None) -> str | None:
    """Say how far a month is that is not signed; none where another person has agreed."""
    if found is None:
        return "not prepared"
    _, said = found
    if said is None:
        return "waits for a reviewer"
    return None if said.agreed else f"sent back by {said.by}"


def _month_ends(since: date, today: date) -> list[date]:
    ends, day = [], since
    while day < today:
        first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        ends.append(first - timedelta(days=1))
        day = first
    return [end for end in ends if end < today]
