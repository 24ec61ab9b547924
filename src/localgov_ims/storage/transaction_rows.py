"""Transactions and lines as rows, and rows as transactions and lines."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from localgov_ims.domain.money import Money
from localgov_ims.domain.payers import NOBODY, Card, Cheque, Payer, kept
from localgov_ims.domain.transactions import Channel, Line, Origin, Purpose, Transaction, TransactionKind
from localgov_ims.domain.vat import Treatment, VatRate
from localgov_ims.storage import personal
from localgov_ims.storage.schema import Row


def seal(t: Transaction) -> personal.Sealed | None:
    """Seal what is known of a transaction's persons."""
    if t.payer is NOBODY and t.card is None and t.cheque is None:
        return None
    parts = {"payer": t.payer, "card": t.card, "cheque": t.cheque}
    return personal.seal(t.id, {name: kept(part) for name, part in parts.items() if part is not None})


def row(t: Transaction, secret: personal.Sealed | None) -> Row:
    """Return a transaction's row; *secret* is what is kept of its persons beside it."""
    return (
        t.id, t.kind.value, t.reference, t.channel.value, t.origin.kind, t.origin.id, t.origin.n, t.taken_on,
        t.recorded_at, t.recorded_by, t.provider, t.provider_reference, t.merchant_account, t.payment,
        t.purpose.value if t.purpose is not None else None, t.n, t.office, t.taken_at, t.caller_reference,
        t.authorisation_code, secret.hash if secret is not None else None,
    )  # fmt: skip


def line_row(transaction: UUID, line: Line, said: personal.Sealed | None) -> Row:
    """Return a line's row; *said* is its narrative, where that is personal data."""
    return (
        line.id, transaction, line.number, line.reference, line.fund, line.account_reference, line.amount.pence,
        line.vat_code, line.vat_treatment.value if line.vat_treatment is not None else None, line.vat_rate.thousandths,
        line.vat.pence, line.mop, line.narrative if said is None else None, line.rule, line.pair, line.draws_on,
        line.reverses, line.turn, said.hash if said is not None else None,
    )  # fmt: skip


def line(row: sa.Row[Any]) -> Line:
    """Return a line of a row of `transactions.some`."""
    treatment = row.transaction_lines_vat_treatment
    told: dict[str, Any] = personal.read(row.narratives)
    return Line(
        id=row.transaction_lines_id, number=row.transaction_lines_number, reference=row.transaction_lines_reference,
        fund=row.transaction_lines_fund, account_reference=row.transaction_lines_account_reference,
        amount=Money(row.transaction_lines_pence), vat_code=row.transaction_lines_vat_code,
        vat_treatment=Treatment(treatment) if treatment is not None else None,
        vat_rate=VatRate(row.transaction_lines_vat_rate), vat=Money(row.transaction_lines_vat),
        mop=row.transaction_lines_mop, narrative=row.transaction_lines_narrative or told.get("narrative"),
        rule=row.transaction_lines_rule, pair=row.transaction_lines_pair, draws_on=row.transaction_lines_draws_on,
        reverses=row.transaction_lines_reverses, turn=row.transaction_lines_turn,
    )  # fmt: skip


def transaction(row: sa.Row[Any], gathered: list[Line]) -> Transaction:
    """Return a transaction of the last of its rows, with its lines."""
    persons: dict[str, Any] = personal.read(row.persons)
    return Transaction(
        id=row.transactions_id, kind=TransactionKind(row.transactions_kind), reference=row.transactions_reference,
        channel=Channel(row.transactions_channel),
        origin=Origin(row.transactions_origin_kind, row.transactions_origin_id, row.transactions_origin_n),
        taken_on=row.transactions_taken_on, recorded_at=row.transactions_recorded_at,
        recorded_by=row.transactions_recorded_by, lines=tuple(gathered), provider=row.transactions_provider,
        provider_reference=row.transactions_provider_reference, merchant_account=row.transactions_merchant_account,
        payment=row.transactions_payment,
        purpose=Purpose(row.transactions_purpose) if row.transactions_purpose is not None else None,
        n=row.transactions_n, office=row.transactions_office, taken_at=row.transactions_taken_at,
        caller_reference=row.transactions_caller_reference, authorisation_code=row.transactions_authorisation_code,
        payer=Payer(**persons["payer"]) if persons.get("payer") else NOBODY,
        card=Card(**persons["card"]) if persons.get("card") else None,
        cheque=Cheque(**persons["cheque"]) if persons.get("cheque") else None,
    )  # fmt: skip
