"""Subject access: all that is held of a person, and who recorded it; what is other people's is left out and counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from attrs import asdict
from sqlalchemy import Connection

from localgov_ims.documents.subject_access import Section, SubjectAccess
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.retention import Subject
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.personal_data import disclosure
from localgov_ims.service.personal_data.disclosure import Known
from localgov_ims.service.personal_data.subjects import ready
from localgov_ims.storage import disclosing, retention, subjects
from localgov_ims.storage.retiring import CLASSES


def subject_access(
    installation: Installation, *, accounts: Iterable[tuple[str, str]] = (), names: Iterable[str] = (),
    emails: Iterable[str] = (),
) -> SubjectAccess:  # fmt: skip
    """Return all that is held on accounts (fund and reference), names or e-mail addresses, and who recorded it.

    Of a transaction that somebody else paid for an account, the payer is left out and counted. It is recorded, by
    counts, that it was given out. Read it before it is sent: the law knows exemptions that no program can judge.

    Raises:
        NotPermitted: The permission `person.export` or `fund.all` is missing, or an account is restricted.
        InvalidValue: Nobody is named, or a fund is unknown.
    """
    subject = Subject(accounts=accounts, names=names, emails=emails)
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.PERSON_EXPORT)
        wanted = ready(installation, connection, rights, subject)
        found = subjects.find(connection, wanted)
        known = Known(connection, installation.council, found, wanted)
        sections = tuple(section for section in _sections(known) if section.rows or section.left_out)
    made = _document(installation, wanted, sections, installation.clock())
    with installation.unit("export_person") as unit:
        permit_unit(installation, unit, Permission.PERSON_EXPORT)
        counts = {section.key: len(section.rows) for section in sections}
        retention.add_access(unit, counts, installation.actor)
        unit.detail |= {"given": counts, "left_out": made.left_out}
        unit.commit()
    return made


def _sections(known: Known) -> Iterator[Section]:
    yield disclosure.account_holders(known)
    yield disclosure.transactions(known)
    yield disclosure.payments(known)
    yield disclosure.payment_events(known)
    yield disclosure.refunds(known)
    yield disclosure.statement_lines(known)
    yield disclosure.received_files(known)
    yield disclosure.users(known)
    yield disclosure.others(known)
    yield _changes(known.connection, known)


def _changes(connection: Connection, known: Known) -> Section:
    about = {CLASSES[name].table: known.found.all_of(CLASSES[name].table) for name in CLASSES}
    rows = tuple(
        {"entry": each.number, "at": each.at, "by": each.by, "action": each.action}
        for each in disclosing.changes(connection, about)
    )
    return Section(key="changes", title="Who recorded it", rows=rows)


def _document(
    installation: Installation, subject: Subject, sections: tuple[Section, ...], at: datetime
) -> SubjectAccess:
    given = asdict(subject)
    return SubjectAccess(
        council=installation.council.name, made_at=at, accounts=given["accounts"], names=given["names"],
        emails=given["emails"], sections=sections,
    )  # fmt: skip
