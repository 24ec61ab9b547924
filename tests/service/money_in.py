"""A council that takes payments, and what its tests ask of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from attrs import evolve
from tests import builders

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.clients import Client
from localgov_ims.domain.funds import Nature
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.messages import FundMessage
from localgov_ims.domain.methods import FeeTo, MethodOfPayment, SpecialMethods
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import Observation, RefundObservation, RefundSaid, Said
from localgov_ims.domain.offices import Office
from localgov_ims.domain.payers import Card
from localgov_ims.domain.payments import Payment
from localgov_ims.domain.people import Given
from localgov_ims.domain.transactions import Channel, Transaction
from localgov_ims.domain.vat import DatedRate, Treatment, VatRate
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.asking import take_payment
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.payments.payment_receipts import receipts_of
from localgov_ims.service.people.adding import add_user, decide_grant
from localgov_ims.storage import draws, reconciliation, transactions

COMMERCIAL = Card(first_six="411111", last_four="1111", commercial=True)


def method(code: str, name: str, **given: Any) -> MethodOfPayment:
    return MethodOfPayment(**{"code": code, "name": name, "clearing": LedgerAccount("9102")} | given)


def card_method(code: str, **given: Any) -> MethodOfPayment:
    return builders.card(
        **{"code": code, "name": f"Card {code}", "refundable": True, "maximum": Money(10_000_00)} | given
    )


def a_council(**given: Any) -> Council:
    """Build a council with every special method, a surcharge on card 90, and a fund that takes other VAT codes."""
    methods = [
        card_method(
            "90", carries_fee=True, surcharge_accepted_by="head of finance", fee_to=FeeTo.CENTRAL, fee_fund="13",
            fee_account="SURCHARGES", fee_vat_code="W0",
        ),
        card_method("91"), card_method("92"), method("24", "Cheque"), method("CA", "Cash", cash=True),
        method("RV", "Returned", payment_reversal=True), method("PF", "Fee"), method("11", "Transfer out"),
        method("10", "Transfer in"), method("JN", "Reallocation out"), method("JR", "Reallocation in"),
        method("12", "Bank transfer"), method("13", "Payables"),
    ]  # fmt: skip
    special = SpecialMethods(
        portal="90", telephone="91", staff_card="92", cheque="24", fee="PF", transfer_out="11", transfer_in="10",
        reallocation_out="JN", reallocation_in="JR", bank_transfer="12", payables="13",
    )  # fmt: skip
    rate = DatedRate(date(2011, 1, 4), VatRate(200))
    vat = [
        builders.vat_code(code="W0", rates=(rate,)), builders.vat_code(),
        builders.vat_code(code="N0", treatment=Treatment.ZERO, rates=(), ledger=None),
    ]  # fmt: skip
    funds = builders.funds()
    funds["13"] = evolve(funds["13"], vat_code="W0", vat_override=True)
    funds["LB"] = builders.fund(
        code="LB", name="Library", nature=Nature.INCOME, reference_format=None, maximum=Money(99_99)
    )
    funds = {code: evolve(fund, basket_fund=not fund.suspense) for code, fund in funds.items()}
    return builders.council(
        **{
            "methods": {each.code: each for each in methods}, "special": special, "funds": funds,
            "vat_codes": {each.code: each for each in vat}, "offices": {"TH": Office(code="TH", name="Town hall")},
            "messages": {
                "court": FundMessage(code="court", fund="23", text="Summons issued", stops_portal=True),
                "bailiff": FundMessage(code="bailiff", fund="23", text="Ring 01", stops_staff=True),
                "note": FundMessage(code="note", fund="23", text="Has moved"),
            },
            "clients": {"portal": Client(name="portal", origins=("https://pay.example.gov.uk",))},
        }
        | given
    )  # fmt: skip


def item(
    fund: str = "23", account: str | None = "612345674", amount: str = "120.00", **given: Any
) -> BasketItem:
    return BasketItem(fund=fund, account_reference=account, amount=builders.pounds(amount), **given)


STORY_A = (item(), item("2R", "FP20000050", "5.50"))


def pay(desk: Installation, *items: BasketItem, **given: Any) -> Payment:
    """Ask for a payment at the portal."""
    return take_payment(desk, items or STORY_A, **{"channel": Channel.PORTAL} | given)


def says(
    payment: Payment | str, said: Said = Said.SUCCEEDED, amount: str | None = None, theirs: str | None = "P1",
    **given: Any,
) -> Observation:  # fmt: skip
    """Build what the provider says: by default that everything was paid."""
    reference = payment if isinstance(payment, str) else payment.reference
    due = payment.amount if isinstance(payment, Payment) else Money(0)
    usual: dict[str, Any] = {
        "payment_reference": reference, "said": said, "provider_reference": theirs, "observed_at": builders.NOW,
        "amount_paid": builders.pounds(amount) if amount is not None else due if said is Said.SUCCEEDED else Money(0),
        "taken_on": date(2026, 5, 13),
    }  # fmt: skip
    return Observation(**usual | given)


def paid(desk: Installation, *items: BasketItem, theirs: str = "P1", **given: Any) -> Payment:
    """Take a payment and let it succeed."""
    return finish_payment(desk, says(pay(desk, *items), theirs=theirs, **given))


def refund_says(
    reference: str, said: RefundSaid = RefundSaid.SUCCEEDED, theirs: str | None = None, **given: Any
) -> RefundObservation:
    usual: dict[str, Any] = {"refund_reference": reference, "said": said, "observed_at": builders.NOW}
    return RefundObservation(**usual | {"provider_reference": theirs or f"rf-{reference}"} | given)


def receipts(desk: Installation, payment: Payment) -> list[Transaction]:
    with desk.store.reading() as connection:
        return sorted(receipts_of(connection, payment), key=lambda each: (each.purpose.value, each.n))


def every_transaction(desk: Installation) -> list[Transaction]:
    with desk.store.reading() as connection:
        return list(transactions.some(connection))


def breaks(desk: Installation) -> list[str]:
    with desk.store.reading() as connection:
        return sorted(each.kind.value for each in reconciliation.some_breaks(connection))


def suspense_reasons(desk: Installation) -> list[tuple[str, str | None]]:
    with desk.store.reading() as connection:
        return [(each.reason.value, each.detail) for each in transactions.some_suspense(connection)]


def left(desk: Installation, line_reference: str) -> str:
    """Return what can still be taken from a line."""
    with desk.store.reading() as connection:
        (found,) = transactions.whole(connection, transactions.lines.c.reference == line_reference)
        line = next(each for each in found.lines if each.reference == line_reference)
        return str(line.amount - draws.taken(connection, [line.id])[line.id].amount)


def employ(
    desk: Installation, name: str, *roles: str, groups: Sequence[str] = (), methods: Sequence[str] = (),
    import_types: Sequence[str] = (),
) -> Installation:  # fmt: skip
    """Add a user, authorised by another where that is needed, and return the installation as theirs."""
    asked = add_user(
        desk, name=name, expiry_days=None,
        given=Given(roles=tuple(roles), fund_groups=tuple(groups), methods=tuple(methods), import_types=tuple(import_types)),
    )  # fmt: skip
    if asked.waiting:
        assert asked.grant is not None
        decide_grant(desk.acting("second"), grant=asked.grant.id, accept=True)
    return desk.acting(name)


def second(desk: Installation) -> Installation:
    """Return the installation as the second administrator's, who is there from the start."""
    return desk.acting("second")
