"""Remittance lists: a file that says whom one credit pays, kept and read like any income file, and cleared as one."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence

from attrs import evolve, frozen

from localgov_ims.allocation.outcomes import Allocation
from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.import_types import ImportKind
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.received_files import FileStatus
from localgov_ims.errors import RuleViolation
from localgov_ims.files.limits import refuse
from localgov_ims.service.attempting import Attempt, attempted, finish
from localgov_ims.service.clearing_lists import ListCleared, RemittanceList, clear_by_list
from localgov_ims.service.file_recorders import Begun
from localgov_ims.service.importing import ImportResult, result_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.permitting import permit_reading, permit_unit
from localgov_ims.service.receiving_files import Incoming, latest, receive, spooled
from localgov_ims.storage import files as stored


@frozen(kw_only=True)
class RemittanceRead:
    """A remittance list as it was kept, read and proved: which rows the rules placed, and which a person must."""

    result: ImportResult
    placed: tuple[BasketItem, ...]
    unplaced: tuple[tuple[IncomeRow, Allocation], ...]

    @property
    def unplaced_total(self) -> Money:
        """What the rows come to that no rule could place; it stays in the items."""
        return Money.total(row.amount for row, _ in self.unplaced)


def read_remittance(installation: Installation, incoming: Incoming) -> RemittanceRead:
    """Keep and read a list of a `remittance` type; nothing is recorded but the file and what became of it.

    Raises:
        NotPermitted: The permission suspense.clear is missing, or the list is not the user's to send.
    """
    permit_reading(installation, Permission.SUSPENSE_CLEAR)
    rows: list[tuple[IncomeRow, Allocation]] = []
    with tempfile.TemporaryFile() as spool:
        sha256, size = spooled(incoming.stream, spool)
        kept = evolve(incoming, stream=spool)
        file, event = receive(installation, kept, sha256, size, Permission.SUSPENSE_CLEAR)
        with installation.unit("read_remittance") as unit:
            permit_unit(installation, unit, Permission.SUSPENSE_CLEAR)
            event = latest(installation, file.id)
            if event.status is FileStatus.RECORDED:
                begun = evolve(event, declared=incoming.declared)
            elif event.status is FileStatus.RECEIVED:
                begun = evolve(event, declared=incoming.declared, import_type=incoming.declared.import_type)
            else:
                begun = event.received_again(incoming.declared, at=unit.at, by=installation.actor)
                stored.add_event(unit, begun)
            made = attempted(
                installation, unit, Begun(file, begun, spool), lambda _: None, records=False, collected=rows
            )
            _refuse_receipts(installation, made)
            if event.status is not FileStatus.RECORDED:
                event = finish(unit, installation, file, begun, made)
    result = result_of(incoming.name, file, event)
    placed = tuple(item for _, allocation in rows for item in _items(allocation))
    unplaced = tuple((row, allocation) for row, allocation in rows if allocation.reason is not None)
    return RemittanceRead(result=result, placed=placed, unplaced=unplaced)


def clear_by_remittance(
    installation: Installation,
    items: Sequence[Giving],
    remittance: RemittanceRead,
    by_hand: Sequence[BasketItem] = (),
) -> ListCleared:
    """Clear items of suspense to the accounts of a list that has been read; *by_hand* places rows that no rule could.

    What is left unplaced stays in the items. The same list on the same items again is `seen`.

    Raises:
        RuleViolation: The list was refused (`list_refused`), or as `clear_by_list`.
    """
    if remittance.result.status == FileStatus.REFUSED.value:
        message = f"{remittance.result.name} was refused; nothing can be cleared by it."
        raise RuleViolation("list_refused", message, file=remittance.result.sha256)
    unplaced = remittance.unplaced_total - Money.total(item.amount for item in by_hand)
    listed = RemittanceList(
        name=remittance.result.sha256, rows=(*remittance.placed, *by_hand), unplaced=max(unplaced, NOTHING)
    )
    return clear_by_list(installation, items, listed)


def _refuse_receipts(installation: Installation, made: Attempt) -> None:
    kind = installation.council.import_types.get(made.import_type or "")
    if kind is not None and kind.kind is not ImportKind.REMITTANCE:
        message = f"Files of type {kind.code} hold {kind.kind.value}; a list of whom a credit pays has a type of kind remittance."
        made.log.add(refuse("wrong-kind", "file", message, value=kind.kind.value).issue)


def _items(allocation: Allocation) -> list[BasketItem]:
    return [
        BasketItem(
            fund=part.fund, account_reference=part.account_reference or None, amount=part.amount, mop=None,
            vat_code=part.vat_code or None, narrative=part.narrative or None,
        )
        for part in allocation.parts
    ]  # fmt: skip
