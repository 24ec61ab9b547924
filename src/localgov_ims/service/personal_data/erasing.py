"""Erasure: a person's data is removed wherever it stands, when a second person confirms it; the money stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.retention import ClassCount, LegalHold, Proposal, Removal, RemovalKind, Subject
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.personal_data import removing
from localgov_ims.service.personal_data.subjects import ready
from localgov_ims.storage import refunds, retention, retiring, subjects
from localgov_ims.storage.retention import Gone
from localgov_ims.storage.retiring import CLASSES
from localgov_ims.storage.store import Unit

_PROPOSALS = str(retention.proposals.name)


@frozen(kw_only=True)
class ErasurePreview:
    """What an erasure would remove, by class.

    Attributes:
        others: Records of the person's accounts beside which somebody else's data stands, which stays.
    """

    classes: tuple[ClassCount, ...]
    others: int

    @property
    def remove(self) -> int:
        """How many records would lose what is beside them."""
        return sum(each.remove for each in self.classes)

    @property
    def held(self) -> int:
        """How many keep it, because of legal holds or business that is open."""
        return sum(each.held for each in self.classes)


def preview_erasure(installation: Installation, subject: Subject, *, files: bool = True) -> ErasurePreview:
    """Return what erasing a person would remove; nothing is changed.

    *files*: also the bytes of received files that name them, other people's rows among them; their hashes and records
    stay.

    Raises:
        NotPermitted: The permission `person.erase` or `fund.all` is missing, or an account is restricted.
        InvalidValue: A fund is unknown.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.PERSON_ERASE)
        return _preview(installation, connection, rights, subject, files=files)[1]


def propose_erasure(
    installation: Installation, subject: Subject, *, files: bool = True
) -> tuple[Proposal, ErasurePreview]:
    """Preview, and record whose data is to be removed for another person to confirm.

    Raises:
        NotPermitted: As for `preview_erasure`.
        InvalidValue: A fund is unknown.
    """
    with installation.unit("propose_erasure") as unit:
        rights = permit_unit(installation, unit, Permission.PERSON_ERASE)
        wanted, preview = _preview(installation, unit.connection, rights, subject, files=files)
        proposal = Proposal(
            id=new_id(), kind=RemovalKind.ERASURE, on=local_day(unit.at), classes=preview.classes, subject=wanted,
            files=files, by=installation.actor, at=unit.at,
        )  # fmt: skip
        removing.propose(unit, proposal)
    return proposal, preview


def confirm_erasure(installation: Installation, proposal: UUID) -> Removal:
    """Remove what is beside a person's records, but what a legal hold keeps by now, and the proposal's own naming of them.

    Money, funds, account references and the proof stay. A refund that may yet be paid keeps its payee.

    Raises:
        NotPermitted: The permission `person.erase` is missing.
        NotFound: There is no such proposal.
        RuleViolation: Whoever asks proposed it (`same_person`), or it would remove more than was previewed.
        AlreadyDone: It was confirmed before.
    """
    return removing.confirm(installation, proposal, RemovalKind.ERASURE, Permission.PERSON_ERASE, _remove)


def _preview(
    installation: Installation, connection: Connection, rights: Rights, subject: Subject, *, files: bool
) -> tuple[Subject, ErasurePreview]:
    wanted = ready(installation, connection, rights, subject)
    found, records = _records(connection, wanted, files=files)
    holds = retention.holds_in_force(connection, local_day(installation.clock()))
    counted = [_count(connection, name, ids, holds) for name, ids in records.items() if ids]
    others = sum(len(ids) for ids in found.shared.values())
    return wanted, ErasurePreview(
        classes=tuple(each for each in counted if each.remove or each.held), others=others
    )


def _records(
    connection: Connection, subject: Subject, *, files: bool
) -> tuple[subjects.Found, dict[str, set[UUID]]]:
    found = subjects.find(connection, subject)
    records = {name: found.theirs.get(name, set()) for name in CLASSES}
    if files:
        records["files"] = subjects.files_naming(connection, found)
    return found, records


def _count(connection: Connection, name: str, ids: set[UUID], holds: Sequence[LegalHold]) -> ClassCount:
    remove = held = 0
    for fits in retiring.one_of(CLASSES[name].table, ids):
        free, kept = retiring.count(connection, CLASSES[name], fits & _done(name), holds)
        waiting, waiting_held = retiring.count(connection, CLASSES[name], fits & ~_done(name), holds)
        remove, held = remove + free, held + kept + waiting + waiting_held
    return ClassCount(name=name, remove=remove, held=held)


def _done(name: str) -> retiring.Condition:
    """Return the condition that nothing of a record is still to be done for which the person must be known."""
    return retiring.settled() if name == refunds.requests.name else retiring.ANY


def _remove(unit: Unit, proposal: Proposal, holds: Sequence[LegalHold]) -> Mapping[str, Gone]:
    if proposal.subject is None:
        return {}
    _, records = _records(unit.connection, proposal.subject, files=proposal.files)
    records[_PROPOSALS] = records.get(_PROPOSALS, set()) | {proposal.id}
    previewed = {each.name: each.remove for each in proposal.classes}
    gone: dict[str, Gone] = {}
    for name, ids in records.items():
        total = Gone()
        for fits in retiring.one_of(CLASSES[name].table, ids):
            part = retiring.remove(unit.connection, CLASSES[name], fits & _done(name), holds)
            total = total.plus(part.number, part.digest)
        if total.number > previewed.get(name, 0) and name != _PROPOSALS:
            raise removing.more_than_previewed(
                name, previewed.get(name, 0), total.number
            )  # all is rolled back
        gone[name] = total
    return gone
