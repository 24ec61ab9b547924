"""A council's office with one payment that its payer has begun at the provider under test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from attrs import frozen

from localgov_ims.domain.payments import Payment
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.callbacks import answer_callbacks, receive_callback
from localgov_ims.service.payments.provider_payments import start_payment
from localgov_ims.service.payments.sweeping import mop_up_payments
from localgov_ims.testing import provider_town as town
from localgov_ims.testing.provider_rigs import SENDS_CALLBACKS, ProviderUnderTest, Rig


@frozen(kw_only=True)
class Office:
    """A council with a payment that its payer has begun at the provider."""

    house: Installation
    rig: Rig
    payment: Payment

    @property
    def ours(self) -> str:
        """Our reference of the payment."""
        return self.payment.reference

    def heard(self) -> None:
        """Receive whatever the provider sends of the payment, and ask about it."""
        for callback in self.rig.server.callbacks(self.ours):
            receive_callback(self.house, town.NAME, callback)
        answer_callbacks(self.house)

    def swept(self, **later: int) -> None:
        """Let time pass and ask about whatever is pending."""
        self.rig.clock.forward(timedelta(**later or {"minutes": 31}))
        mop_up_payments(self.house)


class ProviderOffice(ProviderUnderTest):
    """What scenarios of a council's day begin with."""

    @contextmanager
    def office(self, folder: Path) -> Iterator[Office]:
        """Open a council, ask for a payment and let the payer begin it."""
        rig = self.rig()
        with town.town(folder, self.spec, rig) as house:
            payment = town.asked_of(house)
            rig.server.arrive(start_payment(house, payment.reference, return_to=town.BACK))
            yield Office(house=house, rig=rig, payment=payment)

    def told(self, office: Office) -> None:
        """Let the council hear of what became of a payment by every way that the adapter declares."""
        if self.has(*SENDS_CALLBACKS):
            office.heard()
        office.swept()
