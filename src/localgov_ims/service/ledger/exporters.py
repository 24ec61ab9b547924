"""A ledger's exporter, and its word on a journal before the journal is recorded for good."""

from __future__ import annotations

from localgov_ims.domain.journals import Journal
from localgov_ims.errors import RuleViolation
from localgov_ims.service.installation import ChosenExporter, Installation


def exporter_of(installation: Installation, ledger: str) -> ChosenExporter:
    """Return the exporter that a ledger's settings name.

    Raises:
        ConfigurationError: There is no such ledger.
    """
    return installation.exporters[installation.council.ledger(ledger).name]


def refuse_problems(chosen: ChosenExporter, journal: Journal) -> None:
    """Refuse a journal that its exporter could not write; the message lists every Problem.

    Raises:
        RuleViolation: The exporter finds Problems.
    """
    problems = chosen.exporter.validate(journal)
    if problems:
        listed = "; ".join(f"{problem.where}: {problem.message}" for problem in problems)
        message = f"Journal {journal.number} cannot be exported: {listed}"
        raise RuleViolation("journal_has_problems", message, problems=problems)
