"""Exporting: every journal becomes a file for the finance ledger, read back before it counts as made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from attrs import evolve, frozen

from localgov_ims.domain.journals import Artefact, Journal
from localgov_ims.errors import ConfigurationError, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.journalling import build_journals
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
        RuleViolation: A journal cannot be exported as asked; its file is not written.
        ConfigurationError: The ledger or its exporter is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def keep(artefact: Artefact) -> None:
        # Whole or not at all: a ledger's loader may be watching the folder.
        partial = folder / f".{artefact.name}.part"
        partial.write_bytes(artefact.data)
        partial.replace(folder / artefact.name)

    build_journals(installation, ledger, until)
    return export_journals(installation, ledger, keep)


def export_journals(
    installation: Installation, ledger: str, keep: Callable[[Artefact], None]
) -> list[Exported]:
    """Export every journal of a ledger that has no file yet. *keep* stores a file; only then is it recorded.

    Raises:
        RuleViolation: A journal cannot be exported as asked; the message lists every Problem.
        ConfigurationError: The ledger or its exporter is not there.
    """
    with installation.store.reading() as connection:
        had = sa.select(stored.exports.c.journal)
        journals = list(
            stored.some(connection, stored.journals.c.ledger == ledger, stored.journals.c.id.not_in(had))
        )
    return [export_journal(installation, journal, keep) for journal in journals]


def export_journal(
    installation: Installation, journal: Journal, keep: Callable[[Artefact], None]
) -> Exported:
    """Make the file of one journal; made again it has the same bytes and is marked as a copy.

    Raises:
        RuleViolation: The journal has Problems, or the file read back does not hold what the journal says.
    """
    name = installation.council.ledger(journal.ledger).exporter
    spec = installation.exporters.get(name)
    if spec is None:
        message = f"Ledger {journal.ledger} uses the exporter {name!r}, which no enabled plugin offers."
        raise ConfigurationError("no_exporter", message, exporter=name)
    problems = spec.exporter.validate(journal)
    if problems:
        listed = "; ".join(f"{problem.where}: {problem.message}" for problem in problems)
        raise RuleViolation(
            "journal_has_problems",
            f"Journal {journal.number} cannot be exported: {listed}",
            problems=problems,
        )
    artefact = spec.exporter.export(journal)
    if spec.exporter.reparse(artefact.data) != artefact.totals or artefact.totals.debit != journal.debits:
        message = (
            f"The file of journal {journal.number} does not hold what the journal says; it was not kept."
        )
        raise RuleViolation("export_not_proved", message, journal=journal.number)
    sha256 = hashlib.sha256(artefact.data).hexdigest()
    with installation.unit("export_journal") as unit:
        before = stored.exports_of(unit.connection, journal.id)
        made = evolve(artefact, copy=bool(before))
        keep(made)
        stored.add_export(unit, journal, len(before) + 1, spec.name, made, sha256)
        unit.detail |= {"journal": journal.number, "file": made.name, "sha256": sha256, "copy": made.copy}
        unit.commit()
    return Exported(journal=journal, artefact=made)
