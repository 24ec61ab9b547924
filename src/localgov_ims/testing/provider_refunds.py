"""What every provider's refunds must hold: given back once, in flight until it is said, never more than there is."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from attrs import evolve

from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import RefundSaid
from localgov_ims.errors import AdapterError, OutcomeUnknown, RateLimited, Unavailable
from localgov_ims.hooks import Capability
from localgov_ims.testing import provider_servers as faults
from localgov_ims.testing.provider_rigs import REFUND_KEY, ProviderUnderTest, paid, refund_of
from localgov_ims.testing.provider_servers import Fault

_UNKNOWN_AFTER: tuple[Fault, ...] = (
    faults.never_arrived, faults.answer_lost, faults.answer_garbled, faults.failing(500), faults.failing(503)
)  # fmt: skip


class ProviderRefunds(ProviderUnderTest):
    """Scenarios of giving money back."""

    def test_a_refund_gives_back_what_is_asked(self) -> None:
        """D4, D13: in whole pence, and in flight or done; never failed because it is not done yet."""
        self.need(Capability.REFUND)
        rig = self.rig()
        request, observation = paid(self, rig)
        said = rig.provider.refund(refund_of(observation, observation.amount_paid), key=REFUND_KEY)
        assert said.said in {RefundSaid.SUBMITTED, RefundSaid.SUCCEEDED}
        assert said.amount in {None, request.amount}
        assert rig.server.refunded(request.payment_reference) == request.amount

    def test_a_part_is_a_part(self) -> None:
        """D13: pounds and pence are not mistaken for each other."""
        self.need(Capability.PARTIAL_REFUND)
        rig = self.rig()
        request, observation = paid(self, rig)
        rig.provider.refund(refund_of(observation, Money(1_07)), key=REFUND_KEY)
        assert rig.server.refunded(request.payment_reference) == Money(1_07)

    @pytest.mark.parametrize("number", range(len(_UNKNOWN_AFTER)))
    def test_after_silence_the_same_again_gives_back_once(self, number: int) -> None:
        """C3: whichever of its requests breaks, and whether or not the provider had done it."""
        self.need(Capability.REFUND)
        whole = self.rig()
        _, observation = paid(self, whole)
        before = len(whole.line.requests)
        whole.provider.refund(refund_of(observation, observation.amount_paid), key=REFUND_KEY)
        for broken in range(len(whole.line.requests) - before):
            rig = self.rig()
            request, observation = paid(self, rig)
            refund = refund_of(observation, observation.amount_paid)
            rig.line.break_next(_UNKNOWN_AFTER[number], after=broken)
            with pytest.raises((OutcomeUnknown, Unavailable, AdapterError)):
                rig.provider.refund(refund, key=REFUND_KEY)
            first_sent_at = rig.clock.now
            rig.clock.forward(timedelta(seconds=self.refund_waits))
            rig.provider.refund(evolve(refund, sent_at=first_sent_at), key=REFUND_KEY)
            assert rig.server.refunded(request.payment_reference) == request.amount

    def test_a_refund_that_was_certainly_not_sent_may_be_sent(self) -> None:
        """C5: no connection and too many requests give back nothing."""
        self.need(Capability.REFUND)
        for fault, error in ((faults.never_sent, Unavailable), (faults.failing(429), RateLimited)):
            rig = self.rig()
            request, observation = paid(self, rig)
            rig.line.break_next(fault)
            with pytest.raises(error):
                rig.provider.refund(refund_of(observation, observation.amount_paid), key=REFUND_KEY)
            assert rig.server.refunded(request.payment_reference) == Money(0)

    def test_more_than_there_is_is_not_given_back(self) -> None:
        """D6: the provider's refusal is told, and is no success."""
        self.need(Capability.REFUND)
        rig = self.rig()
        request, observation = paid(self, rig)
        more = observation.amount_paid + Money(1)
        # Some refuse at once, others take the request and say later that it failed.
        with suppress(AdapterError):
            rig.provider.refund(refund_of(observation, more, available=more), key=REFUND_KEY)
        assert rig.server.refunded(request.payment_reference) == Money(0)

    @pytest.mark.parametrize("said", list(RefundSaid), ids=lambda said: said.value)
    def test_what_became_of_a_refund_is_told(self, said: RefundSaid) -> None:
        """D4, D5: in flight, paid or failed, whenever it is asked about."""
        self.need(Capability.REFUND_POLL)
        rig = self.rig()
        request, observation = paid(self, rig)
        refund = refund_of(observation, observation.amount_paid)
        first = rig.provider.refund(refund, key=REFUND_KEY)
        assert first.provider_reference is not None
        rig.server.decide_refunds(request.payment_reference, said)
        told = rig.provider.fetch_refund(refund, first.provider_reference)
        assert (told.said, told.refund_reference) == (said, refund.refund_reference)
