"""The zip that file-based data import takes, with `GlInterface.csv` in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Final

import attrs
from attrs import field, frozen

from localgov_ims.domain.journals import Journal
from localgov_ims.domain.ledger_files import Artefact, ControlTotals, Problem
from localgov_ims.errors import RuleViolation
from localgov_ims.files.writing.exporter import LayoutExporter
from localgov_ims_oracle_fusion.layout import fusion_layout
from localgov_ims_oracle_fusion.options import FusionSettings

ENTRY: Final = "GlInterface.csv"
LARGEST: Final = 256 * 1024 * 1024
"""What an entry may come to when it is read back: a journal of 100,000 lines has a fifth of it."""

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)


@frozen
class FusionExporter:
    """Makes the zip. Its entry is dated 1980-01-01, so that the same journal gives the same bytes."""

    settings: FusionSettings
    _rows: LayoutExporter = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Compile the layout, once."""
        rows = LayoutExporter(fusion_layout(self.settings), attrs.asdict(self.settings))
        object.__setattr__(self, "_rows", rows)

    def validate(self, journal: Journal) -> Sequence[Problem]:
        """Return every reason why the journal cannot be exported."""
        return self._rows.validate(journal)

    def export(self, journal: Journal) -> Artefact:
        """Return `{journal number}.zip`.

        Raises:
            RuleViolation: `validate` finds Problems.
        """
        rows = self._rows.export(journal)
        entry = zipfile.ZipInfo(ENTRY, _LONG_AGO)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = 3  # the same on every system that makes it
        entry.external_attr = 0o644 << 16
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(entry, rows.data)
        return Artefact(
            name=f"{journal.number}.zip",
            media_type="application/zip",
            data=packed.getvalue(),
            totals=rows.totals,
        )

    def reparse(self, data: bytes) -> ControlTotals:
        """Count a file from its bytes alone.

        Raises:
            RuleViolation: The bytes are not such a zip.
        """
        return self._rows.reparse(_entry(data))


def _entry(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if [entry.filename for entry in entries] != [ENTRY]:
                raise _foreign(f"it must hold {ENTRY} alone")
            if entries[0].file_size > LARGEST:
                raise _foreign(f"{ENTRY} is larger than {LARGEST:,} bytes")
            return archive.read(ENTRY)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _foreign(str(error)) from error


def _foreign(why: str) -> RuleViolation:
    return RuleViolation("not_this_format", f"This is not an oracle-fusion file: {why}.", why=why)
