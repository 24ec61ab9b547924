"""Payouts: by the day they were settled or by merchant code, each a file that adds up, the same bytes each time."""

from __future__ import annotations

import io
from datetime import date

import pytest
from attrs import evolve
from paying import Rig

from localgov_ims.domain.settlements import SettlementLine
from localgov_ims.errors import Unavailable, UnexpectedAnswer
from localgov_ims.files import reading
from localgov_ims.files.events import Opened
from localgov_ims.hooks import Download, registry
from localgov_ims.hooks.providers import Capability
from localgov_ims_govuk_pay import settlement_reader
from localgov_ims_govuk_pay.mock import MockGovukPay
from localgov_ims_govuk_pay.options import SettlementShape
from localgov_ims_govuk_pay.settlements import _disputed

PAID_ON = date(2026, 5, 14)


def lines(download: Download) -> list[SettlementLine]:
    events = list(reading.events(settlement_reader(), io.BytesIO(download.content), None))
    assert [each for each in events if type(each).__name__ == "Issue"] == []
    return [each for each in events if isinstance(each, SettlementLine)]


def refund(rig: Rig, theirs: str, pence: int) -> None:
    from test_provider import give_back

    made = rig.provider.refund(give_back(rig, theirs, pence), key="r")
    rig.client.control(f"refunds/{made.provider_reference}/advance", to="success")


def settled(rig: Rig, on: date = PAID_ON) -> int:
    rig.client.control("clock", advance_s=60)
    return int(rig.client.control("settle", on=on.isoformat())["net"])


def fetched(rig: Rig, since: date = PAID_ON, until: date = PAID_ON) -> list[Download]:
    return list(rig.source.fetch(since, until))


def test_a_payout_is_its_payments_less_fees_refunds_and_lost_disputes(rig):
    first, second = rig.paid("key-1", 10_000), rig.paid("key-2", 5_000, surcharge=100)
    refund(rig, first, 1_000)
    rig.client.control("disputes", payment_id=second, amount=5_100)
    net = settled(rig)
    (download,) = fetched(rig)
    found = lines(download)
    assert sum(line.net.pence for line in found) == net == 10_000 - 20 + 5_100 - 20 - 1_000 - 5_100 - 1_500
    assert sorted((line.kind.value, line.amount.pence, line.fee.pence, line.net.pence) for line in found) == [
        ("adjustment", 100, 0, 100), ("dispute", -5_100, 1_500, -6_600), ("payment", 5_000, 20, 4_980),
        ("payment", 10_000, 20, 9_980), ("refund", -1_000, 0, -1_000),
    ]  # fmt: skip
    assert {line.provider_reference for line in found} == {first, second}
    assert all(line.amount - line.fee == line.net for line in found)


def test_the_same_payout_is_the_same_bytes_and_each_day_its_own_file(rig):
    rig.paid("key-1", 100)
    settled(rig)
    rig.paid("key-2", 200)
    settled(rig, date(2026, 5, 15))
    two = fetched(rig, date(2026, 5, 11), date(2026, 5, 17))
    assert [each.name for each in two] == [
        "govukpay-govukpay-2026-05-14.csv",
        "govukpay-govukpay-2026-05-15.csv",
    ]
    assert two == fetched(rig, date(2026, 5, 11), date(2026, 5, 17))


def test_a_payment_that_failed_may_cost_a_fee(rig):
    theirs = rig.created()
    rig.to(theirs, "failed", code="P0010", fee=5)
    rig.mock.ledger.payments[theirs].settled_on = PAID_ON.isoformat()
    rig.client.control("clock", advance_s=60)
    (line,) = lines(fetched(rig)[0])
    assert (line.kind.value, line.amount.pence, line.fee.pence, line.net.pence) == ("fee", 0, 5, -5)


@pytest.mark.parametrize("processor", ["worldpay", "adyen"])
def test_by_merchant_code_what_was_captured_in_a_day_is_one_credit_without_fees(processor):
    rig = Rig(mock=MockGovukPay(control="let me", processor=processor))
    rig.settings = evolve(rig.settings, settlement=SettlementShape.BY_MERCHANT_CODE, merchant_code="COUNCIL1")
    rig.paid("key-1", 10_000), rig.paid("key-2", 5_000)
    assert settled(rig) == 15_000
    (download,) = fetched(rig, date(2026, 5, 12), date(2026, 5, 13))
    events = list(reading.events(settlement_reader(), io.BytesIO(download.content), None))
    opened = next(each for each in events if isinstance(each, Opened))
    assert (opened.number, opened.paid_on) == ("COUNCIL1-2026-05-12", date(2026, 5, 12))
    assert sum(line.net.pence for line in lines(download)) == 15_000


def test_a_day_that_does_not_come_whole_is_not_taken(rig, monkeypatch):
    rig.paid()
    settled(rig)
    rig.fault("GET /v1/refunds", "500")
    with pytest.raises(Unavailable):
        fetched(rig)
    monkeypatch.setattr("localgov_ims_govuk_pay.mock.views.payment_view", _a_penny_off)
    with pytest.raises(UnexpectedAnswer, match="is not its amount less its fee"):
        fetched(rig)


def _a_penny_off(_, payment, __, **___):
    return {
        "payment_id": payment.id, "amount": 100, "reference": "R", "description": "d", "net_amount": 81, "fee": 20,
        "created_date": "2026-05-12T09:00:00.000Z", "state": {"status": "success", "finished": True}, "_links": {},
        "settlement_summary": {"settled_date": "2026-05-14"},
    }  # fmt: skip


def test_a_file_that_is_a_penny_wrong_is_refused(rig):
    rig.paid()
    settled(rig)
    (download,) = fetched(rig)
    wrong = download.content.replace(b"125.30", b"125.31")
    assert wrong != download.content
    events = list(reading.events(settlement_reader(), io.BytesIO(wrong), None))
    assert [each.code for each in events if type(each).__name__ == "Issue"] == ["total-mismatch"]


def test_a_disputes_moment_is_read_as_the_guide_writes_it():
    lost = {
        "dispute_id": "d", "payment_id": "p", "net_amount": -2500, "fee": 1500, "created_date": "2022-01-21T17:15:000Z",
    }  # fmt: skip
    line = _disputed(lost)
    assert (line.gross, line.fee, line.net, line.occurred_on) == (-1000, 1500, -2500, "2022-01-21")


def test_the_plugin_offers_the_provider_its_payouts_and_their_reader():
    found = registry.load(["govuk-pay"])
    assert Capability.MOTO in found.providers["govukpay"].capabilities
    assert found.settlement_sources["govukpay"].format in {reader.name for reader in found.readers}
