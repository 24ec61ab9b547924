"""A provider under test: made by its own spec, over a line to the supplier's double, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

import pytest
from attrs import evolve, frozen

from localgov_ims.domain.ids import new_reference
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import CreateRefund, Observation, Said
from localgov_ims.hooks import (
    Callback,
    Capability,
    CreatePayment,
    Hint,
    NextStep,
    PaymentProvider,
    PaymentProviderSpec,
    PaymentQuery,
)
from localgov_ims.testing.provider_servers import GivenSecrets, Line, Outcome, ProviderServer, Watch

NOON: Final = datetime(2026, 5, 14, 12, tzinfo=UTC)
AMOUNT: Final = Money(123_45)
KEY: Final = "0199d1c2-7a3e-7c55-9d1b-3f7a5b2c4d6e"
REFUND_KEY: Final = "0199d1c2-7a3e-7c55-9d1b-3f7a5b2c4d6f"
RETURN_TOKEN: Final = "r3turnT0kenNobodyMayS33"  # noqa: S105 - an invented one, looked for in what is shown
_NO_SECRETS: Final[Mapping[str, str]] = {}
SENDS_CALLBACKS: Final = frozenset(
    {Capability.SIGNED_WEBHOOK, Capability.SIGNED_RETURN, Capability.UNSIGNED_HINT}
)


@frozen(kw_only=True)
class Rig:
    """An adapter, the line that it speaks through, the server at its end, and the clock of both."""

    provider: PaymentProvider
    line: Line
    server: Any
    clock: Watch
    secrets: Mapping[str, str]


class ProviderUnderTest:
    """What a supplier says of a provider. Subclass `PaymentProviderContract` as `Test...` and give these.

    Attributes:
        spec: What the plugin offers: its factory makes the adapter, and its capabilities are what it is held to.
        settings: Of one account, made of the spec's `settings_model`.
        secrets: By name, all that the factory asks for.
        signing: The names of the two secrets that deliveries may be signed by, while the old one is being replaced.
        outcomes: What a payment there can come to; what is not among them is shown as skipped, with that reason.
        stale_after: How old a delivery may be, in seconds, where its time is signed.
        asks_what_was_paid: Whether the provider, asked, tells what was paid; some tell it by deliveries alone.
        refund_waits: Seconds until a refund nobody knows of may be sent again, where the provider has no keys for it and
            shows it late.
        hidden: What must never be shown, besides the secrets: tokens that the server gives.
    """

    spec: ClassVar[PaymentProviderSpec]
    settings: ClassVar[object]
    secrets: ClassVar[Mapping[str, str]]
    signing: ClassVar[tuple[str, str] | None] = None
    outcomes: ClassVar[frozenset[Outcome]] = frozenset(Outcome)
    stale_after: ClassVar[int | None] = None
    asks_what_was_paid: ClassVar[bool] = True
    refund_waits: ClassVar[int] = 0
    hidden: ClassVar[tuple[str, ...]] = ()

    def make_server(self, clock: Watch) -> ProviderServer:
        """Return a double of the provider, empty, that signs with the first of `signing`."""
        raise NotImplementedError

    def resigned(self, callback: Callback, signature: str | None) -> Callback:
        """Return a delivery with another signature in place of its own; none: without one."""
        raise NotImplementedError

    def signature_of(self, callback: Callback) -> str:
        """Return a delivery's signature."""
        raise NotImplementedError

    def altered(self, callback: Callback) -> list[Callback]:
        """Return deliveries of the same signature that say something else: by default a byte altered anywhere."""
        body = callback.body
        places = sorted({0, len(body) // 3, len(body) // 2, len(body) - 1})
        changed = [body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :] for at in places]
        return [evolve(callback, body=each) for each in (*changed, body[:-1], body + b" ", b"")]

    def rig(self, clock: Watch | None = None, secrets: Mapping[str, str] = _NO_SECRETS) -> Rig:
        """Make the adapter and a server of its own; *secrets* take the place of those of their names."""
        clock = clock or Watch(NOON)
        server = self.make_server(clock)
        line = Line(server)
        given = {**self.secrets, **secrets}
        provider = self.spec.factory(self.settings, line, clock, GivenSecrets(given))
        return Rig(provider=provider, line=line, server=server, clock=clock, secrets=given)

    def has(self, *wanted: Capability) -> bool:
        """Tell whether one of these is declared."""
        return bool(self.spec.capabilities & set(wanted))

    def need(self, *wanted: Capability) -> None:
        """Leave a test that is about what the adapter does not declare: that it refuses it is a test of its own."""
        if not self.has(*wanted):
            names = " or ".join(each.value for each in wanted)
            pytest.skip(f"{self.spec.name} does not declare {names}; that it refuses it is tested")

    def can_come_to(self, outcome: Outcome) -> None:
        """Leave a test of an outcome that the provider does not have."""
        if outcome not in self.outcomes:
            pytest.skip(f"at {self.spec.name} no payment is {outcome.value}")


def asked(**given: Any) -> CreatePayment:  # noqa: ANN401 - any of its fields
    """Build a payment to be asked for, with a reference of its own."""
    usual: dict[str, Any] = {
        "payment_reference": new_reference(), "amount": AMOUNT, "description": "Testing Council: Garden waste",
        "return_url": f"https://pay.council.example/payments/return/{RETURN_TOKEN}",
    }  # fmt: skip
    return CreatePayment(**usual | given)


def begun(rig: Rig, request: CreatePayment) -> NextStep:
    """Ask for a payment, under a key of its own, and let the payer go where the step leads."""
    step = rig.provider.create(request, key=f"key-{request.payment_reference}")
    rig.server.arrive(step)
    return step


def hints(rig: Rig, request: CreatePayment) -> list[Hint]:
    """Return what the server's deliveries about a payment say."""
    return [
        hint
        for callback in rig.server.callbacks(request.payment_reference)
        for hint in rig.provider.read_callback(callback)
    ]


def became(test: ProviderUnderTest, rig: Rig, request: CreatePayment, step: NextStep) -> Observation:
    """Return what the adapter says of a payment, by the best of the ways that it declares."""
    told = hints(rig, request) if test.has(*SENDS_CALLBACKS) else []
    if observed := [hint.observation for hint in told if hint.observation is not None]:
        return observed[-1]
    named = [hint.provider_reference for hint in told if hint.provider_reference is not None]
    theirs = named[-1] if named else getattr(step, "provider_reference", None)
    if test.has(Capability.FETCH) and theirs is not None:
        return rig.provider.fetch(theirs)
    found = list(rig.provider.search(PaymentQuery(payment_reference=request.payment_reference)))
    return max(found, key=lambda each: each.said is Said.SUCCEEDED)


def paid(test: ProviderUnderTest, rig: Rig) -> tuple[CreatePayment, Observation]:
    """Return a payment that is paid, and what the adapter says of it."""
    request = asked()
    step = begun(rig, request)
    rig.server.decide(request.payment_reference, Outcome.PAID)
    return request, became(test, rig, request, step)


def refund_of(observation: Observation, amount: Money, available: Money | None = None) -> CreateRefund:
    """Build a refund of a payment that was paid."""
    return CreateRefund(
        provider_reference=observation.provider_reference or "", refund_reference=new_reference(), amount=amount,
        available=available or observation.amount_paid, reason="Paid twice",
    )  # fmt: skip
