"""A ledger's exporter, and its word on a journal before the journal is recorded for good."""

from __future__ import annotations

from localgov_ims.domain.journals import Journal
from localgov_ims.errors import ConfigurationError, RuleViolation
from localgov_ims.hooks.interfaces import LedgerExporterSpec
from localgov_ims.service.installation import Installation


def exporter_of(installation: Installation, ledger: str) -> LedgerExporterSpec:
    """Return the exporter that a ledger's settings name.

    Raises:
        ConfigurationError: There is no such ledger, or no enabled plugin offers its exporter.
    """
    name = installation.council.ledger(ledger).exporter
    if name not in installation.exporters:
        message = f"Ledger {ledger} uses the exporter {name!r}, which no enabled plugin offers."
        raise ConfigurationError("no_exporter", message, exporter=name)
    return installation.exporters[name]


def refuse_problems(spec: LedgerExporterSpec, journal: Journal) -> None:
    """Refuse a journal that its exporter could not write; the message lists every Problem.

    Raises:
        RuleViolation: The exporter finds Problems.
    """
    problems = spec.exporter.validate(journal)
    if problems:
        listed = "; ".join(f"{problem.where}: {problem.message}" for problem in problems)
        message = f"Journal {journal.number} cannot be exported: {listed}"
        raise RuleViolation("journal_has_problems", message, problems=problems)
