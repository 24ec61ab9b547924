"""What records use of what has a ledger code: bank accounts, methods with their merchant accounts, funds with VAT codes."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.storage import statements, transactions

_t, _l = transactions.transactions, transactions.lines
_COUNT = sa.func.count().label("used")


def bank_accounts(connection: Connection) -> Iterator[tuple[str, int]]:
    """Yield bank accounts with how many lines they have."""
    query = sa.select(statements.lines.c.account, _COUNT).group_by(statements.lines.c.account)
    for row in connection.execute(query.order_by(statements.lines.c.account)):
        yield row.account, row.used


def methods(connection: Connection) -> Iterator[tuple[str, str, int]]:
    """Yield methods of payment, each with its merchant accounts (empty: none), and how many lines there are."""
    merchant = sa.func.coalesce(_t.c.merchant_account, "").label("merchant")
    query = sa.select(_l.c.mop, merchant, _COUNT).join(_t, _t.c.id == _l.c.transaction)
    for row in connection.execute(query.group_by(_l.c.mop, merchant).order_by(_l.c.mop, merchant)):
        yield row.mop, row.merchant, row.used


def funds(
    connection: Connection, cut: Collection[str]
) -> Iterator[tuple[str, str | None, bool, str | None, int]]:
    """Yield funds with VAT codes, whether there is VAT, an account reference where funds *cut* their code out of it."""
    reference = sa.case((_l.c.fund.in_(cut), _l.c.account_reference), else_=None).label("reference")
    keys = (_l.c.fund, _l.c.vat_code, reference)
    query = sa.select(*keys, sa.func.max(sa.case((_l.c.vat != 0, 1), else_=0)).label("vat"), _COUNT)
    for row in connection.execute(query.group_by(*keys).order_by(_l.c.fund, _l.c.vat_code, reference)):
        yield row.fund, row.vat_code, bool(row.vat), row.reference, row.used
