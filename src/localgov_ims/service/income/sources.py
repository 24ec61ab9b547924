"""What allocation is told of a file as a whole, and which accounts it will ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from attrs import asdict

from localgov_ims.allocation.engine import SourceAllocator
from localgov_ims.allocation.rows import Holders, Source
from localgov_ims.domain.import_types import ImportType, Negative
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.service.council import Council
from localgov_ims.storage.holders import Account


def allocator_of(
    council: Council, import_type: ImportType, file_name: str, received_on: date, holders: Holders
) -> SourceAllocator:
    """Return the council's rules as they are asked of the rows of one file."""
    return council.allocator.of(source_of(import_type, file_name, received_on), holders)


def source_of(import_type: ImportType, file_name: str, received_on: date) -> Source:
    """Return what rules may ask of a file as a whole."""
    return Source(
        name=import_type.code, import_type=import_type.code, file_name=file_name, received_on=received_on,
        defaults={name: value for name, value in asdict(import_type.defaults).items() if value},
        allow_negative=import_type.negative is Negative.ALLOW,
    )  # fmt: skip


def asked_of(council: Council, rows: Iterable[IncomeRow]) -> Iterator[Account]:
    """Yield the accounts that the checks of these rows will probably ask for, in the funds that need their holders."""
    funds = [
        (code, council.references.format_of(code))
        for code, fund in council.funds.items()
        if fund.account_must_exist
    ]
    if not funds:
        return
    for row in rows:
        if row.account_reference:
            for code, format_ in funds:
                if not row.fund or row.fund == code:
                    yield (
                        code,
                        format_.compact(row.account_reference)
                        if format_ is not None
                        else row.account_reference,
                    )
