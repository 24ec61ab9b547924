"""What a provider's contract is run against: the supplier's double of the provider, and a line to it that breaks."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from threading import RLock
from typing import Protocol

from attrs import Factory, define, field, frozen

from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import RefundSaid
from localgov_ims.errors import ConfigurationError, NoAnswer, NotSent
from localgov_ims.hooks import Callback, HttpResponse, NextStep, Secret
from localgov_ims.testing.notifiers import Request


class Outcome(enum.Enum):
    """What a payer, or the provider, makes of a payment; `STRANGE` is a word that the provider never had before."""

    PAID = "paid"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    STRANGE = "strange"
    TAKEN_BACK = "taken_back"
    """It was paid, and the provider has taken it back: a late failure, or a dispute that is lost."""


class ProviderServer(Protocol):
    """A double of a provider: it keeps payments as the provider does, and is moved by the contract.

    Payments are named by *our* reference, so that the contract needs to know nothing of the provider's.
    """

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes = b"", timeout: int = 30
    ) -> HttpResponse:
        """Answer the adapter, as the provider would; it need not break: the contract breaks the line."""
        ...

    def arrive(self, step: NextStep) -> None:
        """Let the payer's browser do what the step says: follow the link, or post the form."""
        ...

    def decide(self, payment: str, outcome: Outcome, amount: Money | None = None) -> None:
        """Let a payment come to *outcome*; *amount* is what is paid, where that is not what was asked."""
        ...

    def callbacks(self, payment: str) -> Sequence[Callback]:
        """Return what the provider sends of a payment as it stands, signed; the same again if asked again."""
        ...

    def strange_callback(self) -> Callback:
        """Return a delivery, signed, of a kind and with fields that the provider never had before."""
        ...

    def sign_with(self, secret: str) -> None:
        """Sign what is sent from now on by another secret."""
        ...

    def charged(self, payment: str) -> int:
        """Return how many payments it holds under a reference of ours: more than one charges a payer twice."""
        ...

    def refunded(self, payment: str) -> Money:
        """Return how much of a payment it has given back, or is about to."""
        ...

    def decide_refunds(self, payment: str, said: RefundSaid) -> None:
        """Let every refund of a payment come to something."""
        ...


Fault = Callable[[Callable[[], HttpResponse]], HttpResponse]
"""Breaks one request: given what does it, answers or raises as a client does."""


def never_sent(_: Callable[[], HttpResponse]) -> HttpResponse:
    """Fail before a byte has left."""
    raise NotSent("not_sent", "No connection was made.")


def never_arrived(_: Callable[[], HttpResponse]) -> HttpResponse:
    """Lose the request on the way: nothing is done, and nobody can know."""
    raise NoAnswer("no_answer", "The connection broke.")


def answer_lost(act: Callable[[], HttpResponse]) -> HttpResponse:
    """Do what was asked, and lose the answer."""
    act()
    raise NoAnswer("no_answer", "The connection broke.")


def answer_cut(act: Callable[[], HttpResponse]) -> HttpResponse:
    """Do what was asked, and cut the answer in the middle."""
    answer = act()
    return HttpResponse(status=answer.status, content=answer.content[: len(answer.content) // 2])


def answer_garbled(act: Callable[[], HttpResponse]) -> HttpResponse:
    """Do what was asked, and answer with a page for people."""
    return HttpResponse(status=act().status, content=b"<html>Everything is well.</html>")


def failing(status: int, **headers: str) -> Fault:
    """Answer with a status and do nothing."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: HttpResponse(status=status, headers=named, content=b"<html>Busy.</html>")


@define
class Line:
    """An `HttpClient` between an adapter and its server. `faults` break requests by their number, from 0."""

    server: ProviderServer
    requests: list[Request] = Factory(list)
    faults: dict[int, Fault] = Factory(dict)
    _one_at_a_time: RLock = field(factory=RLock, init=False, repr=False)

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes = b"", timeout: int = 30
    ) -> HttpResponse:
        """Pass a request on, or break it."""
        with self._one_at_a_time:
            fault = self.faults.pop(len(self.requests), None)
            self.requests.append(Request(method=method, url=url, headers=headers, content=content))

            def act() -> HttpResponse:
                return self.server.request(method, url, headers=headers, content=content, timeout=timeout)

            return act() if fault is None else fault(act)

    def break_next(self, fault: Fault, *, after: int = 0) -> None:
        """Break the request that comes after *after* others."""
        self.faults[len(self.requests) + after] = fault


@define
class Watch:
    """A clock that stands still until it is set."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the moment that it shows."""
        return self.now

    def forward(self, by: timedelta) -> None:
        """Set it on."""
        self.now += by


@frozen
class GivenSecrets:
    """Secrets by name."""

    values: Mapping[str, str] = field(repr=False)

    def get(self, name: str) -> Secret:
        """Return a secret."""
        if name not in self.values:
            raise ConfigurationError("no_secret", f"There is no secret {name!r}.", name=name)
        return Secret(self.values[name])
