"""Records and protocols of what plugins offer, besides the readers of `localgov_ims.files`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, runtime_checkable

from attrs import frozen

from localgov_ims.domain.journals import Journal
from localgov_ims.domain.ledger_files import Acknowledgement, Artefact, ControlTotals, Problem

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
        """Count a file again from its bytes alone; the export is kept only if this equals its totals.

        Raises:
            RuleViolation: The bytes are not a file of this format.
        """
        ...


ACKNOWLEDGEMENT: Final = "acknowledgement"
"""The capability of an exporter that can read what its finance system answers."""


@runtime_checkable
class AcknowledgingExporter(LedgerExporter, Protocol):
    """An exporter with the capability `acknowledgement`."""

    def acknowledge(self, data: bytes) -> Acknowledgement:
        """Return what the finance system says of one journal.

        Raises:
            RuleViolation: The bytes are not an answer of this system.
        """
        ...


@frozen(kw_only=True)
class LedgerExporterSpec:
    """What `ims_ledger_exporters` offers: a format under the name that settings choose it by.

    Attributes:
        name: Such as `generic-csv`.
        api_version: The version of the interfaces it was written for, `hooks.API_VERSION`.
        settings_model: An attrs class of what `[ledgers.NAME.options]` may say.
        capabilities: What it can do besides; `acknowledgement` is the one there is.
        factory: Makes the exporter from those settings; it opens and connects nothing.
    """

    name: str
    api_version: tuple[int, int]
    settings_model: type[Any]
    factory: Callable[[Any], LedgerExporter]
    capabilities: frozenset[str] = frozenset()
