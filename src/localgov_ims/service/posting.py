"""Entry rules: what each source says to the ledger, in balanced debits and credits.

One function a kind of source; no amount is negative, sides swap instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from attrs import frozen

from localgov_ims.domain.accounts import BankAccount
from localgov_ims.domain.income_files import IncomeFile
from localgov_ims.domain.journals import LedgerAccount, Role, Side, Source
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.settlements import RecordedSettlementLine, Settlement
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.transactions import OPENING, Line, Transaction
from localgov_ims.service.council import Council


@frozen(kw_only=True)
class Entry:
    """A debit or credit before it has a number: what one source says about one ledger account."""

    source: Source
    role: Role
    side: Side
    account: LedgerAccount
    amount: Money
    kind: str
    reference: str
    accounting_on: date
    taken_on: date
    fund: str | None = None
    mop: str | None = None
    vat_code: str | None = None


@frozen(kw_only=True)
class Leg:
    """One side of a source before it knows its source: above zero is a debit, below zero a credit."""

    role: Role
    account: LedgerAccount
    signed: Money
    fund: str | None = None
    mop: str | None = None
    vat_code: str | None = None


Cleared = tuple[str, str]
"""What a payment is cleared by: its method of payment, and the merchant account that its provider pays it out by."""


def transaction_postings(council: Council, transaction: Transaction) -> Iterator[Entry]:
    """Post a transaction: a transfer as one source, any other line by line."""
    kind = transaction.kind.value.title()
    if transaction.origin.kind == OPENING:
        return  # the ledger has it already, from the system that was there before
    if transaction.moves:
        legs = [leg for line in transaction.lines for leg in _fund_legs(council, line)]
        yield from _posted(
            Source("transfer", transaction.id.hex), legs, kind, transaction.reference, transaction.taken_on
        )
        return
    for line in transaction.lines:
        account = council.methods[line.mop].clearing_of(transaction.merchant_account)
        clearing = Leg(role=Role.CLEARING, account=account, signed=line.amount, mop=line.mop)
        legs = [clearing, *_fund_legs(council, line)]
        yield from _posted(
            Source("line", line.id.hex), legs, kind, transaction.reference, transaction.taken_on
        )


def banking_postings(
    council: Council, line: StatementLine, *, awaited: LedgerAccount | None
) -> Iterator[Entry]:
    """Post the bank line that became a Receipt: bank against the clearing of bank transfers."""
    method = council.methods[council.bank_transfer]
    legs = [
        _money_side(council, line, awaited=awaited),
        _clearing(method.clearing, -line.line.amount, method.code),
    ]
    yield from _bank_line("banking", line, legs, "Banking")


def awaiting_postings(council: Council, line: StatementLine) -> Iterator[Entry]:
    """Post a recognised bank line whose file is not here: bank against awaiting, no income."""
    account = _account(council, line)
    legs = [_bank(council, line), Leg(role=Role.AWAITING, account=account.awaiting, signed=-line.line.amount)]
    yield from _bank_line("awaiting", line, legs, "Awaiting")


def other_postings(
    council: Council, line: StatementLine, ledger: LedgerAccount | None, *, awaited: LedgerAccount | None
) -> Iterator[Entry]:
    """Post a bank line that is not income to the code that was decided for it.

    Without a code another system journals it: nothing is posted, or what was posted while it waited is taken back.
    """
    if ledger is not None:
        other = Leg(role=Role.OTHER, account=ledger, signed=-line.line.amount)
        yield from _bank_line("other", line, [_money_side(council, line, awaited=awaited), other], "Other")
    elif awaited is not None:
        bank = Leg(role=Role.BANK, account=_account(council, line).ledger, signed=-line.line.amount)
        yield from _bank_line("other", line, [_money_side(council, line, awaited=awaited), bank], "Other")


def match_postings(
    council: Council,
    line: StatementLine,
    transaction: Transaction,
    *,
    match: str,
    awaited: LedgerAccount | None,
) -> Iterator[Entry]:
    """Post a bank line matched to a Receipt: the money side against each method's own share."""
    shares: dict[str, Money] = defaultdict(lambda: NOTHING)
    for part in transaction.lines:
        shares[part.mop] += part.amount
    legs = [_money_side(council, line, awaited=awaited)]
    legs += [
        _clearing(council.methods[mop].clearing_of(transaction.merchant_account), -amount, mop)
        for mop, amount in sorted(shares.items())
    ]
    source, day = Source("match", match), line.line.booked_on
    yield from _posted(source, legs, "Banking", transaction.reference, day)


def income_file_postings(
    council: Council,
    line: StatementLine,
    recorded: IncomeFile,
    shares: Mapping[str, Money],
    *,
    match: str,
    awaited: LedgerAccount | None,
) -> Iterator[Entry]:
    """Post the bank credit of an income file: the money side and the sender's fees against each method's own share."""
    legs = [_money_side(council, line, awaited=awaited)]
    kept = recorded.gross - recorded.expected
    fee = council.fee_of(recorded.import_type)
    if kept and fee is not None:
        mop, account = fee
        legs.append(Leg(role=Role.FEE, account=account, signed=kept, mop=mop))
    legs += [_clearing(council.methods[mop].clearing, -amount, mop) for mop, amount in sorted(shares.items())]
    yield from _posted(Source("match", match), legs, "Banking", bank_reference(line), line.line.booked_on)


def settlement_postings(
    council: Council,
    settlement: Settlement,
    lines: Sequence[RecordedSettlementLine],
    cleared: Mapping[str, Cleared],
    line: StatementLine | None,
    *,
    awaited: LedgerAccount | None,
) -> Iterator[Entry]:
    """Post a settlement that the bank has paid: net, fees, and the clearing of every method in it.

    One whose net is nothing has no bank line.

    *cleared* says what each payment found is cleared by, by the settlement line's id; a line that is no payment of
    ours clears by the provider's first method, and stands there as an item until a person says whose it is.
    """
    own = council.settled_by(settlement.source)
    shares: dict[Cleared, Money] = defaultdict(lambda: NOTHING)
    for recorded in lines:
        shares[cleared.get(str(recorded.id), (own[0].code, ""))] += recorded.line.amount
    legs = [_money_side(council, line, awaited=awaited)] if line is not None else []
    fee = own[0].fee
    if settlement.fees and fee is not None:
        legs.append(Leg(role=Role.FEE, account=fee, signed=settlement.fees, mop=own[0].code))
    for (mop, merchant), amount in sorted(shares.items()):
        legs.append(_clearing(council.methods[mop].clearing_of(merchant), -amount, mop))
    source = Source("settlement", settlement.id.hex)
    yield from _posted(source, legs, "Settlement", settlement.reference, settlement.paid_on)


def bank_reference(line: StatementLine) -> str:
    """Return what a journal calls a bank line: the bank's own reference, else account, day and position."""
    return line.line.references.bank or f"{line.account}/{line.line.booked_on}/{line.line.position}"


def _fund_legs(council: Council, line: Line) -> Iterator[Leg]:
    """Yield the legs of a line's own side: its fund net of VAT, and the VAT. Income is a credit."""
    fund = council.funds[line.fund]
    role = Role.SUSPENSE if fund.suspense else Role.FUND
    yield Leg(
        role=role, account=fund.ledger, signed=-line.net, fund=line.fund, mop=line.mop, vat_code=line.vat_code
    )
    if line.vat and line.vat_code is not None:
        account = council.vat_codes[line.vat_code].ledger
        assert account is not None, "a VAT code with rates has a ledger code"  # noqa: S101 - VatCode refuses others
        yield Leg(
            role=Role.VAT,
            account=account,
            signed=-line.vat,
            fund=line.fund,
            mop=line.mop,
            vat_code=line.vat_code,
        )


def _bank_line(kind: str, line: StatementLine, legs: Iterable[Leg], name: str) -> Iterator[Entry]:
    return _posted(Source(kind, line.id.hex), legs, name, bank_reference(line), line.line.booked_on)


def _posted(source: Source, legs: Iterable[Leg], kind: str, reference: str, day: date) -> Iterator[Entry]:
    for leg in legs:
        if leg.signed:
            yield Entry(
                source=source, role=leg.role, side=Side.DEBIT if leg.signed > NOTHING else Side.CREDIT,
                account=leg.account, amount=abs(leg.signed), kind=kind, reference=visible(reference), accounting_on=day,
                taken_on=day, fund=leg.fund, mop=leg.mop, vat_code=leg.vat_code,
            )  # fmt: skip


def _money_side(council: Council, line: StatementLine, *, awaited: LedgerAccount | None) -> Leg:
    """Return the leg of a bank line's money: bank, or the account it was put in while its file was awaited."""
    if awaited is None:
        return _bank(council, line)
    return Leg(role=Role.AWAITING, account=awaited, signed=line.line.amount)


def _bank(council: Council, line: StatementLine) -> Leg:
    return Leg(role=Role.BANK, account=_account(council, line).ledger, signed=line.line.amount)


def _clearing(account: LedgerAccount, signed: Money, mop: str) -> Leg:
    return Leg(role=Role.CLEARING, account=account, signed=signed, mop=mop)


def _account(council: Council, line: StatementLine) -> BankAccount:
    return council.bank_accounts[line.account]
