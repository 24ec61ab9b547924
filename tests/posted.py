"""What a ledger gets: journals built and read back, and what sources say as the worked examples write it."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.domain.journals import ROLE_ORDER, Journal, JournalLine, LedgerAccount, Side, Source
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.postings import LineTaken, Posting
from localgov_ims.domain.transactions import Transaction
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger import posting
from localgov_ims.service.ledger.journal_sources import roles_of
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.ledger.ledger_accounts import SettingsAccounts
from localgov_ims.storage import journals


def posted(installation: Installation, ledger: str = "MAIN") -> list[Journal]:
    """Build what is new, and return those journals."""
    numbers = build_journals(installation, ledger).journals
    with installation.store.reading() as connection:
        return list(journals.some(connection, journals.journals.c.number.in_(numbers)))


def told(lines: Iterable[JournalLine]) -> list[str]:
    """Return lines as the worked examples write them."""
    return [
        f"{'Dr' if line.side is Side.DEBIT else 'Cr'} {line.account.code} {line.amount}" for line in lines
    ]


def lines_taken(transaction: Transaction) -> list[LineTaken]:
    """Return what the ledger asks of a transaction's lines."""
    return [
        LineTaken(
            id=line.id, number=line.number, transaction=transaction.id, kind=transaction.kind.value,
            moves=transaction.moves, reference=transaction.reference, taken_on=transaction.taken_on, taken_at=None,
            fund=line.fund, amount=line.amount, vat=line.vat, vat_code=line.vat_code, mop=line.mop,
            account_reference=line.account_reference, merchant_account=transaction.merchant_account or "",
            taken_back=line.reverses,
        )
        for line in transaction.lines
    ]  # fmt: skip


def of_transaction(council: Council, transaction: Transaction) -> list[JournalLine]:
    """Return what a transaction says: a transfer as one source, any other line by line."""
    lines, roles, on = lines_taken(transaction), roles_of(council), transaction.taken_on
    if transaction.moves:
        source = Source("transfer", transaction.id.hex)
        return said(council, source, posting.transfer_postings(lines, roles, on, "Transfer"))
    return [
        made
        for line in lines
        for made in said(
            council, Source("line", line.id.hex), posting.line_postings(line, roles, on, "Receipt")
        )
    ]


def said(council: Council, source: Source, postings: Iterable[Posting]) -> list[JournalLine]:
    """Return the lines of one source, in order; it must balance."""
    made = [each for each in postings if each.amount]
    assert Money.total(each.amount for each in made) == NOTHING
    made.sort(key=lambda each: (each.amount < NOTHING, ROLE_ORDER[each.role]))
    return [
        JournalLine(
            number=1, account=_account(council, each), side=Side.DEBIT if each.amount > NOTHING else Side.CREDIT,
            amount=abs(each.amount), role=each.role, kind=each.kind, narrative="", reference="R7",
            taken_on=each.accounting_on, source=source,
        )
        for each in made
    ]  # fmt: skip


def _account(council: Council, each: Posting) -> LedgerAccount:
    account = each.decided or SettingsAccounts(council).ims_ledger_account(each)
    assert account is not None, each
    return account


def balances(lines: Iterable[JournalLine]) -> dict[str, str]:
    """Return what stands at each code, debits above zero, leaving out what comes to nothing."""
    found: dict[str, Money] = {}
    for line in lines:
        found[line.account.code] = found.get(line.account.code, NOTHING) + line.signed
    return {code: str(amount) for code, amount in sorted(found.items()) if amount}
