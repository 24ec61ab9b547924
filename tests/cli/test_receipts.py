"""`ims receipts` as people and scripts call it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from attrs import define
from tests.builtin.test_smtp import Mailbox, _free_port
from tests.cli.test_cli import answer, call
from tests.service.money_in import item, pay, says

from localgov_ims.bootstrap.installing import now, open_installation
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import shown
from localgov_ims.domain.transactions import Channel
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.simulator.small_council import settings_text

TO = "amina.khan@example.org"


@define
class Desk:
    """A council with one payment, and a mailbox to which it sends."""

    config: Path
    payment: str
    mailbox: Mailbox

    @property
    def shown(self) -> str:
        return str(answer("--config", self.config, "receipts", "show", self.payment)["receipt_number"])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("IMS_ACTOR", "tester")
    mailbox, port = Mailbox(), _free_port()
    config = tmp_path / "council.toml"
    notifier = (
        f'\n[notifier]\nname = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        'sender = "payments@council.example"\n'
    )
    config.write_text(settings_text() + notifier, encoding="utf-8")
    installation = open_installation(config, by="tester", create=True)
    made = pay(installation, item("05", "12345678902", "10.00"), channel=Channel.STAFF)
    finish_payment(installation, says(made, observed_at=now(), taken_on=local_day(now())))
    installation.store.close()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield Desk(config, made.reference, mailbox)
    controller.stop()


def test_a_receipt_is_shown_and_written_to_files_that_only_their_owner_reads(
    desk: Desk, tmp_path: Path
) -> None:
    result = call(
        "--config", desk.config, "receipts", "show", shown(desk.payment), "--html", tmp_path / "r.html"
    )
    assert result.exit_code == 0
    assert result.output.startswith(f"RECEIPT\nReceipt number: {desk.shown}\n")
    assert "Housing rents: £10.00\nAccount: 12345678902\n" in result.output
    page = tmp_path / "r.html"
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    again = call("--config", desk.config, "receipts", "show", desk.payment, "--given", "--html", page)
    assert (again.exit_code, "is there already" in again.output) == (4, True)
    assert not answer("--config", desk.config, "receipts", "show", desk.payment)[
        "copy"
    ]  # so it was not given either


def test_a_receipt_is_written_as_a_pdf(desk: Desk, tmp_path: Path) -> None:
    pytest.importorskip("weasyprint", exc_type=ImportError)
    path = tmp_path / "r.pdf"
    assert (
        call("--config", desk.config, "receipts", "show", desk.payment, "--pdf", path, "--given").exit_code
        == 0
    )
    assert path.read_bytes().startswith(b"%PDF-")
    assert answer("--config", desk.config, "receipts", "show", desk.payment)["copy"] is True


def test_the_second_one_given_says_copy(desk: Desk) -> None:
    show = ("--config", desk.config, "receipts", "show", desk.payment)
    assert call(*show, "--copy").output.startswith("COPY OF RECEIPT\n")
    assert call(*show, "--given").output.startswith("RECEIPT\n")
    assert call(*show, "--given").output.startswith("COPY OF RECEIPT\n")
    assert call(*show, "--given", "--copy").exit_code == 2


def test_a_receipt_in_json_has_every_amount_in_pence(desk: Desk) -> None:
    found = answer("--config", desk.config, "receipts", "show", desk.payment)
    assert (found["title"], found["gross_pence"], found["vat_pence"], found["net_pence"]) == (
        "Receipt",
        1000,
        0,
        1000,
    )
    assert found["lines"] == [
        {
            "fund": "Housing rents", "account_reference": "12345678902", "narrative": None, "pence": 1000,
            "vat_code": None, "vat_rate": "No VAT", "vat_pence": 0,
        }
    ]  # fmt: skip
    assert (found["payer"], found["copy"], found["cancelled_by"]) == (None, False, [])


def test_a_receipt_is_queued_sent_and_listed_without_showing_the_person(desk: Desk) -> None:
    receipts = ("--config", desk.config, "receipts")
    assert call(*receipts, "outbox").output == "The outbox is empty.\n"
    queued = call(*receipts, "send", desk.payment, "--to", TO)
    assert (queued.exit_code, queued.output) == (
        0, f"Receipt {desk.shown} waits in the outbox. `ims receipts deliver` sends it.\n",
    )  # fmt: skip
    (waiting,) = answer(*receipts, "outbox")
    assert (waiting["state"], waiting["to"], waiting["attempts"]) == ("waiting", "a***@example.org", 0)
    assert call(*receipts, "deliver").output == (
        "1 message sent, 0 failed for now, 0 given up; 0 still to be sent.\n"
    )
    (mail,) = desk.mailbox.mails
    assert (mail["To"], mail["Message-ID"]) == (TO, f"<{waiting['message']}@council.example>")
    assert answer(*receipts, "outbox") == []
    (sent,) = answer(*receipts, "outbox", "--all")
    assert (sent["state"], sent["notifier"], sent["reference"]) == ("sent", "smtp", mail["Message-ID"])
    assert "amina" not in call(*receipts, "outbox", "--all").output
    assert answer(*receipts, "send", desk.payment, "--to", TO)["copy"] is True
    assert answer(*receipts, "deliver") == {"sent": 1, "failed": 0, "given_up": 0, "waiting": 0}


def test_a_refusal_is_told_with_where_to_look(desk: Desk) -> None:
    desk.mailbox.answers = {"rcpt": f"550 No mailbox {TO}"}
    receipts = ("--config", desk.config, "receipts")
    call(*receipts, "send", desk.payment, "--to", TO)
    assert call(*receipts, "deliver").output == (
        "0 messages sent, 0 failed for now, 1 given up; 0 still to be sent.\n`ims receipts outbox` says why.\n"
    )
    (given_up,) = answer(*receipts, "outbox")
    assert (given_up["state"], given_up["code"], given_up["may_have_gone"]) == (
        "given_up",
        "smtp_rejected",
        False,
    )
    assert "550 No mailbox (address)" in given_up["detail"]
    listed = call(*receipts, "outbox").output
    assert "given up" in listed
    assert "amina" not in listed


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["show", "K7MP-2QXW-9TRN"], 6), (["send", "K7MP-2QXW-9TRN", "--to", TO], 6), (["show"], 2),
        (["send", "K7MP-2QXW-9TRN"], 2),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_a_sentence_and_an_exit_code(
    desk: Desk, arguments: list[str], code: int
) -> None:
    result = call("--config", desk.config, "receipts", *arguments)
    assert result.exit_code == code
    assert "Traceback" not in result.output


def test_an_address_that_is_none_is_refused(desk: Desk) -> None:
    result = call("--config", desk.config, "receipts", "send", desk.payment, "--to", "amina")
    assert (result.exit_code, "'amina' is not an e-mail address" in result.output) == (3, True)


def test_somebody_without_rights_is_told_which_they_need(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("--config", desk.config, "users", "add", "cass", "--role", "cashier").exit_code == 0
    monkeypatch.setenv("IMS_ACTOR", "cass")
    result = call("--config", desk.config, "receipts", "deliver")
    assert (result.exit_code, "message.manage" in result.output) == (7, True)
