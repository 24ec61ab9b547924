"""Exporting: every journal becomes a file for the finance ledger, read back before it counts as made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

from attrs import evolve, field, frozen

from localgov_ims.domain.journals import Journal
from localgov_ims.domain.ledger_files import Artefact
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import NotFound, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.exporters import exporter_of, refuse_problems
from localgov_ims.service.ledger.journalling import Asked, build_journals
from localgov_ims.service.ledger.telling import tell_listeners
from localgov_ims.service.people.permitting import permit, permit_reading, permit_unit
from localgov_ims.storage import hearings
from localgov_ims.storage import journal_states as states
from localgov_ims.storage import journals as stored
from localgov_ims.storage.unposted import Waiting


@frozen(kw_only=True)
class Exported:
    """A file that was made of a journal, and what that journal holds; the lines themselves are not kept."""

    number: str
    ledger: str
    accounting_on: date
    lines: int
    debits: Money
    credits: Money
    artefact: Artefact = field(repr=False)


@frozen(kw_only=True)
class Run:
    """What an export made, the days of what it held back for a person's decision, and what waits for the bank."""

    exported: tuple[Exported, ...]
    held: tuple[date, ...] = ()
    waiting: Waiting | None = None


def export_to_folder(
    installation: Installation, ledger: str, folder: Path, asked: Asked | None = None
) -> Run:
    """Build a ledger's journals of everything not posted yet, and write their files into *folder*.

    Raises:
        NotPermitted: The permission journal.export is missing.
        RuleViolation: A journal cannot be exported as asked; its file is not written.
        ConfigurationError: The ledger is not there.
    """
    built = build_journals(installation, ledger, asked)
    exported = tuple(export_journals(installation, ledger, _keeper(folder)))
    return Run(exported=exported, held=built.held, waiting=built.waiting)


def export_again(installation: Installation, number: str, folder: Path) -> Exported:
    """Write the file of a journal again into *folder*: the same bytes, marked as a copy in the audit trail.

    Raises:
        NotPermitted: The permission journal.export is missing.
        NotFound: There is no journal of that number.
        RuleViolation: The journal cannot be exported as asked.
    """
    permit_reading(installation, Permission.JOURNAL_EXPORT)
    return export_journal(installation, _journal(installation, number), _keeper(folder))


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

    Plugins that listen are told of each afterwards (`tell_listeners`).

    Raises:
        NotPermitted: The permission journal.export is missing.
        RuleViolation: A journal cannot be exported as asked; the message lists every Problem.
        ConfigurationError: The ledger or its exporter is not there.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.JOURNAL_EXPORT)
        numbers = stored.numbers(connection, ledger, states.never_exported())
    made = (_export(installation, _journal(installation, number), keep, again=False) for number in numbers)
    exported = [each for each in made if each is not None]
    tell_listeners(installation)
    return exported


def _journal(installation: Installation, number: str) -> Journal:
    """Read one journal: a big one is 100,000 lines, so never more than one is held."""
    with installation.store.reading() as connection:
        journal = next(stored.some(connection, stored.journals.c.number == number), None)
    if journal is None:
        raise NotFound("not_found", f"There is no journal {number!r}.", number=number)
    return journal


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
    tell_listeners(installation)
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
        export = states.add_export(unit, journal, len(before) + 1, chosen.name, made, sha256)
        hearings.add(unit, export, installation.journal_listeners)
        unit.detail |= {"journal": journal.number, "file": made.name, "sha256": sha256, "copy": made.copy}
        unit.commit()
    return Exported(
        number=journal.number, ledger=journal.ledger, accounting_on=journal.accounting_on, lines=len(journal.lines),
        debits=journal.debits, credits=journal.credits, artefact=evolve(made, data=b""),
    )  # fmt: skip
