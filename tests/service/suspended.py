"""Items in suspense, and what tests of clearing ask of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date

from attrs import evolve
from tests.builders import pounds
from tests.service import money_in as at

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.domain.transactions import Transaction
from localgov_ims.errors import ImsError
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.opening import OpeningItem, record_opening
from localgov_ims.service.suspense.clearing import clear_items
from localgov_ims.service.verifying import verify
from localgov_ims.storage import transactions

_NUMBERS = itertools.count(1)


def with_credit_notes(council: Council) -> Council:
    """Let fund LB give credit notes, as fund 19 of the worked examples."""
    funds = {**council.funds, "LB": evolve(council.funds["LB"], credit_notes=True)}
    return evolve(council, funds=funds)


def an_item(
    desk: Installation, amount: str = "100.00", *, on: date = date(2026, 5, 12), narrative: str | None = "J SMITH RENT",
    reason: SuspenseReason = SuspenseReason.NO_FUND, mop: str | None = None, reference: str | None = None,
) -> str:  # fmt: skip
    """Put money into suspense, and return the reference of its line."""
    key = reference or f"OLD-{next(_NUMBERS)}"
    before = {each.id for each in at.every_transaction(desk)}
    record_opening(
        desk,
        suspense=[
            OpeningItem(
                reference=key, amount=pounds(amount), taken_on=on, narrative=narrative, reason=reason, mop=mop
            )
        ],
    )
    (made,) = (each for each in at.every_transaction(desk) if each.id not in before)
    return made.lines[0].reference


def rent(amount: str, account: str = "TEN1", **given: str | None) -> BasketItem:
    return at.item("05", account, amount, **given)


def library(amount: str, account: str = "L1") -> BasketItem:
    return at.item("LB", account, amount)


def gives(line: str, amount: str | None = None, *, saw: str | None = None) -> Giving:
    return Giving(
        line=line,
        amount=pounds(amount) if amount is not None else None,
        expected_left=pounds(saw) if saw is not None else None,
    )


def clear(
    desk: Installation, items: Sequence[Giving | str], targets: Sequence[BasketItem] = (), *notes: BasketItem
) -> Transaction:
    """Clear items, by somebody who needs nobody else for it."""
    givings = [gives(each) if isinstance(each, str) else each for each in items]
    made = clear_items(desk, givings, targets, credit_notes=notes)
    assert isinstance(made, Transaction)
    return made


def amounts(transaction: Transaction) -> list[str]:
    return [str(line.amount) for line in transaction.lines]


def balance(desk: Installation) -> int:
    """Return what stands in the suspense fund, in pence."""
    fund = desk.council.suspense_fund.code
    with desk.store.reading() as connection:
        return sum(
            line.amount.pence
            for each in transactions.some(connection)
            for line in each.lines
            if line.fund == fund
        )


def laws_hold(desk: Installation) -> bool:
    return [law.broken for law in verify(desk) if not law.holds] == []


def code_of(error: ImsError) -> tuple[str, object]:
    """Return an error's code, and of a bad target what is wrong with it."""
    return error.code, error.data.get("fault")
