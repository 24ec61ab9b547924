"""Income files made for tests: rows of the standard CSV, and councils that import them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from attrs import evolve

from localgov_ims.allocation.conditions import Condition
from localgov_ims.allocation.rules import Rule
from localgov_ims.domain.import_types import ImportType, RowDefaults
from localgov_ims.domain.money import Money
from localgov_ims.domain.received_files import Declared
from localgov_ims.domain.transactions import Transaction
from localgov_ims.service.files.importing import ImportResult, import_file
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.verifying import verify
from localgov_ims.storage import files as stored_files
from localgov_ims.storage import transactions

DAY = "2026-05-12"
STARTS = Rule(
    name="Council tax", order=100, when=Condition(field="account_reference", op="starts_with", value="77"),
    set={"fund": "CT"},
)  # fmt: skip


def row(
    amount: str = "10.00", account: str = "771234567", fund: str = "", *, day: str = DAY, mop: str = "", office: str = "",
    source: str = "", vat_code: str = "", vat_rate: str = "", vat: str = "", narrative: str = "", internal: str = "",
) -> list[str]:  # fmt: skip
    """Make a row of the standard CSV."""
    return [
        "ref", internal, source, office, f"{day} 11:30:41", f"{day} 11:30:41", account, "1", fund, mop, amount, vat_code,
        vat_rate, vat, narrative,
    ]  # fmt: skip


def a_file(given: Sequence[Sequence[str]], /, name: str = "income.csv", **declared: Any) -> Incoming:
    """Make a file of the standard CSV, as its type `agency` sends it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(given)
    said = Declared(**{"import_type": "agency"} | declared)
    return Incoming(name=name, stream=io.BytesIO(text.getvalue().encode()), declared=said)


def a_type(**given: Any) -> ImportType:
    """Make an import type of the standard CSV."""
    made: dict[str, Any] = {
        "code": "agency", "name": "Agency", "format": "standard-income", "defaults": RowDefaults(mop="12"),
    }  # fmt: skip
    return ImportType(**made | given)


def taking(installation: Installation, *rules: Rule, **given: Any) -> Installation:
    """Return the council with an import type of these policies, a fund for council tax without a format, and rules."""
    council = installation.council
    tax = evolve(council.funds["23"], code="CT", reference_format=None, name="Council tax, any reference")
    library = evolve(council.funds["13"], code="LB", reference_format=None, name="Library", vat_override=True)
    kind = a_type(**given)
    return evolve(
        installation,
        council=evolve(
            council, funds={**council.funds, "CT": tax, "LB": library}, rules=rules or (STARTS,),
            import_types={kind.code: kind},
        ),
    )  # fmt: skip


def imported(installation: Installation, given: Sequence[Sequence[str]], /, **declared: Any) -> ImportResult:
    """Import rows as a file, and see that the laws hold afterwards."""
    result = import_file(installation, a_file(given, **declared))
    assert [(report.law, report.broken) for report in verify(installation) if not report.holds] == []
    return result


def codes(result: ImportResult) -> list[str]:
    """Return the codes of the Issues, in order."""
    return [issue.code for issue in result.issues]


def history(installation: Installation, result: ImportResult) -> list[str]:
    """Return the statuses that a file went through."""
    with installation.store.reading() as connection:
        return [event.status.value for event in stored_files.life(connection, result.file)]


def recorded(installation: Installation) -> list[Transaction]:
    """Return every transaction, in the order of its lines' references to rows."""
    with installation.store.reading() as connection:
        return sorted(transactions.some(connection), key=lambda t: (t.kind.value, t.origin))


def lines(installation: Installation) -> list[tuple[str, str | None, Money]]:
    """Return fund, account and amount of every line of a Receipt."""
    return [
        (line.fund, line.account_reference, line.amount)
        for t in recorded(installation)
        if t.kind.value == "receipt"
        for line in t.lines
    ]


def balance(installation: Installation) -> dict[str, int]:
    """Return what the lines of each fund come to, in pence."""
    sums: dict[str, int] = {}
    for t in recorded(installation):
        for line in t.lines:
            sums[line.fund] = sums.get(line.fund, 0) + line.amount.pence
    return sums
