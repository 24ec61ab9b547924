"""Names of the settings that records use: what must not be taken out of them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.storage import (
    bacs_reports,
    holders,
    income_files,
    payments,
    proposals,
    settlements,
    statements,
    transactions,
    unpaids,
)

_COLUMNS: dict[str, tuple[sa.Column[str], ...]] = {
    # A payment that is pending becomes income of its funds when it is paid, and a proposal when it is authorised.
    "funds": (
        transactions.lines.c.fund,
        holders.holders.c.fund,
        payments.lines.c.fund,
        proposals.amounts.c.fund,
    ),
    "methods": (transactions.lines.c.mop, payments.lines.c.mop),
    "vat": (transactions.lines.c.vat_code, payments.lines.c.vat_code),
    "bank_accounts": (statements.statements.c.account,),
    "sources": (
        settlements.settlements.c.source,
        income_files.income_files.c.source,
        unpaids.unpaids.c.source,
    ),
    "service_users": (bacs_reports.reports.c.service_user,),
    "import_types": (income_files.income_files.c.import_type,),
}


def names_in_use(connection: Connection) -> dict[str, set[str]]:
    """Return, by section of the settings, the names that records have."""
    found = {
        section: {
            name
            for column in columns
            for name in connection.execute(sa.select(column).where(column.is_not(None)).distinct()).scalars()
        }
        for section, columns in _COLUMNS.items()
    }
    return found | {"fund_messages": holders.messages_in_force(connection)}
