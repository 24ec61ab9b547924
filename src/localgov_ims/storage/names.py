"""Names of the settings that records use: what must not be taken out of them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.storage import settlements, statements, transactions

_COLUMNS: dict[str, sa.Column[str]] = {
    "funds": transactions.lines.c.fund,
    "methods": transactions.lines.c.mop,
    "vat": transactions.lines.c.vat_code,
    "bank_accounts": statements.statements.c.account,
    "sources": settlements.settlements.c.source,
}


def names_in_use(connection: Connection) -> dict[str, set[str]]:
    """Return, by section of the settings, the names that records have."""
    return {
        section: set(connection.execute(sa.select(column).where(column.is_not(None)).distinct()).scalars())
        for section, column in _COLUMNS.items()
    }
