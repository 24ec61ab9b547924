"""A provider that keeps its payments in memory and may break as networks do, for tests of what services do with one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define, evolve, field
from tests import builders

from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import CreateRefund, Observation, RefundObservation, RefundSaid, Said
from localgov_ims.errors import Conflict, NotFoundAtProvider
from localgov_ims.hooks.callbacks import Callback, Hint, invalid_signature
from localgov_ims.hooks.next_steps import Redirect
from localgov_ims.hooks.providers import Capability, CreatePayment
from localgov_ims.service.installation import ChosenProvider, Installation


@define
class Remembering:
    """Answers a repeated key with the first payment. `breaks` holds errors, by method: before it works, or after it."""

    payments: dict[str, Observation] = field(factory=dict)
    keys: dict[str, tuple[CreatePayment, str]] = field(factory=dict)
    refunds: dict[str, RefundObservation] = field(factory=dict)
    before: dict[str, list[Exception]] = field(factory=dict)
    after: dict[str, list[Exception]] = field(factory=dict)
    calls: list[str] = field(factory=list)

    def create(self, request: CreatePayment, *, key: str) -> Redirect:
        with self._call("create"):
            known, theirs = self.keys.setdefault(key, (request, f"P{len(self.keys) + 1}"))
            assert known == request, "a repeat under one key must be the same request"
            self.payments.setdefault(theirs, Observation(
                payment_reference=request.payment_reference, provider_reference=theirs, said=Said.GOING,
                observed_at=builders.NOW,
            ))  # fmt: skip
        return Redirect(url=f"https://pay.test/secure/{theirs}", provider_reference=theirs)

    def fetch(self, provider_reference: str) -> Observation:
        with self._call("fetch"):
            if provider_reference not in self.payments:
                raise NotFoundAtProvider("not_found", "No such payment.")
        return self.payments[provider_reference]

    def capture(self, provider_reference: str) -> Observation:
        with self._call("capture"):
            self.say(provider_reference, Said.SUCCEEDED, capturable=False)
        return self.payments[provider_reference]

    def cancel(self, provider_reference: str) -> Observation:
        with self._call("cancel"):
            if self.payments[provider_reference].said is Said.SUCCEEDED:
                raise Conflict("P0501", "Not any more.")
            self.say(provider_reference, Said.CANCELLED)
        return self.payments[provider_reference]

    def refund(self, request: CreateRefund, *, key: str) -> RefundObservation:
        with self._call("refund"):
            self.refunds.setdefault(key, RefundObservation(
                refund_reference=request.refund_reference, provider_reference=f"rf-{len(self.refunds) + 1}",
                said=RefundSaid.SUBMITTED, observed_at=builders.NOW, amount=request.amount,
            ))  # fmt: skip
        return self.refunds[key]

    def fetch_refund(self, request: CreateRefund, refund_reference: str) -> RefundObservation:
        with self._call("fetch_refund"):
            pass
        return next(each for each in self.refunds.values() if each.provider_reference == refund_reference)

    def search(self, query: Any) -> Iterator[Observation]:
        with self._call("search"):
            found = [
                each for each in self.payments.values() if each.payment_reference == query.payment_reference
            ]
        yield from found

    def read_callback(self, callback: Callback) -> list[Hint]:
        if callback.headers.get("signed") != "yes":
            raise invalid_signature()
        event, theirs = callback.body.decode().split()
        return [Hint(event_id=event, event_type="changed", provider_reference=theirs, authentic=True)]

    def say(self, theirs: str, said: Said, amount: str | None = None, **given: Any) -> None:
        """Let a payment become something at the provider."""
        paid = {"amount_paid": builders.pounds(amount)} if amount is not None else {}
        self.payments[theirs] = evolve(self.payments[theirs], said=said, **paid, **given)

    def settle(self, said: RefundSaid) -> None:
        """Let every refund become something at the provider."""
        self.refunds = {key: evolve(each, said=said) for key, each in self.refunds.items()}

    @contextmanager
    def _call(self, method: str) -> Iterator[None]:
        self.calls.append(method)
        if self.before.get(method):
            raise self.before[method].pop(0)
        yield
        if self.after.get(method):
            raise self.after[method].pop(0)


def provided(
    desk: Installation, provider: Remembering, *, keys: tuple[bytes, ...] = (b"k" * 32,)
) -> Installation:
    """Return a council whose card methods are taken by *provider*, under the name that they have for it."""
    (name,) = {m.provider for m in desk.council.methods.values() if m.provider}

    @contextmanager
    def opened() -> Iterator[Any]:
        yield provider

    chosen = ChosenProvider(name=name, capabilities=frozenset({Capability.REDIRECT}), opened=opened)
    return evolve(desk, providers={name: chosen}, link_keys=lambda: keys)


NOTHING = Money(0)
