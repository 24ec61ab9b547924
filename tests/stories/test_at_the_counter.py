"""A day at the counter, from the first cheque to the journals: after each step every law holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import evolve, frozen
from tests.conftest import MovableClock
from tests.posted import posted
from tests.service import money_in as at
from tests.service.money_in import employ, item, says

from localgov_ims.domain.journals import Side
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import CreateRefund, RefundObservation, Said
from localgov_ims.domain.payers import Cheque
from localgov_ims.domain.payments import PaymentState
from localgov_ims.domain.refunds import RefundState
from localgov_ims.domain.roles import FundGroup
from localgov_ims.domain.transactions import Channel, Transaction
from localgov_ims.domain.two_person import TwoPersonLimits
from localgov_ims.errors import AlreadyDone, NotPermitted, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.moves.transfers import transfer_income
from localgov_ims.service.payments.asking import take_payment
from localgov_ims.service.payments.fees import record_fee
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.payments.receiving import receive_cash, receive_cheque
from localgov_ims.service.refunds.asking import RefundOf, refund_payment
from localgov_ims.service.refunds.finishing import authorise_refund
from localgov_ims.service.refunds.sending import send_refund
from localgov_ims.service.suspense.listing import list_suspense
from localgov_ims.service.verifying import verify

CHEQUE = Cheque(sort_code="112233", account="12345678", number="000123", name="A Drawer")


@frozen
class Office:
    """Who is at work: a cashier, an income officer, two of finance, and the bridge to the card provider."""

    cashier: Installation
    officer: Installation
    finance: Installation
    deputy: Installation
    bridge: Installation
    clock: MovableClock

    def later(self) -> None:
        """Let an hour pass, and prove the laws."""
        self.clock.moment += timedelta(hours=1)
        assert [(law.law, law.broken) for law in verify(self.finance) if not law.holds] == []


@pytest.fixture
def office(installation: Installation, clock: MovableClock) -> Office:
    """Open the doors: a card taken by telephone may carry a surcharge, and refunds above 50.00 need two people."""
    council = at.a_council(
        two_person=TwoPersonLimits(refund=Money(50_00)),
        fund_groups={"counter": FundGroup(name="counter", funds=frozenset({"23", "05", "2R", "13"}))},
    )
    by_phone = evolve(council.methods["90"], code="91", name="Card, telephone")
    house = evolve(installation, council=evolve(council, methods={**council.methods, "91": by_phone}))
    own = {"groups": ["counter"]}
    return Office(
        employ(house, "cashier", "cashier", methods=["24", "CA", "91"], **own),
        employ(house, "officer", "income-officer", **own),
        employ(house, "finance", "finance"),
        employ(house, "deputy", "finance"),
        employ(house, "bridge", "adapter"),
        clock,
    )


def pays_back(asked: CreateRefund) -> RefundObservation:
    assert (asked.provider_reference, asked.amount) == ("P1", Money(120_00))
    return at.refund_says(asked.refund_reference)


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(RuleViolation) as caught:
        act()
    assert caught.value.code == code


def balances(desk: Installation) -> dict[str, str]:
    """Build the journals, and return what they make of each ledger code, debits positive."""
    found: dict[str, Money] = {}
    for journal in posted(desk):
        signed = [line.signed for line in journal.lines]
        assert Money.total(signed) == Money(0)
        assert {line.side for line in journal.lines} == set(Side)
        for line in journal.lines:
            code = line.account.code
            found[code] = found.get(code, Money(0)) + line.signed
    return {code: str(amount) for code, amount in sorted(found.items()) if amount}


def test_a_day_at_the_counter(office: Office) -> None:
    cashier, officer, finance = office.cashier, office.officer, office.finance

    cheque = receive_cheque(cashier, [item(amount="120.00")], cheque=CHEQUE)
    office.later()

    receive_cash(cashier, [item("05", "rent 1", "50.00", mop="CA")])
    office.later()

    # Somebody rings up, and the card is good.
    rung = take_payment(cashier, at.STORY_A, channel=Channel.TELEPHONE, key="call 1")
    with pytest.raises(NotPermitted):
        finish_payment(cashier, says(rung))
    paid = finish_payment(office.bridge, says(rung, card=at.COMMERCIAL))
    assert (paid.state, paid.amount) == (PaymentState.SUCCEEDED, Money(125_50))
    office.later()

    # Another's is refused; an hour later the provider says that it was paid after all.
    slow = take_payment(cashier, [item("13", "G1", "12.00")], channel=Channel.TELEPHONE, key="call 2")
    assert finish_payment(office.bridge, says(slow, Said.FAILED, theirs="P2")).state is PaymentState.FAILED
    assert at.receipts(cashier, slow) == []
    office.later()
    assert finish_payment(office.bridge, says(slow, theirs="P2")).state is PaymentState.SUCCEEDED
    assert at.breaks(finance) == ["late_success"]
    office.later()

    # The provider charged a company's card a surcharge, and says so twice.
    for _ in range(2):
        fee = record_fee(office.bridge, rung.reference, Money(1_50), card=at.COMMERCIAL)
        assert fee is not None
        assert fee.lines[0].reference == f"{rung.reference}_3"
    office.later()

    # One line is given back: asked for by one person, authorised by another, sent once.
    back = [RefundOf(line=f"{rung.reference}_1", amount=Money(120_00))]
    request = refund_payment(officer, back, reason="Paid for the wrong year")
    assert request.state is RefundState.PROPOSED
    assert at.left(finance, f"{rung.reference}_1") == "0.00"
    refused("not_requested", lambda: send_refund(finance, request.reference, pays_back))
    with pytest.raises(NotPermitted):
        authorise_refund(officer, request.reference)
    office.later()
    assert authorise_refund(finance, request.reference).state is RefundState.REQUESTED
    assert send_refund(finance, request.reference, pays_back).state is RefundState.SUCCEEDED
    refused("not_requested", lambda: send_refund(finance, request.reference, pays_back))
    office.later()

    # The cash was for the council tax, most of it.
    moved = transfer_income(finance, [item("05", "rent 1", "40.00")], [item(amount="40.00")])
    assert isinstance(moved, Transaction)
    office.later()

    # And the cheque bounces.
    bounced = reverse_transaction(office.deputy, cheque.reference, reason="Refer to drawer")
    assert bounced.total == Money(-120_00)
    with pytest.raises(AlreadyDone):
        reverse_transaction(finance, cheque.reference, reason="Refer to drawer")
    office.later()

    assert balances(finance) == {
        "5100": "-40.00", "5200": "-10.00", "5300": "-5.50", "5400": "-11.25", "9101": "17.50", "9102": "51.50",
        "9301": "-2.25",
    }  # fmt: skip
    office.later()
    assert posted(finance) == []
    assert list_suspense(finance) == []


def test_whoever_asked_for_a_refund_cannot_authorise_it(office: Office) -> None:
    rung = take_payment(office.cashier, at.STORY_A, channel=Channel.TELEPHONE)
    finish_payment(office.bridge, says(rung))
    both = employ(office.finance.acting("tester"), "both", "income-officer", "finance")
    back = [RefundOf(line=f"{rung.reference}_1", amount=Money(120_00))]
    request = refund_payment(both, back, reason="Paid for the wrong year")
    refused("same_person", lambda: authorise_refund(both, request.reference))
    assert authorise_refund(office.deputy, request.reference).state is RefundState.REQUESTED
    office.later()
