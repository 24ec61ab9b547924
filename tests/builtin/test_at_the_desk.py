"""Payments at a desk: taken at a counter, or keyed into another tool by an agent and reported once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from attrs import evolve
from tests.service.money_in import employ

from localgov_ims.builtin.at_the_desk import AGENT_PHONE, COUNTER, CounterSettings, PhoneSettings
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import Said
from localgov_ims.domain.payments import PaymentState
from localgov_ims.domain.transactions import Channel
from localgov_ims.errors import AlreadyDone, InvalidValue, NotSupported, Rejected, RuleViolation
from localgov_ims.hooks import AgentPanel, Done
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.payments.provider_payments import start_payment
from localgov_ims.service.payments.reporting import Reported, note_unproved, report_payment
from localgov_ims.testing import PaymentProviderContract
from localgov_ims.testing import provider_town as town
from localgov_ims.testing.provider_rigs import asked
from localgov_ims.testing.provider_servers import Outcome, Watch


class Nobody:
    """There is no provider, so nothing is ever asked of it."""

    def __init__(self, clock: Watch) -> None:
        self.payments: list[str] = []

    def request(self, *args, **kwargs):
        raise AssertionError("nobody is there to be asked")

    def arrive(self, step) -> None:
        self.payments.append(step.fields["Reference"].replace("-", ""))

    def decide(self, payment, outcome, amount=None) -> None:
        """Nothing to do."""

    def charged(self, payment) -> int:
        return len({each for each in self.payments if each == payment})


class OfDesk(PaymentProviderContract):
    secrets: ClassVar[dict[str, str]] = {}
    outcomes: ClassVar[frozenset[Outcome]] = frozenset()

    def make_server(self, clock: Watch) -> Nobody:
        return Nobody(clock)


class TestAgentPhone(OfDesk):
    spec = AGENT_PHONE
    settings = PhoneSettings()


@pytest.fixture
def phone(tmp_path: Path):
    """Give a council whose cards are keyed into another tool, its clock, and a payment that was begun."""
    rig = TestAgentPhone().rig()
    with town.town(tmp_path, AGENT_PHONE, rig) as house:
        payment = town.asked_of(house)
        start_payment(house, payment.reference, return_to=town.BACK)
        yield house, rig.clock, payment


def test_a_counter_takes_the_amount_that_is_kept_and_nothing_elsewhere():
    spec = COUNTER
    rig = type("OfCounter", (OfDesk,), {"spec": spec, "settings": CounterSettings()})().rig()
    request = asked(channel=Channel.COUNTER)
    step = rig.provider.create(request, key="k-1")
    assert isinstance(step, Done)
    said = step.observation
    assert (said.said, said.amount_paid, said.payment_reference) == (
        Said.SUCCEEDED, request.amount, request.payment_reference
    )  # fmt: skip
    assert said == rig.provider.create(request, key="k-1").observation
    with pytest.raises(Rejected, match="portal is not in the till"):
        rig.provider.create(asked(), key="k-2")
    for refused in (rig.provider.fetch, rig.provider.cancel, rig.provider.capture):
        with pytest.raises(NotSupported):
            refused("P-1")


def test_an_agent_is_shown_what_to_copy_and_never_a_field_for_a_card():
    rig = TestAgentPhone().rig()
    request = asked(moto=True, channel=Channel.TELEPHONE)  # as services ask for whatever agents take
    step = rig.provider.create(request, key="k-1")
    assert isinstance(step, AgentPanel)
    assert set(step.fields) == {"Reference", "Amount", "For"}
    assert (step.fields["Amount"], step.record_off) == ("£123.45", True)
    assert set(step.allowed_outcomes) == {each.value for each in Reported}


def test_what_an_agent_reports_is_recorded_once(phone):
    house, _, payment = phone
    with pytest.raises(InvalidValue, match="reference that the other tool shows"):
        report_payment(house, payment.reference, Reported.PAID)
    with pytest.raises(InvalidValue, match="card number"):
        report_payment(house, payment.reference, Reported.PAID, provider_reference="4111 1111 1111 1111")
    done = report_payment(house, payment.reference, Reported.PAID, provider_reference="TOOL-1")
    assert done.state is PaymentState.SUCCEEDED
    with pytest.raises(AlreadyDone, match="somebody else reverse"):
        report_payment(house, payment.reference, Reported.DECLINED)
    (receipt,) = town.booked(house, payment)
    assert (receipt.total, receipt.provider_reference) == (payment.amount, "TOOL-1")
    assert town.laws_hold(house)


@pytest.mark.parametrize("outcome", [Reported.DECLINED, Reported.CANCELLED])
def test_what_was_not_paid_is_no_income(phone, outcome):
    house, _, payment = phone
    assert report_payment(house, payment.reference, outcome).state.value in {"failed", "cancelled"}
    assert town.booked(house, payment) == []


def test_a_word_that_no_payout_proves_in_time_is_a_break_once(phone):
    house, clock, payment = phone
    report_payment(house, payment.reference, Reported.PAID, provider_reference="TOOL-1")
    assert note_unproved(house) == 0
    clock.forward(timedelta(days=7))  # five working days: in time is still in time
    assert note_unproved(house) == 0
    clock.forward(timedelta(days=1))
    assert (note_unproved(house), note_unproved(house)) == (1, 1)
    (found,) = town.breaks(house, payment)
    assert (found.kind.value, "TOOL" in found.message) == ("not_proved", False)


def test_only_somebody_else_reverses_what_was_reported(phone):
    house, clock, payment = phone
    report_payment(house, payment.reference, Reported.PAID, provider_reference="TOOL-1")
    (receipt,) = town.booked(house, payment)
    with pytest.raises(RuleViolation, match="somebody else"):
        reverse_transaction(house, receipt.reference, reason="Never paid")
    reverse_transaction(employ(house, "second", "administrator"), receipt.reference, reason="Never paid")
    assert town.income(house, payment) == Money(0)
    clock.forward(timedelta(days=30))
    assert note_unproved(house) == 0


def test_what_is_asked_at_its_provider_is_not_reported(phone):
    house, _, payment = phone
    elsewhere = {name: evolve(each, capabilities=frozenset()) for name, each in house.providers.items()}
    with pytest.raises(RuleViolation, match="is asked and not reported"):
        report_payment(evolve(house, providers=elsewhere), payment.reference, Reported.DECLINED)
