"""What every provider's callbacks must hold: proved over the bytes as they came, or refused without a word why."""

from __future__ import annotations

import hmac
from datetime import timedelta

import pytest
from attrs import evolve

from localgov_ims.errors import ConfigurationError, InvalidSignature, StaleCallback
from localgov_ims.hooks import Callback, Capability
from localgov_ims.testing.provider_rigs import SENDS_CALLBACKS, ProviderUnderTest, Rig, asked, begun, hints
from localgov_ims.testing.provider_servers import GivenSecrets, Outcome

FORGED = "a-secret-that-nobody-was-given-0123456789abcdef"
_SIGNED = (Capability.SIGNED_WEBHOOK, Capability.SIGNED_RETURN)


class ProviderCallbacks(ProviderUnderTest):
    """Scenarios of what an adapter is sent."""

    forged: str = FORGED
    """A secret that the council was never given, of the provider's form."""

    def delivery(self, rig: Rig) -> Callback:
        """Return what is sent of a payment that was paid."""
        request = asked()
        begun(rig, request)
        rig.server.decide(request.payment_reference, Outcome.PAID)
        callback: Callback = list(rig.server.callbacks(request.payment_reference))[-1]
        return callback

    def test_a_signed_delivery_says_which_payment_it_is_about(self) -> None:
        """D10: by the provider's reference or by ours, and of that payment alone; its events have names."""
        self.need(*_SIGNED)
        rig, one, other = self.rig(), asked(), asked()
        for request in (one, other):
            begun(rig, request)
            rig.server.decide(request.payment_reference, Outcome.PAID)
        about = [hints(rig, request) for request in (one, other)]
        for request, told in zip((one, other), about, strict=True):
            assert all(hint.authentic and hint.event_id for hint in told)
            assert any(hint.provider_reference or hint.payment_reference for hint in told)
            assert {hint.payment_reference for hint in told} <= {None, request.payment_reference}
        named = [{hint.provider_reference for hint in told} - {None} for told in about]
        assert not named[0] & named[1]

    def test_the_same_delivery_says_the_same(self) -> None:
        """C2: an event keeps its name, by which a repeat is known."""
        self.need(*_SIGNED)
        rig = self.rig()
        callback = self.delivery(rig)
        assert rig.provider.read_callback(callback) == rig.provider.read_callback(callback)

    def test_every_forged_delivery_is_refused(self) -> None:
        """C1: no signature, an empty, cut, altered or differently written one, one by another secret."""
        self.need(*_SIGNED)
        rig = self.rig()
        callback = self.delivery(rig)
        real = self.signature_of(callback)
        swapped = real.swapcase()
        altered = ("0" if real[0] != "0" else "1") + real[1:]
        wrong = [None, "", " ", real[:-1], real + "0", altered, "\u00e9" * len(real), "x" * 5000]
        for signature in [*wrong, *([swapped] if swapped != real else [])]:
            with pytest.raises(InvalidSignature):
                rig.provider.read_callback(self.resigned(callback, signature))
        rig.server.sign_with(self.forged)
        with pytest.raises(InvalidSignature):
            rig.provider.read_callback(self.delivery(rig))

    def test_a_delivery_that_was_altered_is_refused(self) -> None:
        """C1: wherever a byte is changed, and cut short or made longer as well."""
        self.need(*_SIGNED)
        rig = self.rig()
        for altered in self.altered(self.delivery(rig)):
            with pytest.raises(InvalidSignature):
                rig.provider.read_callback(altered)

    def test_every_refusal_says_the_same(self) -> None:
        """C1: whoever forges learns nothing of how near they came."""
        self.need(*_SIGNED)
        rig = self.rig()
        callback = self.delivery(rig)
        said = set()
        for signature in (None, "", "x", self.signature_of(callback)[:-1]):
            with pytest.raises(InvalidSignature) as caught:
                rig.provider.read_callback(self.resigned(callback, signature))
            said.add((caught.value.code, caught.value.message, str(caught.value.data)))
        assert len(said) == 1

    def test_signatures_are_compared_in_constant_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """D9: by `hmac.compare_digest`, as `hooks.callbacks.is_signed` does, or the secret can be guessed by the clock."""
        self.need(*_SIGNED)
        rig = self.rig()
        callback = self.delivery(rig)
        compared: list[object] = []
        real = hmac.compare_digest

        def noted(a: bytes, b: bytes) -> bool:
            compared.append(a)
            return real(a, b)

        monkeypatch.setattr(hmac, "compare_digest", noted)
        rig.provider.read_callback(callback)
        assert compared

    def test_a_delivery_is_a_hint_where_the_provider_can_be_asked(self) -> None:
        """Nothing is booked because a delivery says so: what it is about is fetched."""
        self.need(Capability.FETCH)
        self.need(*SENDS_CALLBACKS)
        if not self.asks_what_was_paid:
            pytest.skip(f"{self.spec.name} cannot be asked what was paid; its deliveries alone tell it")
        rig = self.rig()
        told = rig.provider.read_callback(self.delivery(rig))
        assert {hint.observation for hint in told} == {None}

    def test_old_and_new_secret_both_hold_and_then_the_old_one_does_not(self) -> None:
        """C7: a secret is replaced without losing a delivery, and is worth nothing afterwards."""
        self.need(*_SIGNED)
        assert self.signing is not None, "give the names of two secrets that deliveries may be signed by"
        new, old = self.signing
        rig = self.rig()
        for name in (new, old):
            rig.server.sign_with(self.secrets[name])
            assert rig.provider.read_callback(self.delivery(rig))
        later = self.rig(secrets={old: self.forged})
        later.server.sign_with(self.secrets[old])
        with pytest.raises(InvalidSignature):
            later.provider.read_callback(self.delivery(later))

    def test_a_missing_secret_is_told_when_the_adapter_is_made(self) -> None:
        """Not when the first payer's delivery is refused."""
        rig = self.rig()
        for name in self.secrets:
            others = {other: value for other, value in self.secrets.items() if other != name}
            with pytest.raises(ConfigurationError):
                self.spec.factory(self.settings, rig.line, rig.clock, GivenSecrets(others))

    def test_an_old_delivery_is_refused_where_its_time_is_signed(self) -> None:
        """D9: too old, or from a time that has not come."""
        if self.stale_after is None:
            pytest.skip(f"{self.spec.name} signs no time: a repeat is known by the name of its event")
        rig = self.rig()
        callback = self.delivery(rig)
        limit = timedelta(seconds=self.stale_after)
        for moved in (limit, -limit):
            assert rig.provider.read_callback(evolve(callback, received_at=callback.received_at + moved))
            beyond = moved + (timedelta(seconds=1) if moved > timedelta() else timedelta(seconds=-1))
            with pytest.raises(StaleCallback):
                rig.provider.read_callback(evolve(callback, received_at=callback.received_at + beyond))

    def test_a_delivery_of_a_new_kind_is_kept_and_decides_nothing(self) -> None:
        """C6: providers invent events; they are answered, visible, and never read as something else."""
        self.need(*_SIGNED)
        rig = self.rig()
        told = rig.provider.read_callback(rig.server.strange_callback())
        assert told
        assert all(hint.observation is None and hint.event_id for hint in told)
