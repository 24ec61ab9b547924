"""Whole journeys over real HTTP: the payer, the council's commands, its receiver of webhooks, and GOV.UK Pay's mock."""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

import pytest
from tests.cli.desk import RENT, TAX
from tests.service.files import camt, entry
from tests.stories.pay_desk import PayDesk, pay_desk, post

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import holds_card
from localgov_ims.errors import AdapterError, AlreadyDone, RuleViolation
from localgov_ims.service.refunds.asking import RefundOf, refund_payment, view_refund
from localgov_ims.service.refunds.sending import send_to_provider


@pytest.fixture
def pay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PayDesk]:
    """Give a council with GOV.UK Pay and Stripe behind it."""
    with pay_desk(tmp_path / "council", monkeypatch) as desk:
        yield desk


def test_who_pays_and_closes_the_tab_while_the_webhook_is_lost_is_booked_once(pay: PayDesk) -> None:
    reference = pay.asked(f"{TAX}:120.00", f"{RENT}:5.50")
    pay.mock.faults.waiting.clear()
    pay.control("faults", operation="POST /v1/payments", mode="hang_after")
    url = pay.started(reference)  # the first answer is lost; the command tries again under the same key
    pay.pays(url)
    assert len(pay.mock.ledger.payments) == 1
    with pay.listening() as address:
        pay.control("webhooks", mode="drop", n=1)
        assert pay.state(reference) == "pending"
        assert pay.sweep_later()["payments"]["moved"] == 1
        assert (pay.state(reference), pay.receipts(reference)) == ("succeeded", 1)
        # What was lost comes after all: late, twice, forged and cut.
        assert pay.control("webhooks", mode="duplicate", n=1)["sent"] == [200, 200]
        pay.pays(pay.started(pay.asked()))
        assert pay.control("webhooks", mode="forge", n=1)["sent"] == [400]
        assert pay.control("webhooks", mode="truncate", n=1)["sent"] == [400]
        with pytest.raises(Exception, match="404"):
            post(f"{address}nobody", {}, {})
    assert pay.desk.ask("payments", "sweep", by="bridge")["events"] == {"answered": 1, "waiting": 0}
    assert pay.receipts(reference) == 1
    assert pay.laws_hold()


def test_a_webhook_that_arrives_books_the_payment_without_the_sweep_of_pending_ones(pay: PayDesk) -> None:
    reference = pay.asked()
    pay.pays(pay.started(reference))
    with pay.listening():
        assert set(pay.control("webhooks", mode="reorder")["sent"]) == {200}
    assert pay.desk.ask("payments", "sweep", by="bridge")["payments"]["asked"] == 0
    assert (pay.state(reference), pay.receipts(reference)) == ("succeeded", 1)


def test_a_payer_who_does_not_pay_is_not_booked(pay: PayDesk) -> None:
    asked = {"declined": pay.asked(), "cancel": pay.asked()}
    for action, reference in asked.items():
        pay.pays(pay.started(reference), action)
    pay.sweep_later()
    assert [pay.state(reference) for reference in asked.values()] == ["failed", "cancelled"]
    assert [pay.receipts(reference) for reference in asked.values()] == [0, 0]


def test_a_refund_raced_by_two_clerks_is_paid_once(pay: PayDesk) -> None:
    reference = pay.paid(f"{TAX}:120.00")
    house = open_installation(pay.desk.config, by="ann")
    half = [RefundOf(line=f"{reference}_1", amount=Money(70_00))]

    def clerk(_: int) -> str | None:
        with suppress(RuleViolation, AlreadyDone):
            return refund_payment(house, half, reason="Paid twice").reference
        return None

    with ThreadPoolExecutor(2) as pool:
        asked = [each for each in pool.map(clerk, range(2)) if each is not None]
    assert len(asked) == 1, "what one has drawn the other cannot draw"

    def send(_: int) -> None:
        with suppress(AdapterError, RuleViolation):
            send_to_provider(house, asked[0])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))
    (payment,) = pay.mock.ledger.payments.values()
    assert [each.amount for each in payment.refunds] == [70_00]
    pay.control(f"refunds/{payment.refunds[0].id}/advance", to="success")
    pay.desk.ask("payments", "sweep", by="bridge")
    assert view_refund(house, asked[0]).state.value == "succeeded"
    house.store.close()
    assert pay.laws_hold()


def test_a_dispute_that_is_lost_reverses_its_receipt_once(pay: PayDesk) -> None:
    reference = pay.paid()
    (theirs,) = pay.mock.ledger.payments
    pay.control("disputes", payment_id=theirs)
    assert [pay.sweep_later()["lost_disputes"]["moved"] for _ in range(2)] == [1, 1]
    shown = pay.desk.ask("payments", "show", reference)
    assert [len(receipt["reversed_by"]) for receipt in shown["receipts"]] == [1]
    assert pay.laws_hold()


@pytest.mark.parametrize(
    ("processor", "shape", "net"),
    [("stripe", "itemised", "125.10"), ("worldpay", "by_merchant_code", "125.50")],
)
def test_a_payout_arrives_and_clears_its_payments_whoever_stands_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processor: str, shape: str, net: str
) -> None:
    with pay_desk(tmp_path / "council", monkeypatch, processor, shape) as pay:
        for item in (f"{TAX}:120.00", f"{RENT}:5.50"):
            pay.paid(item)
        today = pay.mock.ledger.now().date()
        assert pay.control("settle", on=today.isoformat())["net"] == int(Money.parse(net).pence)
        days = ("--since", today.isoformat(), "--until", today.isoformat())
        (fetched,) = pay.desk.ask("settlements", "fetch", "--source", "pay", *days)
        assert (fetched["status"], fetched["settlements"]) == ("recorded", 1)
        (again,) = pay.desk.ask("settlements", "fetch", "--source", "pay", *days)
        assert again["status"] == "seen"
        _banked(pay, tmp_path, net, today)
        done = pay.desk.ask("reconcile")
        assert done["matches"] | {"settlement": 1, "settlement-line": 2} == done["matches"]
        assert pay.laws_hold()


def _banked(pay: PayDesk, folder: Path, net: str, day: date) -> None:
    statement = camt(entry(net, "CARD PAYOUT"), day=day)
    file = folder / "bank.xml"
    stream = statement.stream
    assert isinstance(stream, io.BytesIO)
    file.write_bytes(stream.getvalue())
    (imported,) = pay.desk.ask("import", str(file))
    assert imported["status"] == "recorded"


def test_no_key_token_or_card_number_is_in_any_log_output_or_record(
    pay: PayDesk, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(0)
    reference = pay.asked()
    url = pay.started(reference)
    pay.pays(url)
    pay.control("faults", operation="GET /v1/payments/{paymentId}", mode="500")
    shown = str(pay.sweep_later())
    with pay.listening():
        pay.control("webhooks", mode="forge", n=1)
        pay.control("webhooks")
    shown += (
        str(pay.sweep_later())
        + str(pay.desk.ask("payments", "show", reference))
        + pay.desk.said("explain", reference)
    )
    shown += pay.desk.refused("payments", "start", reference, "--return-to", "https://x.example", code=4)
    shown += "\n".join(f"{record.name} {record.getMessage()}" for record in caplog.records)
    kept = _texts(tmp_path / "council" / "ims.sqlite")
    assert reference in kept
    token = url.rpartition("/")[2]
    (payment,) = pay.mock.ledger.payments.values()
    way_back = str(payment.asked["return_url"]).rpartition("/")[2]
    for secret in ("api_test_mock", "mock webhook secret", "k" * 32, token, way_back):
        assert secret not in shown
        assert not any(secret in text for text in kept)
    # Ids and hashes are digits by chance, which may come out as a card number would.
    assert not [text for text in (shown, *kept) if holds_card(_ID.sub("", text))]


_ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12,}")


def _texts(database: Path) -> set[str]:
    """Return every text in a database."""
    with closing(sqlite3.connect(database)) as connection:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        rows = [row for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]
    return {value for row in rows for value in row if isinstance(value, str)}
