"""Remittance lists: a file that says whom one credit pays, kept and read like any income file, and cleared as one."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence

from attrs import evolve, frozen

from localgov_ims.allocation.outcomes import Allocation
from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.received_files import FileStatus
from localgov_ims.errors import RuleViolation
from localgov_ims.service.files.attempting import attempted, finish
from localgov_ims.service.files.file_recorders import Begun
from localgov_ims.service.files.importing import ImportResult
from localgov_ims.service.files.receiving import Incoming, receive, spooled
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_reading, permit_unit
from localgov_ims.service.suspense.clearing_lists import ListCleared, RemittanceList, clear_by_list


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
    """Keep and read a list of a `remittance` type. Nothing is recorded but its bytes, and that it was refused.

    A list stands at `received`, however often it is read: what became of it is said by the clearance that it makes.

    Raises:
        NotPermitted: The permission suspense.clear is missing, or the list is not the user's to send.
        RuleViolation: These bytes were recorded as income, or are held (`recorded_as_income`).
    """
    permit_reading(installation, Permission.SUSPENSE_CLEAR)
    rows: list[tuple[IncomeRow, Allocation]] = []
    with tempfile.TemporaryFile() as spool:
        sha256, size = spooled(incoming.stream, spool)
        file, event = receive(
            installation, evolve(incoming, stream=spool), sha256, size, Permission.SUSPENSE_CLEAR
        )
        if event.status in {FileStatus.RECORDED, FileStatus.HELD}:
            message = f"These bytes came as {file.name} and are {event.status.value} as a file of their own; they are no list."
            raise RuleViolation("recorded_as_income", message, file=sha256)
        begun = evolve(event, declared=incoming.declared, import_type=incoming.declared.import_type)
        with installation.store.trial(by=installation.actor) as unit:
            made = attempted(
                installation, unit, Begun(file, begun, spool), lambda _: None, records=False, collected=rows
            )
    if made.status is not FileStatus.RECORDED:
        made.refused = True
        if event.status is FileStatus.RECEIVED:
            with installation.unit("refuse_list") as unit:
                permit_unit(installation, unit, Permission.SUSPENSE_CLEAR)
                finish(unit, installation, file, begun, made)
    result = ImportResult(
        name=incoming.name, file=file.id, sha256=sha256, status="refused" if made.refused else "received",
        format=made.format, counts=made.counts, issues=tuple(made.log.kept), issue_count=made.log.count,
        import_type=made.import_type, report=made.report,
    )  # fmt: skip
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
    given, left = Money.total(item.amount for item in by_hand), remittance.unplaced_total
    if by_hand and not (NOTHING < given <= left):
        message = f"Of the list {left.shown()} could not be placed; {given.shown()} cannot be placed by hand."
        raise RuleViolation("not_balanced", message, unplaced=left, given=given)
    listed = RemittanceList(
        name=remittance.result.sha256, rows=(*remittance.placed, *by_hand), unplaced=left - given
    )
    return clear_by_list(installation, items, listed)


def _items(allocation: Allocation) -> list[BasketItem]:
    return [
        BasketItem(
            fund=part.fund, account_reference=part.account_reference or None, amount=part.amount, mop=None,
            vat_code=part.vat_code or None, narrative=part.narrative or None,
        )
        for part in allocation.parts
    ]  # fmt: skip
