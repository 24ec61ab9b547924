"""What every provider must keep to itself: keys, tokens, card numbers, and one council's payments from another."""

from __future__ import annotations

import logging
import traceback

import pytest

from localgov_ims.domain.quoting import holds_card
from localgov_ims.errors import (
    ImsError,
    InvalidValue,
)
from localgov_ims.testing import provider_servers as faults
from localgov_ims.testing.provider_rigs import (
    KEY,
    RETURN_TOKEN,
    SENDS_CALLBACKS,
    ProviderUnderTest,
    asked,
    became,
    begun,
)
from localgov_ims.testing.provider_servers import Outcome

CARD_NUMBER = "4111 1111 1111 1111"


class ProviderSecrecy(ProviderUnderTest):
    """Scenarios of what nobody may see."""

    def test_nothing_secret_is_shown(self, caplog: pytest.LogCaptureFixture) -> None:
        """C12: neither keys nor tokens nor card numbers, by the adapter, its answers, its errors or a log."""
        with caplog.at_level(logging.DEBUG):
            shown = _shown(self)
        text = "\n".join([*shown, caplog.text])
        for secret in (*self.secrets.values(), *self.hidden, RETURN_TOKEN):
            assert secret not in text
        assert not holds_card(text)

    def test_a_card_number_is_refused_before_it_is_sent(self) -> None:
        """C13: who types one into a description is told; it reaches nobody."""
        rig = self.rig()
        with pytest.raises(InvalidValue):
            rig.provider.create(asked(description=f"Rent {CARD_NUMBER}"), key=KEY)
        assert rig.line.requests == []

    def test_two_councils_share_nothing(self) -> None:
        """C14: what one asked for is unknown to the other, in one process."""
        one, other = self.rig(), self.rig()
        request = asked()
        begun(one, request)
        assert other.server.charged(request.payment_reference) == 0
        assert other.line.requests == []


def _shown(test: ProviderUnderTest) -> list[str]:
    """Return whatever an adapter shows when things go well, and when they do not."""
    rig, request = test.rig(), asked()
    step = begun(rig, request)
    shown = [repr(rig.provider), repr(step), repr(request)]
    if Outcome.PAID in test.outcomes:
        rig.server.decide(request.payment_reference, Outcome.PAID)
        shown.append(repr(became(test, rig, request, step)))
    for fault in (
        faults.never_sent,
        faults.answer_garbled,
        *(faults.failing(s) for s in (400, 401, 422, 500)),
    ):
        for act in (lambda: rig.provider.create(request, key=KEY), lambda: rig.provider.fetch("P-1")):
            rig.line.break_next(fault)
            try:
                act()
            except ImsError as error:
                shown += [*traceback.format_exception(error), repr(error.data)]
    for callback in rig.server.callbacks(request.payment_reference) if test.has(*SENDS_CALLBACKS) else ():
        shown.append(repr(callback) + repr(rig.provider.read_callback(callback)))
        try:
            rig.provider.read_callback(test.resigned(callback, "forged"))
        except ImsError as error:
            shown += traceback.format_exception(error)
    return shown
