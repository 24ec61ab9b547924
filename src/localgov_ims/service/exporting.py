"""Exporting: every journal becomes a file for the finance ledger, read back before it counts as made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from attrs import evolve, frozen

from localgov_ims.domain.journals import Journal
from localgov_ims.domain.ledger_files import Artefact
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import NotFound, RuleViolation
from localgov_ims.service.exporters import exporter_of, refuse_problems
from localgov_ims.service.installation import Installation
from localgov_ims.service.journalling import build_journals
from localgov_ims.service.permitting import permit, permit_reading, permit_unit
from localgov_ims.storage import journal_states as states
from localgov_ims.storage import journals as stored


@frozen(kw_only=True)
class Exported:
    """A journal and the file made of it."""

    journal: Journal
    artefact: Artefact


def export_to_folder(
    installation: Installation, ledger: str, folder: Path, until: date | None = None
) -> list[Exported]:
    """Build a ledger's journals of everything not posted yet, and write their files into *folder*.

    Raises:
        NotPermitted: The permission journal.export is missing.
        RuleViolation: A journal cannot be exported as asked; its file is not written.
        ConfigurationError: The ledger or its exporter is not there.
    """
    build_journals(installation, ledger, until)
    return export_journals(installation, ledger, _keeper(folder))


def export_again(installation: Installation, number: str, folder: Path) -> Exported:
    """Write the file of a journal again into *folder*: the same bytes, marked as a copy in the audit trail.

    Raises:
        NotPermitted: The permission journal.export is missing.
        NotFound: There is no journal of that number.
        RuleViolation: The journal cannot be exported as asked.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.JOURNAL_EXPORT)
        journal = next(stored.some(connection, stored.journals.c.number == number), None)
    if journal is None:
        raise NotFound("not_found", f"There is no journal {number!r}.", number=number)
    return export_journal(installation, journal, _keeper(folder))


def _keeper(folder: Path) -> Callable[[Artefact], None]:
    folder.mkdir(parents=True, exist_ok=True)

    def keep(artefact: Artefact) -> None:
        # Whole or not at all: a ledger's loader may be watching the folder.
        partial = folder / f".{artefact.name}.part"
        partial.write_bytes(artefact.data)
        partial.replace(folder / artefact.name)

    return keep


def export_journals(
    installation: Installation, ledger: str, keep: Callable[[Artefact], None]
) -> list[Exported]:
    """Export every journal of a ledger that has no file yet. *keep* stores a file; only then is it recorded.

    Raises:
        NotPermitted: The permission journal.export is missing.
        RuleViolation: A journal cannot be exported as asked; the message lists every Problem.
        ConfigurationError: The ledger or its exporter is not there.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.JOURNAL_EXPORT)
        had = sa.select(states.exports.c.journal)
        journals = list(
            stored.some(connection, stored.journals.c.ledger == ledger, stored.journals.c.id.not_in(had))
        )
    made = (_export(installation, journal, keep, again=False) for journal in journals)
    return [exported for exported in made if exported is not None]


def export_journal(
    installation: Installation, journal: Journal, keep: Callable[[Artefact], None]
) -> Exported:
    """Make the file of one journal; made again it has the same bytes and is marked as a copy.

    Raises:
        NotPermitted: The permission journal.export is missing.
        RuleViolation: The journal has Problems, or the file read back does not hold what the journal says.
    """
    permit_reading(installation, Permission.JOURNAL_EXPORT)
    exported = _export(installation, journal, keep, again=True)
    assert exported is not None, "asked for again, it is always made"  # noqa: S101
    return exported


def _export(
    installation: Installation, journal: Journal, keep: Callable[[Artefact], None], *, again: bool
) -> Exported | None:
    chosen = exporter_of(installation, journal.ledger)
    refuse_problems(chosen, journal)
    artefact = chosen.exporter.export(journal)
    if chosen.exporter.reparse(artefact.data) != artefact.totals or artefact.totals.debit != journal.debits:
        message = (
            f"The file of journal {journal.number} does not hold what the journal says; it was not kept."
        )
        raise RuleViolation("export_not_proved", message, journal=journal.number)
    sha256 = hashlib.sha256(artefact.data).hexdigest()
    with installation.unit("export_journal") as unit:
        permit_unit(installation, unit, Permission.JOURNAL_EXPORT)
        unit.lock()
        before = states.exports_of(unit.connection, journal.number)
        if before and not again:
            return None  # somebody else made it meanwhile
        made = evolve(artefact, copy=bool(before))
        keep(made)
        states.add_export(unit, journal, len(before) + 1, chosen.name, made, sha256)
        unit.detail |= {"journal": journal.number, "file": made.name, "sha256": sha256, "copy": made.copy}
        unit.commit()
    return Exported(journal=journal, artefact=made)
