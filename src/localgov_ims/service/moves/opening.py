"""Opening balances: what was open in the system before this one, recorded when a council begins here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from attrs import field, frozen

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money, enterable
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.suspense import SuspenseItem, SuspenseReason
from localgov_ims.domain.texts import blank_is_none, text
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import OPENING, Channel, LineInput, Origin, Transaction
from localgov_ims.errors import InvalidValue
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.receipts import Taking, receipt_of
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.storage import transactions


@frozen(kw_only=True)
class OpeningItem:
    """Money that the system before held in suspense; the bank has brought it already.

    Attributes:
        reference: What the system before called the item, at most 36 characters; each is recorded once.
        amount: Above zero money that came in, below zero money that left and nothing said why.
        mop: Code of the method of payment that brought it; blank: bank transfer.
        reason: Why nobody could place it, as far as is known.
        narrative: What the bank or a person said of it, at most 100 characters.
    """

    reference: str = field(validator=text(36))
    amount: Money = field(validator=enterable)
    taken_on: date
    mop: str | None = field(default=None, converter=blank_is_none)
    reason: SuspenseReason = SuspenseReason.NO_FUND
    narrative: str | None = field(default=None, converter=blank_is_none, validator=text(100))


@frozen(kw_only=True)
class OpeningCounts:
    """How many receipts and suspense items an opening recorded."""

    receipts: int
    suspense: int


def record_opening(
    installation: Installation, *, receipts: Iterable[Taking] = (), suspense: Iterable[OpeningItem] = ()
) -> OpeningCounts:
    """Record what is open in the system before: all of it in one unit of work, or none.

    *receipts* were taken there, and the bank has not brought their money yet: they are matched with the bank lines to
    come like any other. *suspense* is held there; it is listed and cleared here. Both keep the day on which they were
    taken. Neither is ever posted, for the ledger has them already: open their balances there.

    Raises:
        NotPermitted: The permission transaction.record or one of the funds is missing, or an account is restricted.
        InvalidValue: A fund or method is unknown, a reference is not the fund's, or an amount cannot be.
        AlreadyDone: One of them is recorded already; nothing was.
    """
    taken, held = list(receipts), list(suspense)
    funds = {taking.fund for taking in taken}
    funds |= {installation.council.suspense_fund.code} if held else set()
    with installation.unit("record_opening") as unit:
        rights = permit_unit(installation, unit, Permission.TRANSACTION_RECORD, funds=funds)
        accounts = ((taking.fund, taking.account_reference) for taking in taken)
        permit_accounts(installation, unit.connection, rights, accounts)
        made = [
            receipt_of(installation, each, Origin(OPENING, f"receipt/{each.reference}")) for each in taken
        ]
        kept = [_held(installation, item) for item in held]
        transactions.add(unit, [*made, *kept], personal_narratives=installation.council.personal_narratives)
        transactions.add_suspense(
            unit,
            [
                SuspenseItem(
                    id=new_id(), line=each.lines[0].id, reason=item.reason, received_at=unit.at,
                    received_reference=item.reference, detail=OPENING,
                )
                for item, each in zip(held, kept, strict=True)
            ],
        )  # fmt: skip
        unit.detail |= {"receipts": len(made), "suspense": len(kept)}
        unit.commit()
    return OpeningCounts(receipts=len(made), suspense=len(kept))


def _held(installation: Installation, item: OpeningItem) -> Transaction:
    council = installation.council
    mop = item.mop or council.bank_transfer
    if mop not in council.methods:
        message = f"Suspense item {item.reference}: {quoted(mop)!r} is no method of payment here."
        raise InvalidValue("mop_not_allowed", message, value=mop)
    if not item.amount:
        message = f"Suspense item {item.reference} holds nothing. Leave it out."
        raise InvalidValue("amount_is_nothing", message, value=str(item.amount))
    line = LineInput(fund=council.suspense_fund.code, amount=item.amount, mop=mop, narrative=item.narrative)
    return receipt(
        [line], channel=Channel.BANK, origin=Origin(OPENING, f"suspense/{item.reference}"), taken_on=item.taken_on,
        recorded_at=installation.clock(), recorded_by=installation.actor,
    )  # fmt: skip
