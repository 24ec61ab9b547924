"""What every provider's calls must hold: what is declared is done, what is not is refused, and pence are pence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import CreateRefund, Said
from localgov_ims.errors import (
    NotSupported,
)
from localgov_ims.hooks import (
    AgentPanel,
    Callback,
    Capability,
    Done,
    FormPost,
    PaymentProvider,
    PaymentQuery,
    Redirect,
)
from localgov_ims.hooks.providers import UseOfAgreement
from localgov_ims.testing.provider_rigs import (
    KEY,
    NOON,
    REFUND_KEY,
    SENDS_CALLBACKS,
    ProviderUnderTest,
    asked,
    became,
    begun,
    paid,
)
from localgov_ims.testing.provider_servers import Outcome, Watch

SAYS = {
    Outcome.PAID: {Said.SUCCEEDED}, Outcome.CANCELLED: {Said.CANCELLED}, Outcome.EXPIRED: {Said.EXPIRED},
    Outcome.STRANGE: {Said.UNKNOWN}, Outcome.TAKEN_BACK: {Said.TAKEN_BACK},
    # One word may stand for a refusal at once and for one that comes weeks later; both leave what is pending failed.
    Outcome.DECLINED: {Said.FAILED, Said.TAKEN_BACK},
}  # fmt: skip
STEPS = {
    Redirect: Capability.REDIRECT, FormPost: Capability.FORM_POST, AgentPanel: Capability.AGENT_PANEL,
    Done: Capability.SERVER_TO_SERVER,
}  # fmt: skip
_FIVE = Money(500)
_AGREED = UseOfAgreement(reference="A-1", sets_up=False)


def _refund(provider: PaymentProvider, available: Money = _FIVE) -> object:
    request = CreateRefund(
        provider_reference="P-1", refund_reference="R-1", amount=Money(500), available=available, reason="Paid twice"
    )  # fmt: skip
    return provider.refund(request, key=REFUND_KEY)


def _poll(provider: PaymentProvider) -> object:
    request = CreateRefund(
        provider_reference="P-1", refund_reference="R-1", amount=Money(500), available=Money(500), reason="Paid twice"
    )  # fmt: skip
    return provider.fetch_refund(request, "RF-1")


_USES: tuple[tuple[Capability, Callable[[PaymentProvider], object]], ...] = (
    (Capability.DELAYED_CAPTURE, lambda it: it.capture("P-1")),
    (Capability.DELAYED_CAPTURE, lambda it: it.create(asked(delayed_capture=True), key=KEY)),
    (Capability.CANCEL, lambda it: it.cancel("P-1")),
    (Capability.FETCH, lambda it: it.fetch("P-1")),
    (Capability.SEARCH, lambda it: list(it.search(PaymentQuery(payment_reference="R-1")))),
    (Capability.REFUND, _refund),
    (Capability.PARTIAL_REFUND, lambda it: _refund(it, Money(900))),
    (Capability.REFUND_POLL, _poll),
    (Capability.MOTO, lambda it: it.create(asked(moto=True), key=KEY)),
    (Capability.AGREEMENTS, lambda it: it.create(asked(agreement=_AGREED), key=KEY)),
)


class ProviderCalls(ProviderUnderTest):
    """Scenarios of an adapter's calls."""

    def test_what_is_not_declared_is_refused_and_nothing_is_sent(self) -> None:
        """A capability is a promise, and its absence is one as well: `NotSupported`, before a byte leaves."""
        rig = self.rig()
        for capability, use in _USES:
            if not self.has(capability):
                with pytest.raises(NotSupported):
                    use(rig.provider)
        if not self.has(*SENDS_CALLBACKS):
            with pytest.raises(NotSupported):
                rig.provider.read_callback(Callback(method="POST", headers={}, received_at=NOON))
        assert rig.line.requests == []

    def test_what_is_declared_is_there(self) -> None:
        """An adapter that declares agreements has what keeps them."""
        self.need(Capability.AGREEMENTS)
        provider = self.rig().provider
        for name in ("create_agreement", "fetch_agreement", "cancel_agreement"):
            assert callable(getattr(provider, name, None))

    def test_the_step_is_one_that_is_declared(self) -> None:
        """A payer is sent only where the spec says that payers are sent, and by https."""
        step = self.rig().provider.create(asked(), key=KEY)
        assert self.has(STEPS[type(step)])
        if isinstance(step, Redirect | FormPost):
            assert step.url.startswith(("https://", "http://127.0.0.1"))

    @pytest.mark.parametrize("outcome", list(Outcome), ids=lambda outcome: outcome.value)
    def test_every_outcome_is_told_for_what_it_is(self, outcome: Outcome) -> None:
        """C6, D13: the word is ours, the amount whole pence of what was paid, and a new word is never a guess."""
        self.can_come_to(outcome)
        rig, request = self.rig(), asked()
        step = begun(rig, request)
        if outcome is Outcome.TAKEN_BACK:
            rig.server.decide(request.payment_reference, Outcome.PAID)
        rig.server.decide(request.payment_reference, outcome)
        said = became(self, rig, request, step)
        assert said.said in SAYS[outcome]
        assert said.payment_reference == request.payment_reference
        assert said.provider_status
        if outcome is Outcome.PAID:
            assert said.amount_paid == request.amount
            assert said.provider_reference

    def test_what_was_paid_is_told_and_not_what_was_asked(self) -> None:
        """D2, D13: short or over is for the council to see, so an adapter never repeats its own request."""
        self.can_come_to(Outcome.PAID)
        for amount in (Money(100_00), Money(200_07)):
            rig, request = self.rig(), asked()
            step = begun(rig, request)
            rig.server.decide(request.payment_reference, Outcome.PAID, amount)
            assert became(self, rig, request, step).amount_paid == amount

    def test_a_payment_nobody_has_decided_is_still_going(self) -> None:
        """D1: what has only been begun is neither income nor failed."""
        rig, request = self.rig(), asked()
        step = begun(rig, request)
        if isinstance(step, Done):
            assert step.observation.said in {Said.GOING, Said.SUCCEEDED}
        elif self.has(Capability.FETCH) and step.provider_reference is not None:  # type: ignore[union-attr]
            assert rig.provider.fetch(step.provider_reference).said is Said.GOING  # type: ignore[union-attr]
        elif self.has(Capability.SEARCH):
            query = PaymentQuery(payment_reference=request.payment_reference)
            assert {each.said for each in rig.provider.search(query)} <= {Said.GOING}

    @pytest.mark.parametrize(
        ("moment", "day"),
        [
            (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), date(2026, 7, 1)),
            (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2026, 12, 31)),
        ],
        ids=["summer", "winter"],
    )
    def test_a_day_is_a_day_in_london(self, moment: datetime, day: date) -> None:
        """C9: half past eleven at night in UTC is tomorrow in summer."""
        self.can_come_to(Outcome.PAID)
        _, said = paid(self, self.rig(Watch(moment)))
        assert (said.taken_on or local_day(said.observed_at)) == day
