"""Explaining: the whole story of one thing, from its identifier, in sentences an auditor can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain import ids
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.transactions import Transaction
from localgov_ims.errors import InvalidValue, NotFound
from localgov_ims.service.explaining.files import income_file_stories, row_told
from localgov_ims.service.explaining.matches import line_told
from localgov_ims.service.explaining.moves import provenance
from localgov_ims.service.explaining.payments import money_stories
from localgov_ims.service.explaining.stories import Story, size
from localgov_ims.service.explaining.unpaids import claims_told, took_back, unpaid_stories
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage import (
    files,
    journal_states,
    journals,
    reconciliation,
    settlements,
    statements,
    transactions,
)


def explain(installation: Installation, identifier: str) -> list[Story]:
    """Tell the story of a statement line, transaction, payment, refund request, proposal, payout, income file, unpaid or journal.

    *identifier* is a record's UUID, one of our references (dashes and case do not count; a line's number may
    follow), the bank's own reference of a line, a payout's number, or a journal's number.

    Raises:
        NotPermitted: The permission transaction.view is missing, or a fund in which the income lies; in suspense the
            permission suspense.view will do.
        NotFound: Nothing here has that identifier.
    """
    # What no database could hold is nowhere in one.
    text = identifier.strip().encode("utf-8", "replace").decode().replace("\0", "?")
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.TRANSACTION_VIEW)
        stories = [
            *_lines(connection, installation, rights, text),
            *_transactions(connection, installation, rights, text),
            *money_stories(connection, installation.council, rights, text),
            *_settlements(connection, text),
            *(
                (*income_file_stories(connection, uuid), *unpaid_stories(connection, uuid))
                if (uuid := _uuid(text)) is not None
                else ()
            ),
            *_journals(connection, text),
        ]
    if not stories:
        message = (
            f"Nothing here has the identifier {text!r}. Give the reference of a transaction, payment, refund or proposal, "
            "a line's or record's id, the bank's reference of a line, a payout's number or a journal's number."
        )
        raise NotFound("not_found", message, identifier=text)
    return stories


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _refuse_others(installation: Installation, rights: Rights, shown: Iterable[Transaction]) -> None:
    """Refuse income of funds that are not the user's."""
    funds = {line.fund for transaction in shown for line in transaction.lines}
    if rights.has(Permission.SUSPENSE_VIEW):
        funds.discard(installation.council.suspense_fund.code)
    rights.require_funds(funds)


def _lines(connection: Connection, installation: Installation, rights: Rights, text: str) -> Iterator[Story]:
    lines, uuid = statements.lines, _uuid(text)
    condition = lines.c.id == uuid if uuid is not None else lines.c.bank_reference == text
    for line in list(statements.some_lines(connection, condition)):
        _refuse_others(installation, rights, _became(connection, line.id))
        yield _line_story(connection, line)


def _became(connection: Connection, line: UUID) -> list[Transaction]:
    """Return the income that a bank line became, or was matched with."""
    records = [d.record for d in reconciliation.history(connection, line) if d.record is not None]
    found = reconciliation.some_matches(connection, reconciliation.matches.c.id.in_(records))
    ids_ = [*records, *(match.right for match in found)]
    return list(transactions.some(connection, transactions.transactions.c.id.in_(ids_)))


def _line_story(connection: Connection, recorded: StatementLine) -> Story:
    line = recorded.line
    statement = statements.by_id(connection, recorded.statement)
    file = files.by_id(connection, statement.file)
    balances = ""
    if statement.opening is not None and statement.closing is not None:
        balances = f", which opens at {statement.opening.shown()} and closes at {statement.closing.shown()}"
    sentences = [
        f"The bank booked {line.amount.shown()} on {line.booked_on:%d %B %Y}: {' / '.join(map(visible, line.text.splitlines())) or 'no text'}.",
        f"It is line {line.position} of statement {statement.number} of account {recorded.account}{balances}.",
        f"The statement came in {file.name} (SHA-256 {file.sha256[:16]}…) and is {statement.evidence.value}.",
    ]
    history = reconciliation.history(connection, recorded.id)
    leads: list[str] = []
    for disposition in history:
        rule = f" [{disposition.rule}]" if disposition.rule else ""
        sentences.append(f"{disposition.number}. {disposition.kind.value}{rule}: {disposition.reason}")
        nearest = disposition.evidence.get("nearest", ())
        sentences += [f"   nearest: {miss}" for miss in nearest] if isinstance(nearest, list) else []
        leads += _leads(connection, disposition.record)
    if not history:
        sentences.append("It has not been reconciled yet: run `ims reconcile`.")
    sentences += line_told(connection, recorded)
    sentences += _posted(connection, [recorded.id])
    return Story(
        kind="statement line", id=str(recorded.id), title=f"Bank line {recorded.reference}",
        sentences=tuple(sentences), leads_to=tuple(leads),
    )  # fmt: skip


def _leads(connection: Connection, record: UUID | None) -> Iterator[str]:
    if record is None:
        return
    for transaction in transactions.some(connection, transactions.transactions.c.id == record):
        yield ids.shown(transaction.reference)
    for match in reconciliation.some_matches(connection, reconciliation.matches.c.id == record):
        yield str(match.right)


def _transactions(
    connection: Connection, installation: Installation, rights: Rights, text: str
) -> Iterator[Story]:
    t, uuid = transactions.transactions, _uuid(text)
    condition = t.c.id == uuid
    if uuid is None:
        try:
            condition = t.c.reference == ids.parse_reference(text.partition("_")[0])
        except InvalidValue:
            return
    for transaction in list(transactions.some(connection, condition)):
        _refuse_others(installation, rights, [transaction])
        yield _transaction_story(connection, installation, transaction)


def _transaction_story(connection: Connection, installation: Installation, t: Transaction) -> Story:
    funds = installation.council.funds
    sentences = [
        f"A {t.kind.value} of {size(t).shown()}, taken on {t.taken_on:%d %B %Y} by {t.channel.value}.",
        f"Recorded by {t.recorded_by} at {t.recorded_at:%Y-%m-%d %H:%M} UTC.",
    ]
    for line in t.lines:
        vat = f", VAT {line.vat.shown()} in it ({line.vat_code})" if line.vat_code is not None else ""
        rule = f", by rule {line.rule!r}" if line.rule is not None else ""
        account = f", account {line.account_reference}" if line.account_reference is not None else ""
        sentences.append(
            f"Line {line.reference}: {line.amount.shown()} to {funds[line.fund].name}{account}{vat}{rule}."
        )
    items = transactions.some_suspense(
        connection, transactions.suspense.c.line.in_([line.id for line in t.lines])
    )
    sentences += [
        f"It is in suspense: {item.reason.sentence}{f' ({item.detail})' if item.detail else ''}."
        for item in items
    ]
    matches = list(reconciliation.some_matches(connection, reconciliation.matches.c.right_id == t.id))
    sentences += [f"{match.role.title()}: {match.sentence()}" for match in matches]
    leads = [str(match.left) for match in matches]
    came, related = provenance(connection, t)
    row, file = row_told(connection, t)
    back, unpaid = took_back(connection, t)
    claimed, claims = claims_told(connection, installation.council, t)
    row, file = [*row, *back], [*file, *unpaid]
    came, related = [*came, *row, *claimed], [*related, *file, *claims]
    sentences += came
    leads += related
    if t.origin.kind == "statement_line":
        sentences.append(f"It is what bank line {t.origin.id} became.")
        leads.append(t.origin.id)
    elif not matches and not t.moves and not row:
        sentences.append("Its money has not been found at the bank yet.")
    sentences += _posted(connection, [line.id for line in t.lines] + [match.id for match in matches])
    return Story(
        kind="transaction", id=str(t.id), title=f"{t.kind.value.title()} {ids.shown(t.reference)}",
        sentences=tuple(sentences), leads_to=tuple(leads),
    )  # fmt: skip


def _settlements(connection: Connection, text: str) -> Iterator[Story]:
    table, uuid = settlements.settlements, _uuid(text)
    condition = table.c.id == uuid if uuid is not None else table.c.reference == text
    for s in list(settlements.some(connection, condition)):
        found = list(
            reconciliation.some_matches(
                connection, reconciliation.matches.c.left_id.in_(settlements.line_ids(s.id))
            )
        )
        live = reconciliation.live
        banked = [
            reconciliation.match(row)
            for row in connection.execute(sa.select(live).where(live.c.right_id == s.id))
        ]
        sentences = [
            f"{s.source} paid out {s.net.shown()} on {s.paid_on:%d %B %Y}: {s.gross.shown()} less fees {s.fees.shown()}.",
            f"It came in {files.by_id(connection, s.file).name}; {len(found)} of its {s.lines} lines are payments of ours.",
            *(match.sentence() for match in banked),
        ]
        if not banked:
            sentences.append("Its credit has not been found at the bank yet.")
        sentences += _posted(connection, [s.id, *(match.id for match in banked)])
        leads = tuple(str(match.left) for match in banked)
        title = f"Payout {s.reference} of {s.source}"
        yield Story(kind="settlement", id=str(s.id), title=title, sentences=tuple(sentences), leads_to=leads)


def _journals(connection: Connection, text: str) -> Iterator[Story]:
    for journal in journals.some(connection, journals.journals.c.number == text):
        sentences = [
            f"Ledger {journal.ledger}, {journal.accounting_on:%d %B %Y}: {len(journal.lines)} lines.",
            f"Debits {journal.debits.shown()}, credits {journal.credits.shown()}.",
            f"Files made of it: {len(journal_states.exports_of(connection, journal.number))}.",
        ]
        yield Story(
            kind="journal", id=journal.number, title=f"Journal {journal.number}", sentences=tuple(sentences)
        )


def _posted(connection: Connection, sources: Sequence[UUID]) -> Iterator[str]:
    for number, line in journals.lines_of_sources(connection, sources):
        said = f"{line.side.value} {line.account.code} {line.amount.shown()} ({line.role.value})"
        yield f"Journal {number}, line {line.number}: {said}."
