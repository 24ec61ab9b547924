"""Records and protocols of what plugins offer, besides the readers of `localgov_ims.files`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from localgov_ims.domain.journals import Artefact, ControlTotals, Journal, Problem

API_VERSION = (1, 0)
"""Version of these interfaces: what is offered under another major version is refused when it is loaded."""


class LedgerExporter(Protocol):
    """Turns a balanced Journal into the file that a finance system takes. Pure: no path, clock or network."""

    def validate(self, journal: Journal) -> Sequence[Problem]:
        """Return every reason why the journal cannot be exported, not the first."""
        ...

    def export(self, journal: Journal) -> Artefact:
        """Return the file. The same journal gives the same bytes.

        Raises:
            RuleViolation: `validate` finds Problems.
        """
        ...

    def reparse(self, data: bytes) -> ControlTotals:
        """Count a file again from its bytes alone; the export is kept only if this equals its totals."""
        ...


@frozen(kw_only=True)
class LedgerExporterSpec:
    """What `ims_ledger_exporters` offers: an exporter under the name that settings choose it by."""

    name: str
    api_version: tuple[int, int]
    exporter: LedgerExporter
