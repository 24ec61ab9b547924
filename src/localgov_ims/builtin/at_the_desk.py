"""Payments that no provider's page takes: `counter`, taken at a desk, and `agent-phone`, keyed into another tool.

Neither asks anybody anything. What proves the first is the office's eReturn and what is paid in at the bank; the second is
a person's word, which a line of a settlement has to prove.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NoReturn

from attrs import field, frozen

from localgov_ims.domain.calendar import Clock, local_day
from localgov_ims.domain.ids import shown
from localgov_ims.domain.observations import CreateRefund, Observation, RefundObservation, Said
from localgov_ims.domain.transactions import Channel
from localgov_ims.errors import Rejected
from localgov_ims.hooks import (
    API_VERSION,
    AgentPanel,
    Callback,
    Capability,
    CreatePayment,
    Done,
    Hint,
    HttpClient,
    NextStep,
    PaymentProviderSpec,
    PaymentQuery,
    Secrets,
)
from localgov_ims.hooks.providers import not_supported

OUTCOMES: Final = ("paid", "declined", "cancelled")
"""What an agent may report."""


@frozen(kw_only=True)
class CounterSettings:
    """Settings of `counter`: none."""


@frozen(kw_only=True)
class PhoneSettings:
    """Settings of `agent-phone`.

    Attributes:
        record_off: Whether the recording of the call is paused while the card is keyed. It does not make the call, or who
            hears it, any less a matter of PCI DSS.
    """

    record_off: bool = True


@frozen(kw_only=True)
class _Desk:
    """What neither of the two can do."""

    name: str
    clock: Clock = field(repr=False)

    def fetch(self, provider_reference: str) -> Observation:
        """Refuse: there is nobody to ask."""
        del provider_reference
        self._cannot("be asked what became of a payment")

    def capture(self, provider_reference: str) -> Observation:
        """Refuse: it is captured already."""
        del provider_reference
        self._cannot("capture a payment")

    def cancel(self, provider_reference: str) -> Observation:
        """Refuse: whoever took it says that it was cancelled."""
        del provider_reference
        self._cannot("cancel a payment")

    def refund(self, request: CreateRefund, *, key: str) -> RefundObservation:
        """Refuse: money is given back by the payables route, or in the other tool."""
        del request, key
        self._cannot("give money back")

    def fetch_refund(self, request: CreateRefund, refund_reference: str) -> RefundObservation:
        """Refuse: there are no refunds."""
        del request, refund_reference
        self._cannot("tell what became of a refund")

    def search(self, query: PaymentQuery) -> Iterator[Observation]:
        """Refuse: there is nobody to ask."""
        del query
        self._cannot("search payments")

    def read_callback(self, callback: Callback) -> Sequence[Hint]:
        """Refuse: nobody sends anything."""
        del callback
        self._cannot("be sent anything")

    def _cannot(self, what: str) -> NoReturn:
        raise not_supported(self.name, what)

    def _refuse_more(self, request: CreatePayment) -> None:
        if request.delayed_capture or request.agreement is not None:
            self._cannot("capture later, or use an agreement")


@frozen(kw_only=True)
class Counter(_Desk):
    """Money that is in the till: the amount kept, whatever was handed over."""

    def create(self, request: CreatePayment, *, key: str) -> NextStep:
        """Say that the payment has been made, today.

        Raises:
            Rejected: It is asked for elsewhere than at a counter.
        """
        del key
        self._refuse_more(request)
        if request.moto:
            self._cannot("have an agent key a card")
        if request.channel is not Channel.COUNTER:
            message = f"A payment by {request.channel.value} is not in the till; only those at a counter are."
            raise Rejected("not_at_a_counter", message, adapter=self.name)
        now = self.clock()
        return Done(observation=Observation(
            payment_reference=request.payment_reference, provider_reference=request.payment_reference, said=Said.SUCCEEDED,
            provider_status="taken", amount_paid=request.amount, taken_on=local_day(now), observed_at=now,
        ))  # fmt: skip


@frozen(kw_only=True)
class AgentPhone(_Desk):
    """A card that an agent keys into a separate, certified tool; here nobody ever sees a field for it."""

    settings: PhoneSettings

    def create(self, request: CreatePayment, *, key: str) -> NextStep:
        """Show the agent what to copy into the other tool."""
        del key
        self._refuse_more(request)
        fields = {
            "Reference": shown(request.payment_reference), "Amount": request.amount.shown(), "For": request.description
        }  # fmt: skip
        return AgentPanel(fields=fields, allowed_outcomes=OUTCOMES, record_off=self.settings.record_off)


def counter(settings: CounterSettings, http: HttpClient, clock: Clock, secrets: Secrets) -> Counter:
    """Make `counter`."""
    del settings, http, secrets
    return Counter(name="counter", clock=clock)


def agent_phone(settings: PhoneSettings, http: HttpClient, clock: Clock, secrets: Secrets) -> AgentPhone:
    """Make `agent-phone`."""
    del http, secrets
    return AgentPhone(name="agent-phone", clock=clock, settings=settings)


COUNTER: Final = PaymentProviderSpec(
    name="counter", api_version=API_VERSION, settings_model=CounterSettings, factory=counter,
    capabilities=frozenset({Capability.SERVER_TO_SERVER}),
)  # fmt: skip
AGENT_PHONE: Final = PaymentProviderSpec(
    name="agent-phone", api_version=API_VERSION, settings_model=PhoneSettings, factory=agent_phone,
    capabilities=frozenset({Capability.AGENT_PANEL, Capability.MOTO}),
)  # fmt: skip
