"""Legal holds as SQL: the condition, for each class of record, that a hold covers it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.retention import LegalHold, bare_name
from localgov_ims.storage import (
    files,
    holders,
    notes,
    outbox,
    payments,
    personal,
    refunds,
    retention,
    statements,
    transactions,
)
from localgov_ims.storage.schema import json_text
from localgov_ims.storage.searching import dashed

Condition = sa.ColumnElement[bool]


class Held:
    """What legal holds cover. In doubt more is held than less: what is gone cannot be brought back.

    An account holds its holders, payments, transactions and refunds, the bank lines that they came from, and the files
    of those; a payer whatever has all words of the name beside it, and what belongs to that; a file its bytes and
    bank lines.
    """

    def __init__(self, connection: Connection, holds: Sequence[LegalHold]) -> None:
        """Take the holds that are in force."""
        self._connection = connection
        self._holds = [hold.id for hold in holds]
        self._accounts = [(h.fund, h.account_reference) for h in holds if h.account_reference is not None]
        self._payers = [bare_name(hold.payer) for hold in holds if hold.payer is not None]
        self._files = [hold.file for hold in holds if hold.file is not None]

    def of(self, table: sa.Table) -> Condition:
        """Return the condition that a record of *table* is held."""
        if not self._holds:
            return sa.false()
        own = {
            "transactions": self._transactions,
            "transaction_lines": self._transaction_lines,
            "messages": self._messages,
            "payments": self._payments,
            "payment_lines": self._payment_lines,
            "payment_events": self._payment_events,
            "refund_requests": self._refunds,
            "account_holders": self._holders,
            "notes": self._notes,
            "statement_lines": self._statement_lines,
            "files": self._received,
            "legal_holds": self._in_force,
        }.get(table.name)
        return own() if own is not None else self._named(table)

    def _messages(self) -> Condition:
        return self._belongs(outbox.messages, "transaction", transactions.transactions, self._transactions())

    def _named(self, table: sa.Table) -> Condition:
        """Return the condition that the name of a payer who is held stands beside a record."""
        value = personal.data.c.value
        fits = [
            sa.and_(
                *(sa.or_(*(value.icontains(form, autoescape=True) for form in spelt(word))) for word in words)
            )
            for words in self._payers
        ]
        return table.c.id.in_(sa.select(personal.data.c.record).where(sa.or_(*fits))) if fits else sa.false()

    def _account(self, table: sa.Table) -> Condition:
        if not self._accounts:
            return sa.false()
        return sa.tuple_(table.c.fund, table.c.account_reference).in_(self._accounts)

    def _holders(self) -> Condition:
        return self._account(holders.holders) | self._named(holders.holders)

    def _notes(self) -> Condition:
        return notes.on_accounts(self._accounts) | self._named(notes.notes)

    def _transactions(self) -> Condition:
        table, lines = transactions.transactions, transactions.lines
        return table.c.id.in_(sa.select(lines.c.transaction).where(self._account(lines))) | self._named(table)

    def _transaction_lines(self) -> Condition:
        return self._belongs(
            transactions.lines, "transaction", transactions.transactions, self._transactions()
        )

    def _payments(self) -> Condition:
        table, lines = payments.payments, payments.lines
        return table.c.id.in_(sa.select(lines.c.payment).where(self._account(lines))) | self._named(table)

    def _payment_lines(self) -> Condition:
        return self._belongs(payments.lines, "payment", payments.payments, self._payments())

    def _payment_events(self) -> Condition:
        return self._belongs(payments.events, "payment", payments.payments, self._payments())

    def _refunds(self) -> Condition:
        given = (
            sa.select(refunds.items.c.request)
            .join(transactions.lines, transactions.lines.c.id == refunds.items.c.line)
            .where(self._transaction_lines())
        )
        return refunds.requests.c.id.in_(given) | self._named(refunds.requests)

    def _statement_lines(self) -> Condition:
        lines, heads = statements.lines, transactions.transactions
        origins = sa.select(heads.c.origin_id).where(
            heads.c.origin_kind == "statement_line", self._transactions()
        )
        of_file = sa.select(statements.statements.c.id).where(statements.statements.c.file.in_(self._files))
        return (
            dashed(self._connection, lines.c.id).in_(origins)
            | lines.c.statement.in_(of_file)
            | self._named(lines)
        )

    def _received(self) -> Condition:
        lines, heads = statements.lines, statements.statements
        banked = (
            sa.select(heads.c.file)
            .join(lines, lines.c.statement == heads.c.id)
            .where(self._statement_lines())
        )
        return files.files.c.id.in_(self._files) | files.files.c.id.in_(banked)

    def _in_force(self) -> Condition:
        return retention.holds.c.id.in_(self._holds)

    def _belongs(self, table: sa.Table, key: str, parent: sa.Table, held: Condition) -> Condition:
        column: sa.Column[Any] = table.c[key]
        # What belongs to nothing is held by nothing; unknown would be held for ever.
        belongs = column.is_not(None) & column.in_(sa.select(parent.c.id).where(held))
        return belongs | self._named(table)


def spelt(word: str) -> list[str]:
    """Return how a word may stand in canonical JSON: databases know upper and lower case of A to Z only."""
    forms = dict.fromkeys((word, word.lower(), word.upper(), word.title()))
    return list(dict.fromkeys(json_text(form)[1:-1] for form in forms))
