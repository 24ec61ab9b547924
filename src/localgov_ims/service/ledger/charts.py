"""Importing the chart of accounts: refused whole where a row is wrong, each fault with its line."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Final

from localgov_ims.domain.chart import ChartEntry
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import ImsError, InvalidValue
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.storage import chart

LONGEST: Final = 32 * 1024 * 1024
"""Bytes of a chart of accounts; some hundred thousand codes."""

_OWN: Final = ("code", "open_on", "closed_on", "nature")


def import_chart(installation: Installation, ledger: str, data: bytes) -> int:
    """Record a chart of accounts, which takes the place of the one before, and return how many codes it has.

    *data* is a UTF-8 CSV with a header: `code`, and as wanted `dim1`, `dim2` ..., `open_on`, `closed_on` (the first day
    on which it is closed; days as 2026-04-01) and `nature`.

    Raises:
        NotPermitted: The permission settings.edit is missing.
        ConfigurationError: There is no such ledger.
        InvalidValue: It is no such CSV, or rows are wrong; each is named by its line, and nothing is recorded.
        AlreadyDone: Somebody else imported one meanwhile.
    """
    name = installation.council.ledger(ledger).name
    entries = _read(data)
    with installation.unit("import_chart") as unit:
        permit_unit(installation, unit, Permission.SETTINGS_EDIT)
        unit.detail |= {"ledger": name, "codes": len(entries), "version": chart.add(unit, name, entries)}
        unit.commit()
    return len(entries)


def _read(data: bytes) -> list[ChartEntry]:
    if len(data) > LONGEST:
        message = f"The chart of accounts has {len(data):,} bytes; {LONGEST:,} are allowed."
        raise InvalidValue("chart_too_long", message)
    try:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        header = [name.strip() for name in rows.fieldnames or ()]
        dimensions = [name for name in header if name.startswith("dim") and name[3:].isdigit()]
        unknown = [name for name in header if name not in {*_OWN, *dimensions}]
        if "code" not in header or unknown or dimensions != [f"dim{n + 1}" for n in range(len(dimensions))]:
            message = f"Line 1: the header must be of code, dim1, dim2 ..., open_on, closed_on, nature; it is {', '.join(header)}."
            raise InvalidValue("bad_chart", message)
        return _entries(rows, dimensions)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidValue("bad_chart", f"This is no CSV in UTF-8: {error}.") from error


def _entries(rows: csv.DictReader[str], dimensions: list[str]) -> list[ChartEntry]:
    found: dict[LedgerAccount, ChartEntry] = {}
    faults: list[str] = []
    for row in rows:
        try:
            entry = _entry(row, dimensions)
            if entry.account in found:
                faults.append(f"line {rows.line_num}: {entry.account} stands twice")
            found[entry.account] = entry
        except (ValueError, ImsError) as error:
            faults.append(f"line {rows.line_num}: {error}")
    if faults or not found:
        message = (
            "The chart of accounts was not taken: " + ("; ".join(faults[:20]) or "it has no codes") + "."
        )
        raise InvalidValue("bad_chart", message, faults=faults)
    return list(found.values())


def _entry(row: dict[str, str], dimensions: list[str]) -> ChartEntry:
    if None in row or None in row.values():
        message = "it has more or fewer fields than the header"
        raise ValueError(message)
    account = LedgerAccount(row["code"], tuple(row[name] for name in dimensions))
    return ChartEntry(
        account=account, open_on=_day(row.get("open_on")), closed_on=_day(row.get("closed_on")),
        nature=row.get("nature", ""),
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{quoted(text)!r} is no day: write 2026-04-01"
        raise ValueError(message) from error
