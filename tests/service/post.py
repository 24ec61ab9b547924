"""A notifier for tests, and a council that sends by it."""

from __future__ import annotations

from contextlib import nullcontext

from attrs import define, evolve, field
from tests.service import money_in

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.payers import Payer
from localgov_ims.domain.payments import Payment
from localgov_ims.hooks.notifiers import Delivery, Message
from localgov_ims.service.installation import ChosenNotifier, Installation
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.verifying import verify

TO = "amina.khan@example.org"
PAYER = Payer(name="Amina Khan", email=TO)
ADDRESS = ("Town Hall", "1 High Street")


@define
class Post:
    """Takes messages; `before` is raised instead of taking the next ones, `after` once they were taken."""

    taken: list[tuple[Message, str]] = field(factory=list)
    before: list[BaseException | None] = field(factory=list)
    after: list[BaseException | None] = field(factory=list)

    def send(self, message: Message, *, key: str) -> Delivery:
        if self.before and (stopped := self.before.pop(0)) is not None:
            raise stopped
        self.taken.append((message, key))
        if self.after and (lost := self.after.pop(0)) is not None:
            raise lost
        return Delivery(reference=f"<{key}@post>")

    @property
    def keys(self) -> list[str]:
        return [key for _, key in self.taken]


def with_post(desk: Installation, post: Post, **council: object) -> Installation:
    """Return a council, one that can issue VAT receipts, whose messages go to *post*."""
    made = money_in.a_council(**{"address": ADDRESS, "vat_number": "GB 123 4567 89"} | council)
    chosen = ChosenNotifier(name="post", opened=lambda: nullcontext(post))
    return evolve(desk, council=made, notifier=chosen, link_keys=lambda: [b"n" * 32])


def paid_by(house: Installation, *items: BasketItem) -> Payment:
    """Take a payment of a payer who is known, and let it succeed."""
    payment = money_in.pay(house, *items, payer=PAYER)
    return finish_payment(house, money_in.says(payment, theirs=f"pi-{payment.reference}"))


def every_law_holds(desk: Installation) -> bool:
    return [law.broken for law in verify(desk)] == [()] * 5
