"""A sender's references that never come twice, for the import types that say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.import_types import ImportType, SourceReferences
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.issues import Issue
from localgov_ims.service.income.judging_rows import fault
from localgov_ims.storage import files as stored
from localgov_ims.storage.store import Unit


@frozen
class SenderReferences:
    """The references of one file's rows, in the unit of work that records it."""

    unit: Unit
    import_type: ImportType
    file: UUID
    run: int

    @property
    def unique(self) -> bool:
        """Whether none may come twice."""
        return self.import_type.source_reference is SourceReferences.UNIQUE

    def repeated(self, block: Sequence[IncomeRow]) -> Iterator[Issue]:
        """Yield the rows whose reference was there before, in this file or another of its type."""
        here: dict[str, IncomeRow] = {}
        wanted = [row.source_reference for row in block if row.source_reference]
        known = stored.known_references(self.unit.connection, self.import_type.code, wanted, self.run)
        for row in block:
            reference = row.source_reference
            if not reference:
                continue
            first = here.setdefault(reference, row)
            if first is row and reference not in known:
                continue
            file, position = known.get(reference, (self.file, first.position))
            where = f"row {position}" if file == self.file else f"row {position} of file {file}"
            message = f"This reference stands at {where} already, and files of type {self.import_type.code} never repeat one."
            yield fault(row, "duplicate-id", "source_reference", reference, message)

    def record(self, block: Sequence[IncomeRow]) -> None:
        """Record the references of some rows.

        Raises:
            AlreadyDone: Somebody recorded one of them meanwhile.
        """
        named = [(row.source_reference, row.position) for row in block if row.source_reference]
        stored.add_references(self.unit, self.file, self.run, self.import_type.code, named)
