"""A town hall with two tills, cashiers at them, and finance beside them."""

from __future__ import annotations

from typing import Any

from attrs import evolve
from tests.service import money_in as at

from localgov_ims.domain.denominations import Counted, Denomination
from localgov_ims.domain.money import Money
from localgov_ims.domain.offices import Office
from localgov_ims.domain.over_short import OverShort
from localgov_ims.domain.payers import Cheque
from localgov_ims.domain.people import Given
from localgov_ims.domain.roles import FundGroup
from localgov_ims.domain.till_settings import TillAccount, TillSettings
from localgov_ims.domain.tills import TillCount, ZReport
from localgov_ims.domain.transactions import Transaction
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.receiving import receive_card, receive_cash, receive_cheque
from localgov_ims.service.people.adding import add_user

CHEQUE = Cheque(sort_code="112233", account="12345678", number="000123", name="A Drawer")


def a_council(**given: Any) -> Council:
    """Build a council whose town hall has tills 1 and 2, with accounts for differences, pay-outs and floats."""
    plain = at.a_council()
    methods = {**plain.methods, "PT": at.card_method("PT")}
    tills = TillSettings(
        cash="CA", card="PT", pay_outs=TillAccount(fund="05", account_reference="PETTY"), pay_out_limit=Money(20_00),
        floats=TillAccount(fund="05", account_reference="FLOATS"),
    )  # fmt: skip
    return at.a_council(
        **{
            "methods": methods, "tills": tills,
            "offices": {
                "TH": Office(code="TH", name="Town hall", tills=("1", "2")), "LI": Office(code="LI", name="Library"),
            },
            "over_short": OverShort(fund="05", account_reference="OVERSHORT", limit=Money(1_00)),
            "fund_groups": {"counter": FundGroup(name="counter", funds=frozenset({"23", "05", "2R", "13"}))},
        }
        | given
    )  # fmt: skip


def cashier(house: Installation, name: str) -> Installation:
    """Employ a cashier of the town hall; the house has two administrators."""
    return at.employ(house, name, "cashier", groups=["counter"], methods=["24", "CA", "PT"])


def house(installation: Installation, **given: Any) -> Installation:
    """Return the council with its tills, as its first administrator's, with a second one there."""
    made = evolve(installation, council=a_council(**given))
    add_user(made, name="second", expiry_days=None, given=Given(roles=("administrator",)))
    return made


def cash(desk: Installation, amount: str, **given: Any) -> Transaction:
    """Take cash for a rent."""
    return receive_cash(desk, [at.item("05", "rent 1", amount, mop="CA")], **given)


def cheque(desk: Installation, amount: str, **given: Any) -> Transaction:
    """Take a cheque for council tax."""
    return receive_cheque(desk, [at.item(amount=amount)], cheque=CHEQUE, **given)


def card(desk: Installation, amount: str, **given: Any) -> Transaction:
    """Take a card at the till's terminal."""
    return receive_card(desk, [at.item("05", "rent 2", amount)], **given)


def counted(amount: str, z_report: ZReport | None = None) -> TillCount:
    """Count an amount, all in pennies."""
    counts = {Denomination.ONE_PENNY: Money.parse(amount).pence}
    return TillCount(cash=Counted.of(counts=counts), card=z_report)
