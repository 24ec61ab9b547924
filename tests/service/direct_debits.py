"""Councils that collect by Direct Debit, and files of Bacs to import."""

from __future__ import annotations

import io
from typing import Any

from attrs import evolve
from tests.service.incomes import a_type, taking

from localgov_ims.domain.import_types import RecordWhen, RowDefaults
from localgov_ims.domain.money import Money
from localgov_ims.domain.service_users import ServiceUser
from localgov_ims.reconciliation.recognisers import IncomeSource, Recogniser, Sign, SourceKind
from localgov_ims.service.files.importing import ImportResult, import_file
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.simulator.bacs import SERVICE_USER, Debit
from localgov_ims_bacs import ims_file_formats

SOURCE = "direct-debits"


def collecting(installation: Installation, **given: Any) -> Installation:
    """Return the council with a service user number, the plugin that reads Bacs' files, and what names its bank lines."""
    council = taking(installation).council
    kind = a_type(
        code="dd", name="Direct Debits", format="standard18", source=SOURCE, record=RecordWhen.WHEN_MATCHED,
        defaults=RowDefaults(mop="12"),
    )  # fmt: skip
    user = ServiceUser(**{"number": SERVICE_USER, "owner": "revenues", "source": SOURCE, "mop": "12"} | given)
    names = (
        Recogniser(name="collected", sign=Sign.CREDIT, text="BACS 123456", source=SOURCE),
        Recogniser(
            name="unpaid",
            sign=Sign.DEBIT,
            text=r"UNPAID DD (?P<sun>\d{6})(?: (?P<original>\d{9}))?",
            source=SOURCE,
        ),
    )
    known = {reader.name for reader in installation.readers}
    readers = tuple(reader for reader in ims_file_formats() if reader.name not in known)
    return evolve(
        installation,
        readers=(*installation.readers, *readers),
        options={**installation.options, **{reader.name: reader.options() for reader in readers}},
        council=evolve(
            council, import_types={**council.import_types, "dd": kind}, service_users={SERVICE_USER: user},
            sources={**council.sources, SOURCE: IncomeSource(name=SOURCE, kind=SourceKind.DIRECT_DEBIT)},
            recognisers=(*council.recognisers, *names),
        ),
    )  # fmt: skip


def debit(reference: str, pounds: str, **given: Any) -> Debit:
    return Debit(reference=reference, amount=Money.parse(pounds), **given)


def sent(installation: Installation, data: bytes, name: str = "bacs.xml") -> ImportResult:
    """Import a file of Bacs."""
    return import_file(installation, Incoming(name=name, stream=io.BytesIO(data)))
