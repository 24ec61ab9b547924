"""`[notifier]` in the settings: chosen by name, told what it asks for, opened only when something is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.service.money_in import item, pay

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.errors import ConfigurationError
from localgov_ims.service.payments.links import pay_link
from localgov_ims.simulator.small_council import settings_text

SMTP = 'name = "smtp"\nhost = "mail.council.example"\nsender = "payments@council.example"\n'


def _opened(folder: Path, notifier: str | None):
    config = folder / "council.toml"
    text = settings_text() + (f"\n[notifier]\n{notifier}" if notifier is not None else "")
    config.write_text(text, encoding="utf-8")
    return open_installation(config, by="tester", create=True)


def test_without_the_table_there_is_no_notifier(tmp_path):
    installation = _opened(tmp_path, None)
    assert installation.notifier is None
    installation.store.close()


def test_the_notifier_is_made_when_it_is_opened_and_asks_for_its_password_then(tmp_path, monkeypatch):
    installation = _opened(tmp_path, SMTP + 'username = "ims"\npassword_secret = "smtp_password"\n')
    chosen = installation.notifier
    assert chosen is not None
    assert chosen.name == "smtp"
    with pytest.raises(ConfigurationError, match="IMS_SECRET_SMTP_PASSWORD"), chosen.opened():
        pass
    monkeypatch.setenv("IMS_SECRET_SMTP_PASSWORD", "correct horse")
    with chosen.opened() as notifier:
        assert notifier.settings.host == "mail.council.example"
        assert notifier.password.reveal() == "correct horse"
        assert notifier.clock is installation.clock
    installation.store.close()


@pytest.mark.parametrize(
    ("notifier", "said"),
    [
        ('name = "pigeon"\n', "no enabled plugin offers such a notifier; there are: smtp"),
        ('name = "govuk-notify"\n', "no enabled plugin offers such a notifier"),  # installed is not enabled
        ('host = "mail.council.example"\n', "name = None"),
        ("name = 5\n", "name = 5"),
        (SMTP + 'colour = "red"\n', "unknown: colour"),
        (SMTP.replace("host", "hots"), "missing: host"),
        (SMTP + 'port = "x"\n', "must be a whole number"),
        (SMTP + 'security = "ssl"\n', "ssl"),
        (SMTP + 'username = "ims"\n', "needs both username and password_secret"),
        (SMTP.replace("payments@", ""), "must be|is not an e-mail address"),
    ],
)
def test_what_no_notifier_could_use_is_refused_when_settings_are_read(tmp_path, notifier, said):
    with pytest.raises(ConfigurationError, match=said):
        _opened(tmp_path, notifier)


def test_link_keys_are_secrets_the_first_of_which_signs(tmp_path, monkeypatch):
    installation = _opened(tmp_path, None)
    monkeypatch.setenv("IMS_SECRET_LINK_KEYS", f"{'n' * 32}\n{'o' * 40}")
    assert list(installation.link_keys()) == [b"n" * 32, b"o" * 40]
    monkeypatch.setenv("IMS_SECRET_LINK_KEYS", "short")
    payment = pay(installation, item("05", "12345678902", "1.00"), channel=_staff())
    with pytest.raises(ConfigurationError, match="at least 32 bytes"):
        pay_link(installation, payment.reference)
    installation.store.close()


def _staff():
    from localgov_ims.domain.transactions import Channel

    return Channel.STAFF
