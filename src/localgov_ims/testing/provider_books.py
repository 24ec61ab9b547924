"""What a council's books must be, whatever a provider does: the real services, over the adapter and its server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.observations import RefundSaid
from localgov_ims.domain.payments import PaymentState
from localgov_ims.domain.refunds import RefundState
from localgov_ims.domain.transactions import TransactionKind
from localgov_ims.errors import ImsError, OutcomeUnknown, RuleViolation
from localgov_ims.hooks import Capability
from localgov_ims.service.payments.backing_off import Patience
from localgov_ims.service.payments.callbacks import answer_callbacks, receive_callback
from localgov_ims.service.payments.provider_payments import start_payment
from localgov_ims.service.refunds.asking import RefundOf, refund_payment, view_refund
from localgov_ims.service.refunds.sending import send_to_provider
from localgov_ims.service.refunds.sweeping import mop_up_refunds
from localgov_ims.testing import provider_servers as faults
from localgov_ims.testing import provider_town as town
from localgov_ims.testing.provider_office import Office, ProviderOffice
from localgov_ims.testing.provider_rigs import AMOUNT, SENDS_CALLBACKS
from localgov_ims.testing.provider_servers import Outcome

AT_ONCE = 20
"""How many of the same delivery arrive at one moment."""


class ProviderBooks(ProviderOffice):
    """Scenarios of a council's day."""

    def test_what_is_pending_is_no_income(self, tmp_path: Path) -> None:
        """D1: begun is not paid, however often it is asked about."""
        with self.office(tmp_path) as office:
            self.told(office)
            office.swept()
            assert town.now_is(office.house, office.payment).state is PaymentState.PENDING
            assert town.booked(office.house, office.payment) == []

    def test_what_is_paid_is_income_once(self, tmp_path: Path) -> None:
        """C2: delivered again, in any order, by the sweep as well, it is one Receipt, and every law holds."""
        self.can_come_to(Outcome.PAID)
        with self.office(tmp_path) as office:
            office.rig.server.decide(office.ours, Outcome.PAID)
            for _ in range(2):
                self.told(office)
                office.swept()
            (receipt,) = town.booked(office.house, office.payment)
            assert (receipt.total, receipt.kind) == (AMOUNT, TransactionKind.RECEIPT)
            assert town.now_is(office.house, office.payment).state is PaymentState.SUCCEEDED
            assert town.breaks(office.house, office.payment) == []
            assert town.laws_hold(office.house)

    def test_twenty_at_once_are_one(self, tmp_path: Path) -> None:
        """C2: deliveries that race each other make one Receipt."""
        self.need(*SENDS_CALLBACKS)
        self.can_come_to(Outcome.PAID)
        with self.office(tmp_path) as office:
            office.rig.server.decide(office.ours, Outcome.PAID)
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(lambda _: office.heard(), range(AT_ONCE)))
            assert len(town.booked(office.house, office.payment)) == 1

    def test_what_arrives_out_of_order_ends_the_same(self, tmp_path: Path) -> None:
        """C2: the news of yesterday after that of today changes nothing."""
        self.need(*SENDS_CALLBACKS)
        self.can_come_to(Outcome.PAID)
        with self.office(tmp_path) as office:
            early = list(office.rig.server.callbacks(office.ours))
            office.rig.server.decide(office.ours, Outcome.PAID)
            late = list(office.rig.server.callbacks(office.ours))
            for callback in (*late, *early):
                receive_callback(office.house, town.NAME, callback)
            answer_callbacks(office.house)
            assert town.income(office.house, office.payment) == AMOUNT

    def test_who_closes_the_tab_is_found(self, tmp_path: Path) -> None:
        """D3: no delivery and no return; the sweep records it, once, by whichever way the provider can be asked."""
        self.need(Capability.FETCH, Capability.SEARCH)
        if not self.asks_what_was_paid:
            pytest.skip(f"{self.spec.name} cannot be asked what was paid; its deliveries alone tell it")
        self.can_come_to(Outcome.PAID)
        with self.office(tmp_path) as office:
            office.rig.server.decide(office.ours, Outcome.PAID)
            office.swept()
            office.swept()
            assert town.income(office.house, office.payment) == AMOUNT

    def test_who_pays_after_all_is_recorded_with_a_break(self, tmp_path: Path) -> None:
        """D3: refused, and then paid: the income is real, and a person is told."""
        self.can_come_to(Outcome.DECLINED)
        self.need(*SENDS_CALLBACKS)
        with self.office(tmp_path) as office:
            office.rig.server.decide(office.ours, Outcome.DECLINED)
            self.told(office)
            assert town.now_is(office.house, office.payment).state is PaymentState.FAILED
            office.rig.server.decide(office.ours, Outcome.PAID)
            self.told(office)
            assert town.income(office.house, office.payment) == AMOUNT
            assert [each.kind.value for each in town.breaks(office.house, office.payment)] == ["late_success"]

    @pytest.mark.parametrize("paid", [Money(100_00), Money(200_07)], ids=["short", "over"])
    def test_what_differs_goes_to_suspense_whole(self, tmp_path: Path, paid: Money) -> None:
        """D2: every penny that came is in the books, and a person decides whose it is."""
        self.can_come_to(Outcome.PAID)
        with self.office(tmp_path) as office:
            office.rig.server.decide(office.ours, Outcome.PAID, paid)
            self.told(office)
            (receipt,) = town.booked(office.house, office.payment)
            assert (receipt.total, {line.fund for line in receipt.lines}) == (paid, {"SUSP"})
            kinds = [each.kind.value for each in town.breaks(office.house, office.payment)]
            assert kinds == ["amount_differs"]

    def test_nothing_paid_proves_nothing(self, tmp_path: Path) -> None:
        """D2: a success of nothing leaves the payment as it is, with a Break."""
        self.can_come_to(Outcome.PAID)
        with self.office(tmp_path) as office:
            office.rig.server.decide(office.ours, Outcome.PAID, NOTHING)
            self.told(office)
            assert town.now_is(office.house, office.payment).state is PaymentState.PENDING
            assert town.booked(office.house, office.payment) == []

    def test_a_word_nobody_knows_waits_for_a_person(self, tmp_path: Path) -> None:
        """C6: it is neither income nor failed."""
        self.can_come_to(Outcome.STRANGE)
        with self.office(tmp_path) as office:
            office.rig.server.decide(office.ours, Outcome.STRANGE)
            self.told(office)
            assert town.now_is(office.house, office.payment).state is PaymentState.PENDING
            kinds = {each.kind.value for each in town.breaks(office.house, office.payment)}
            assert kinds == {"unknown_status"}

    def test_what_is_taken_back_is_reversed_and_the_receipt_stands(self, tmp_path: Path) -> None:
        """C11: a late failure or a lost dispute is a Reversal, once; nothing that was recorded changes."""
        self.can_come_to(Outcome.TAKEN_BACK)
        with self.office(tmp_path) as office:
            office.rig.server.decide(office.ours, Outcome.PAID)
            self.told(office)
            before = town.booked(office.house, office.payment)
            office.rig.server.decide(office.ours, Outcome.TAKEN_BACK)
            for _ in range(2):
                office.heard()
            assert town.booked(office.house, office.payment)[: len(before)] == before
            assert town.income(office.house, office.payment) == NOTHING
            assert town.laws_hold(office.house)

    def test_a_crash_before_the_answer_is_stored_charges_once(self, tmp_path: Path) -> None:
        """C3, C4: begun again after a lost answer, under the key that was stored first; pending meanwhile."""
        rig = self.rig()
        with town.town(tmp_path, self.spec, rig) as house:
            payment = town.asked_of(house)
            rig.line.break_next(faults.answer_lost)
            with suppress(OutcomeUnknown):
                start_payment(house, payment.reference, return_to=town.BACK)
            assert town.now_is(house, payment).state is PaymentState.PENDING
            rig.server.arrive(start_payment(house, payment.reference, return_to=town.BACK))
            rig.server.decide(payment.reference, Outcome.PAID)
            assert rig.server.charged(payment.reference) == 1

    def test_a_limit_is_waited_for(self, tmp_path: Path) -> None:
        """C5: by the provider's own number of seconds, and then the same is sent again."""
        rig = self.rig()
        waited: list[float] = []
        with town.town(tmp_path, self.spec, rig) as house:
            payment = town.asked_of(house)
            rig.line.break_next(faults.failing(429, Retry_After="7"))
            patient = Patience((1,), waited.append)
            rig.server.arrive(start_payment(house, payment.reference, return_to=town.BACK, patience=patient))
            if rig.line.requests:
                assert [7 <= seconds < 9 for seconds in waited] == [True]
            assert rig.server.charged(payment.reference) <= 1

    def test_two_clerks_cannot_give_back_more_than_was_paid(self, tmp_path: Path) -> None:
        """D4, D6: of two refunds that race, one passes; it is in flight until the provider says that it is paid."""
        self.need(Capability.PARTIAL_REFUND)
        with self.office(tmp_path) as office:
            office.rig.server.decide(office.ours, Outcome.PAID)
            self.told(office)
            with ThreadPoolExecutor(2) as pool:
                results = list(pool.map(lambda _: _refunded(office), range(2)))
            (made,) = [each for each in results if each is not None]
            assert send_to_provider(office.house, made).state in {
                RefundState.SUBMITTED,
                RefundState.SUCCEEDED,
            }
            assert office.rig.server.refunded(office.ours) == Money(100_00)

    def test_a_refund_that_fails_gives_back_what_it_drew(self, tmp_path: Path) -> None:
        """D5: and if it had been recorded, it is reversed; either way the money may be refunded again."""
        self.need(Capability.REFUND_POLL)
        with self.office(tmp_path) as office:
            office.rig.server.decide(office.ours, Outcome.PAID)
            self.told(office)
            line = office.payment.lines[0].reference
            request = refund_payment(office.house, [RefundOf(line=line, amount=AMOUNT)], reason="Paid twice")
            send_to_provider(office.house, request.reference)
            office.rig.server.decide_refunds(office.ours, RefundSaid.FAILED)
            mop_up_refunds(office.house)
            assert view_refund(office.house, request.reference).state is RefundState.FAILED
            assert town.income(office.house, office.payment) == AMOUNT
            assert refund_payment(office.house, [RefundOf(line=line, amount=AMOUNT)], reason="Paid twice")
            assert town.laws_hold(office.house)


def _refunded(office: Office) -> str | None:
    """Ask for most of a payment back; none: somebody else has."""
    line = office.payment.lines[0].reference
    try:
        asked = refund_payment(office.house, [RefundOf(line=line, amount=Money(100_00))], reason="Paid twice")
    except RuleViolation:
        return None
    except ImsError as error:  # pragma: no cover - whatever else is refused is shown
        pytest.fail(error.message)
    return asked.reference
