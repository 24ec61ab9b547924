"""The recorder of each kind of file, in the unit of work that its file is recorded in."""

from __future__ import annotations

from typing import BinaryIO

from attrs import frozen

from localgov_ims.allocation.outcomes import Allocation
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.import_types import ImportKind, ImportType
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.received_files import FileEvent, ReceivedFile
from localgov_ims.files.events import Yields
from localgov_ims.files.limits import refuse
from localgov_ims.files.readers import Reader
from localgov_ims.service.files.record_bacs import BacsRecorder
from localgov_ims.service.files.record_holders import HolderRecorder
from localgov_ims.service.files.record_income import IncomeRecorder
from localgov_ims.service.files.record_settlements import SettlementRecorder
from localgov_ims.service.files.record_statements import StatementRecorder
from localgov_ims.service.files.recorders import Recorder
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage.store import Unit

Collected = list[tuple[IncomeRow, Allocation]]
"""The rows of a remittance list, each with its allocation."""


@frozen
class Begun:
    """A file that is being read: its record, the event that began this attempt, and its bytes."""

    file: ReceivedFile
    event: FileEvent
    stream: BinaryIO


def recorder_of(
    installation: Installation, unit: Unit, begun: Begun, reader: Reader,
    import_type: ImportType | None, *, records: bool = True, collected: Collected | None = None,
) -> Recorder:  # fmt: skip
    """Return what records a file of the reader's kind.

    Raises:
        Refused: Files of this kind are not imported by themselves.
        NotPermitted: A file of account holders, and the permission account.import is missing.
    """
    council, file, latest = installation.council, begun.file, begun.event
    is_list = import_type is not None and import_type.kind is ImportKind.REMITTANCE
    if collected is not None and not is_list:
        message = "It is no list of whom a credit pays: such a list has an import type of kind remittance."
        raise refuse("wrong-kind", "file", message, value=reader.yields.value)
    if reader.yields is Yields.LIST:
        message = "It is a list of another system; whose, only who loads it can say: `ims stated items`."
        raise refuse("wrong-kind", "file", message, value=reader.yields.value)
    if not records and reader.yields not in {Yields.INCOME, Yields.ACCOUNTS}:
        message = "It is tried by `ims read`; a dry run is of files that have an import type."
        raise refuse("wrong-kind", "file", message, value=reader.yields.value)
    if reader.yields is Yields.STATEMENT:
        return StatementRecorder(unit=unit, council=council, file=file.id, reader=reader)
    if reader.yields is Yields.SETTLEMENT:
        return SettlementRecorder(unit=unit, council=council, file=file.id, reader=reader)
    if reader.yields in {Yields.UNPAIDS, Yields.ADVICE}:
        return BacsRecorder(unit=unit, council=council, file=file.id)
    assert import_type is not None, "files of income and of account holders have an import type"  # noqa: S101
    if reader.yields is Yields.INCOME:
        if is_list and collected is None:
            message = (
                "A list of whom a credit pays is attached to items in suspense: ims suspense clear-by-list."
            )
            raise refuse("wrong-kind", "file", message, value=import_type.code)
        return IncomeRecorder(
            unit=unit, council=council, file=file.id, run=latest.run, file_name=file.name, by=installation.actor,
            import_type=import_type, declared=latest.declared, records=records, collected=collected, sha256=file.sha256,
        )  # fmt: skip
    rights = permit(installation, unit.connection, Permission.ACCOUNT_IMPORT)
    return HolderRecorder(
        unit=unit, council=council, rights=rights, file_name=file.name, received_on=local_day(latest.at),
        import_type=import_type, declared=latest.declared, records=records,
    )  # fmt: skip
