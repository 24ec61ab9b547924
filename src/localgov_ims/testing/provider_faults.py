"""What every provider's calls must hold when the line breaks: typed errors, one key for one payment, no silence read as none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from localgov_ims.errors import (
    ImsError,
    NotAuthorised,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
)
from localgov_ims.hooks import (
    Capability,
    PaymentQuery,
)
from localgov_ims.testing import provider_servers as faults
from localgov_ims.testing.provider_rigs import (
    KEY,
    ProviderUnderTest,
    asked,
    begun,
)
from localgov_ims.testing.provider_servers import Fault, Outcome

UNKNOWN_AFTER: tuple[Fault, ...] = (
    faults.never_arrived, faults.answer_lost, faults.answer_garbled, faults.answer_cut,
    *(faults.failing(status) for status in (500, 502, 503, 504)),
)  # fmt: skip
"""After these nobody knows what a request that changes something has done."""

_MANY = 501


class ProviderFaults(ProviderUnderTest):
    """Scenarios of calls that go wrong."""

    @pytest.mark.parametrize("number", range(len(UNKNOWN_AFTER)))
    def test_after_silence_the_same_again_charges_once(self, number: int) -> None:
        """C3, C4, D11: whichever request of a creation breaks, it is `OutcomeUnknown`; again is one payment."""
        whole = self.rig()
        whole.provider.create(asked(), key=KEY)
        for broken in range(len(whole.line.requests)):
            rig, request = self.rig(), asked()
            rig.line.break_next(UNKNOWN_AFTER[number], after=broken)
            with pytest.raises(OutcomeUnknown) as caught:
                rig.provider.create(request, key=KEY)
            assert caught.value.data["key"] == KEY
            first = rig.line.requests[0]
            again = len(rig.line.requests)
            rig.server.arrive(rig.provider.create(evolve(request, sent_at=rig.clock.now), key=KEY))
            rig.server.decide(request.payment_reference, Outcome.PAID)
            assert rig.server.charged(request.payment_reference) == 1
            assert rig.line.requests[again].content == first.content

    def test_what_was_certainly_not_done_is_told_apart(self) -> None:
        """C5, D11: no connection, too many requests and a refused key change nothing, and say what to do."""
        expected = (
            (faults.never_sent, Unavailable), (faults.failing(429, Retry_After="7"), RateLimited),
            (faults.failing(401), NotAuthorised), (faults.failing(403), NotAuthorised),
        )  # fmt: skip
        for fault, error in expected:
            rig, request = self.rig(), asked()
            rig.line.break_next(fault)
            if not _sends(self):
                return
            with pytest.raises(error) as caught:
                rig.provider.create(request, key=KEY)
            if error is RateLimited:
                assert caught.value.data["retry_after"] == 7
            assert rig.server.charged(request.payment_reference) == 0
            rig.provider.create(request, key=KEY)

    def test_a_question_that_is_not_answered_is_no_answer(self) -> None:
        """D14: silence, a failure or a page for people is never read as "there is none"."""
        self.need(Capability.FETCH, Capability.SEARCH)
        rig, request = self.rig(), asked()
        step = begun(rig, request)
        theirs = getattr(step, "provider_reference", None)
        for fault in (*UNKNOWN_AFTER, faults.never_sent, faults.failing(429), faults.failing(401)):
            if self.has(Capability.FETCH) and theirs is not None:
                rig.line.break_next(fault)
                with pytest.raises(ImsError):
                    rig.provider.fetch(theirs)
            if self.has(Capability.SEARCH):
                rig.line.break_next(fault)
                with pytest.raises(ImsError):
                    list(rig.provider.search(PaymentQuery(payment_reference=request.payment_reference)))

    def test_a_search_of_many_pages_gives_each_once(self) -> None:
        """C8: pages that move while they are read lose nothing and repeat nothing."""
        self.need(Capability.SEARCH)
        rig = self.rig()
        wanted = set()
        for _ in range(_MANY):
            request = asked()
            begun(rig, request)
            rig.server.decide(request.payment_reference, Outcome.PAID)
            wanted.add(request.payment_reference)
        before = rig.clock.now - timedelta(hours=1)
        query = PaymentQuery(created_from=before, created_to=rig.clock.now + timedelta(hours=1))
        found = []
        for observation in rig.provider.search(query):
            found.append(observation.payment_reference)
            if len(found) == 1:
                late = asked()
                begun(rig, late)
                rig.server.decide(late.payment_reference, Outcome.PAID)
        assert len(found) == len(set(found))
        assert wanted <= set(found)


def _sends(test: ProviderUnderTest) -> bool:
    rig = test.rig()
    rig.provider.create(asked(), key=KEY)
    return bool(rig.line.requests)
