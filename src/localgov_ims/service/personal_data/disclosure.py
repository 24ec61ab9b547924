"""What is held of a person, section by section, as it may be given to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.documents.subject_access import Section
from localgov_ims.domain.money import Money
from localgov_ims.domain.payers import NOBODY, Card, Cheque, Payer
from localgov_ims.domain.retention import Subject
from localgov_ims.domain.transactions import Line
from localgov_ims.service.council import Council
from localgov_ims.storage import disclosing, holders, people
from localgov_ims.storage import payments as stored_payments
from localgov_ims.storage import refunds as stored_refunds
from localgov_ims.storage import statements as stored_statements
from localgov_ims.storage import transactions as stored_transactions
from localgov_ims.storage.retiring import CLASSES, one_of
from localgov_ims.storage.subjects import Found, files_naming

_TOLD: Final = frozenset(
    "account_holders transactions transaction_lines payments payment_lines payment_events refund_requests statement_lines "
    "files".split()
)


@frozen
class Known:
    """What was found of a person, and where to read it."""

    connection: Connection
    council: Council
    found: Found
    subject: Subject

    def is_theirs(self, table: sa.Table, record: UUID) -> bool:
        """Tell whether the personal data beside a record is this person's."""
        return record in self.found.theirs.get(table.name, ())

    def shared(self, table: sa.Table) -> int:
        """Return beside how many records of their accounts other people's data was left out."""
        return len(self.found.shared.get(table.name, ()))

    def own(self, lines: Collection[Line], *, whole: bool) -> list[Line]:
        """Return the lines that are about them: every one of what they paid, else those of their accounts."""
        return [
            each for each in lines if whole or (each.fund, each.account_reference) in self.subject.accounts
        ]


def account_holders(known: Known) -> Section:
    """Return every version of their accounts that names them."""
    table = holders.holders
    rows = [
        {
            "fund": row.fund, "account_reference": row.account_reference, "version": row.number,
            "name": _joined(person, "title", "forename", "surname"),
            "address": _joined(person, "address_1", "address_2", "address_3", "address_4", "postcode", between=", "),
            "balance": _money(row.balance), "balance_as_at": row.balance_as_at, "closed_on": row.closed_on,
            "message": _message(known.council, row.message), "further": _further(person), "at": row.at, "by": row.by,
            "source": row.source,
        }
        for row, person in disclosing.holder_rows(known.connection, known.found.theirs.get(table.name, ()))
    ]  # fmt: skip
    return Section(key="account_holders", title="Accounts", rows=tuple(rows), left_out=known.shared(table))


def transactions(known: Known) -> Section:
    """Return the income on their accounts, and what they paid."""
    table, rows, left_out = stored_transactions.transactions, [], 0
    for fits in one_of(table, known.found.all_of(table)):
        for each in stored_transactions.some(known.connection, fits):
            theirs = known.is_theirs(table, each.id)
            own = known.own(each.lines, whole=theirs)
            left_out += len(each.lines) - len(own)
            person = _persons(each.payer, each.card, each.cheque) if theirs else _persons(NOBODY, None, None)
            rows += [
                {
                    "receipt": each.reference, "line": line.reference, "kind": each.kind.value,
                    "channel": each.channel.value, "taken_on": each.taken_on, "recorded_at": each.recorded_at,
                    "recorded_by": each.recorded_by, **_line(line), **person,
                }
                for line in own
            ]  # fmt: skip
    rows.sort(key=lambda row: (row["taken_on"], row["line"]))
    return Section(
        key="transactions",
        title="Income and refunds",
        rows=tuple(rows),
        left_out=left_out + known.shared(table),
    )


def payments(known: Known) -> Section:
    """Return what they were asked for, or somebody was for their accounts."""
    table, rows, left_out = stored_payments.payments, [], 0
    for fits in one_of(table, known.found.all_of(table)):
        for each in stored_payments.some(known.connection, fits):
            theirs = known.is_theirs(table, each.id)
            own = known.own(each.lines, whole=theirs)
            left_out += len(each.lines) - len(own)
            rows += [
                {
                    "payment": each.reference, "channel": each.channel.value, "created_at": each.created_at,
                    "taken_by": each.taken_by, "state": each.state.value, **_line(line),
                    **_persons(each.payer if theirs else NOBODY, None, None),
                }
                for line in own
            ]  # fmt: skip
    return Section(
        key="payments", title="Payments asked for", rows=tuple(rows), left_out=left_out + known.shared(table)
    )


def payment_events(known: Known) -> Section:
    """Return what providers said of the payments, cards only of their own."""
    heads, events = stored_payments.payments, stored_payments.events
    cards = dict(disclosing.beside(known.connection, events, known.found.theirs.get(events.name, ())))
    rows = []
    for fits in one_of(heads, known.found.all_of(heads)):
        query = (
            sa.select(events, heads.c.reference)
            .join(heads, heads.c.id == events.c.payment)
            .where(fits)
            .order_by(heads.c.reference, events.c.number)
        )
        rows += [
            {
                "payment": row.reference, "received_at": row.received_at, "said": row.said, "state": row.state,
                "amount": Money(row.pence), "provider_reference": row.provider_reference,
                "card": _card(Card(**cards[row.id]["card"])) if row.id in cards else None,
            }
            for row in known.connection.execute(query)
        ]  # fmt: skip
    return Section(key="payment_events", title="What became of the payments", rows=tuple(rows))


def refunds(known: Known) -> Section:
    """Return the refunds of what was paid for them, whom they went to only where it was they."""
    table, rows = stored_refunds.requests, []
    for fits in one_of(table, known.found.all_of(table)):
        for each in stored_refunds.some(known.connection, fits):
            payee = each.payee if known.is_theirs(table, each.id) else None
            rows.append({
                "refund": each.reference, "of": each.subject, "route": each.route.value, "amount": each.total,
                "state": each.state.value, "reason": each.reason, "asked_at": each.asked_at, "asked_by": each.asked_by,
                "paid_to": f"{payee.name}, {payee.sort_code} {payee.account}" if payee is not None else None,
            })  # fmt: skip
    return Section(key="refunds", title="Refunds", rows=tuple(rows), left_out=known.shared(table))


def statement_lines(known: Known) -> Section:
    """Return the bank lines that are theirs or name their accounts; others' names and words are left out."""
    table, rows = stored_statements.lines, []
    for each in stored_statements.with_ids(known.connection, sorted(known.found.all_of(table))):
        theirs = known.is_theirs(table, each.id)
        rows.append({
            "bank_account": each.account, "booked_on": each.line.booked_on, "amount": each.line.amount,
            "name": each.line.counterparty_name if theirs else None,
            "account": each.line.counterparty_account if theirs else None,
            "text": " / ".join(each.line.narrative) if theirs else None,
        })  # fmt: skip
    return Section(
        key="statement_lines",
        title="Lines of bank statements",
        rows=tuple(rows),
        left_out=known.shared(table),
    )


def received_files(known: Known) -> Section:
    """Return the names of files kept as they came in which they are named, among others."""
    found = disclosing.file_rows(known.connection, files_naming(known.connection, known.found))
    rows = tuple(
        {"file": row.name, "received_at": row.at, "bytes": row.size, "sha256": row.sha256} for row in found
    )
    return Section(key="files", title="Files received that name you", rows=rows)


def users(known: Known) -> Section:
    """Return what is held of them as users of this system."""
    who, rows = known.subject, []
    for user in people.some(known.connection):
        if who.known_as(user.display_name) or who.known_as(user.name) or who.writes_as(user.name):
            signed_in = disclosing.sign_ins(known.connection, user.id)
            rows.append({
                "user": user.name, "display_name": user.display_name, "office": user.office,
                "created_at": user.created_at, "roles": ", ".join(user.given.roles),
                "sign_ins": len(signed_in), "last_sign_in_at": user.last_login_at,
            })  # fmt: skip
    return Section(key="users", title="As a user of this system", rows=tuple(rows))


def others(known: Known) -> Section:
    """Return whatever else is kept under their name: messages sent to them among it."""
    rows = [
        {"kind": name, "field": field, "value": text}
        for name, each in CLASSES.items()
        if name not in _TOLD
        for _, value in disclosing.beside(known.connection, each.table, known.found.theirs.get(name, ()))
        for field, text in _flat("", value)
    ]
    return Section(key="other", title="Messages and other records", rows=tuple(rows))


def _line(line: Line) -> dict[str, Any]:
    return {
        "fund": line.fund, "account_reference": line.account_reference, "amount": line.amount, "vat": line.vat,
        "method": line.mop, "narrative": line.narrative,
    }  # fmt: skip


def _persons(payer: Payer, card: Card | None, cheque: Cheque | None) -> dict[str, Any]:
    address = (payer.address_1, payer.address_2, payer.address_3, payer.address_4, payer.postcode)
    return {
        "payer": payer.name, "address": ", ".join(part for part in address if part) or None, "email": payer.email,
        "card": _card(card) if card is not None else None,
        "cheque": f"{cheque.sort_code} {cheque.account} {cheque.number} {cheque.name}" if cheque is not None else None,
    }  # fmt: skip


def _card(card: Card) -> str:
    return " ".join(
        part for part in (card.brand, f"{card.first_six or '?'}...{card.last_four or '?'}") if part
    )


def _flat(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from _flat(f"{path} {name}".strip(), inside)
    elif isinstance(value, list):
        for inside in value:
            yield from _flat(path, inside)
    elif value is not None:
        yield path, str(value)


def _joined(person: dict[str, Any], *parts: str, between: str = " ") -> str | None:
    return between.join(str(person[part]) for part in parts if person.get(part)) or None


def _further(person: dict[str, Any]) -> str | None:
    return _joined(person, "user_field_1", "user_field_2", "user_field_3", between=", ")


def _message(council: Council, code: str | None) -> str | None:
    return council.messages[code].text if code is not None and code in council.messages else code


def _money(pence: int | None) -> Money | None:
    return Money(pence) if pence is not None else None
