"""Posting rules: what each source says to the ledger, in balanced debits and credits.

One function a kind of source. Amounts are signed, debits above zero, so that what is taken back swaps its sides by itself.
Codes are decided elsewhere (`service.ledger_accounts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from localgov_ims.domain.journals import LedgerAccount, Role
from localgov_ims.domain.postings import FundRoles, Kept, LineTaken, MoneySide, Posting, Share


def line_postings(line: LineTaken, roles: FundRoles, on: date, kind: str) -> Iterator[Posting]:
    """Post a line of income, or of a refund or reversal: the clearing of its method against its fund and VAT.

    A reversal of what is disputed takes it from there, not from clearing.
    """
    role = Role.DISPUTED if line.disputed else Role.CLEARING
    yield Posting(
        role=role, kind=kind, amount=line.amount, accounting_on=on, mop=line.mop, office=line.office,
        merchant_account=line.merchant_account, channel=line.channel,
    )  # fmt: skip
    yield from fund_postings(line, roles, on, kind)


def transfer_postings(lines: Iterable[LineTaken], roles: FundRoles, on: date, kind: str) -> Iterator[Posting]:
    """Post what only moves: fund against fund, suspense against fund; no clearing."""
    for line in lines:
        yield from fund_postings(line, roles, on, kind)


def fund_postings(line: LineTaken, roles: FundRoles, on: date, kind: str) -> Iterator[Posting]:
    """Yield a line's own side: its fund net of VAT, and the VAT. Income is a credit."""
    role = roles.of(line.fund, line.account_reference)
    parts = ((role, line.net), (Role.VAT, line.vat)) if line.vat else ((role, line.net),)
    for each, amount in parts:
        yield Posting(
            role=each, kind=kind, amount=-amount, accounting_on=on, fund=line.fund, mop=line.mop, vat_code=line.vat_code,
            office=line.office, account_reference=line.account_reference, channel=line.channel,
        )  # fmt: skip


def banking_postings(money: MoneySide, bank_transfer: str, on: date) -> Iterator[Posting]:
    """Post the bank line that became a Receipt: bank against the clearing of bank transfers."""
    yield money_posting(money, on, "Banking")
    yield _clearing(Share(mop=bank_transfer, amount=money.amount), on, "Banking")


def awaiting_postings(money: MoneySide, on: date) -> Iterator[Posting]:
    """Post a recognised bank line whose file is not here: bank against awaiting, no income."""
    yield money_posting(money, on, "Awaiting")
    yield Posting(
        role=Role.AWAITING,
        kind="Awaiting",
        amount=-money.amount,
        accounting_on=on,
        bank_account=money.bank_account,
    )


def other_postings(money: MoneySide, ledger: LedgerAccount | None, on: date) -> Iterator[Posting]:
    """Post a bank line that is not income to the code that was decided for it.

    Without a code another system journals it: nothing is posted, or what was posted while it waited is taken back.
    """
    if ledger is not None:
        yield money_posting(money, on, "Other")
        yield Posting(role=Role.OTHER, kind="Other", amount=-money.amount, accounting_on=on, decided=ledger)
    elif money.before is not None:
        yield money_posting(money, on, "Other")
        plain = MoneySide(bank_account=money.bank_account, amount=-money.amount)
        yield money_posting(plain, on, "Other")


def match_postings(
    money: MoneySide, shares: Iterable[Share], on: date, *, fees: Sequence[Posting] = ()
) -> Iterator[Posting]:
    """Post a bank line matched to what it brings: the money side, the fees the agent kept, each method's own share."""
    yield money_posting(money, on, "Banking")
    yield from fees
    for share in shares:
        yield _clearing(share, on, "Banking")


def settlement_postings(
    money: MoneySide | None, shares: Iterable[Share], on: date, *, fees: Sequence[Posting]
) -> Iterator[Posting]:
    """Post a settlement that the bank has paid: net, fees, and the clearing of every method in it.

    One whose net is nothing has no bank line.
    """
    if money is not None:
        yield money_posting(money, on, "Settlement")
    yield from fees
    for share in shares:
        yield _clearing(share, on, "Settlement")


def found_postings(taken: Share, found: Share, on: date) -> Iterator[Posting]:
    """Post a payment found after its payout was journalled: from where it stood as nobody's to its own clearing."""
    yield _clearing(
        Share(mop=taken.mop, merchant_account=taken.merchant_account, amount=-taken.amount), on, "Settlement"
    )
    yield _clearing(found, on, "Settlement")


def own_transfer_postings(into: MoneySide, out: MoneySide, on: date) -> Iterator[Posting]:
    """Post both legs of a transfer between the council's own accounts."""
    yield money_posting(into, on, "Transfer")
    yield money_posting(out, on, "Transfer")


def money_posting(money: MoneySide, on: date, kind: str) -> Posting:
    """Return the side of a bank line's money."""
    before = money.before
    return Posting(
        role=before.role if before is not None else Role.BANK, kind=kind, amount=money.amount, accounting_on=on,
        bank_account=money.bank_account, mop=before.mop if before is not None else None,
        decided=before.account if before is not None else None,
    )  # fmt: skip


def fee_postings(kept: Kept, on: date, kind: str, *, recovered_as: str | None = None) -> Sequence[Posting]:
    """Return what a provider or agent kept, an expense of the method of payment.

    It is gross, or net beside its stated VAT where that is *recovered_as* a VAT code.
    """
    if recovered_as is None or not kept.vat:
        return [Posting(role=Role.FEE, kind=kind, amount=kept.amount, accounting_on=on, mop=kept.mop)]
    parts = ((Role.FEE, kept.amount - kept.vat), (Role.VAT, kept.vat))
    return [
        Posting(role=role, kind=kind, amount=amount, accounting_on=on, mop=kept.mop, vat_code=recovered_as)
        for role, amount in parts
    ]


def _clearing(share: Share, on: date, kind: str) -> Posting:
    return Posting(
        role=Role.DISPUTED if share.disputed else Role.CLEARING, kind=kind, amount=-share.amount, accounting_on=on,
        mop=share.mop, merchant_account=share.merchant_account,
    )  # fmt: skip
