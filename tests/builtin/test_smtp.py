"""`smtp` against a real mail server on a local port."""

from __future__ import annotations

import email
import email.policy
import logging
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from localgov_ims.builtin.smtp import Smtp, SmtpSettings, smtp
from localgov_ims.errors import (
    ConfigurationError,
    InvalidValue,
    NotAuthorised,
    OutcomeUnknown,
    Rejected,
    Unavailable,
)  # fmt: skip
from localgov_ims.hooks import Attachment, Message, Secret
from localgov_ims.testing.notifiers import KEY, MESSAGE, NotifierContract, Outcome, Received, Rig

SENDER = "payments@council.example"
PASSWORD = "correct horse battery"
logging.getLogger("mail.log").setLevel(logging.WARNING)  # the server's own log, which shows all that it says


def _clock() -> datetime:
    return datetime(2026, 5, 12, 9, 30, tzinfo=UTC)


class Mailbox:
    """Takes every message, unless told to answer a command otherwise."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.mails: list[EmailMessage] = []
        self.signed_in: list[str] = []

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802 - aiosmtpd's names
        if "rcpt" not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 OK")

    async def handle_MAIL(self, server, session, envelope, address, mail_options):  # noqa: N802
        envelope.mail_from = address
        return self.answers.get("mail", "250 OK")

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if "data" not in self.answers:
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return self.answers.get("data", "250 OK")

    def authenticate(self, server, session, envelope, mechanism, data) -> AuthResult:
        self.signed_in.append(data.login.decode())
        if "auth" in self.answers:
            return AuthResult(success=False, handled=False, message=self.answers["auth"])
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Give a certificate authority of the test's own."""
    return trustme.CA()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


@contextmanager
def _server(mailbox: Mailbox, authority: trustme.CA, security: str) -> Iterator[int]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    options = {
        "none": {},
        "tls": {"ssl_context": context},
        "starttls": {"tls_context": context, "require_starttls": True},
    }[security]
    if security != "none":
        # over TLS from the start the server does not know that it is, and would offer no sign-in
        required = security == "starttls"
        options |= {
            "authenticator": mailbox.authenticate,
            "auth_required": required,
            "auth_require_tls": required,
        }
    controller = Controller(mailbox, hostname="127.0.0.1", port=_free_port(), enable_SMTPUTF8=True, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _notifier(port: int, authority: trustme.CA, security: str = "starttls", **changes: object) -> Smtp:
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    given = {"host": "localhost", "port": port, "sender": SENDER, "security": security}
    if security != "none":
        given |= {"username": "ims", "password_secret": "smtp_password"}
    settings = SmtpSettings(**(given | changes))
    password = Secret(PASSWORD) if settings.username is not None else None
    return Smtp(settings=settings, clock=_clock, password=password, trust=trust)


class TestSmtp(NotifierContract):
    secret = PASSWORD

    @pytest.fixture(autouse=True)
    def _given(self, authority):
        self.authority = authority

    @contextmanager
    def make(self, outcome: Outcome) -> Iterator[Rig]:
        answers = {
            Outcome.REJECTED: {"rcpt": "550 No such mailbox"},
            # a server that repeats what it was given
            Outcome.NOT_AUTHORISED: {"auth": f"535 {PASSWORD} is wrong"},
            Outcome.BUSY: {"rcpt": "451 Try again later"},
        }.get(outcome, {})
        mailbox = Mailbox(**answers)
        rig = Rig(notifier=_notifier(_free_port(), self.authority), received=[])
        if outcome is Outcome.UNREACHABLE:
            yield rig
        elif outcome is Outcome.SILENT:
            with _falling_silent(rig.received) as port:
                yield Rig(notifier=_notifier(port, self.authority, "none"), received=rig.received)
        else:
            with _server(mailbox, self.authority, "starttls") as port:
                yield Rig(notifier=_notifier(port, self.authority), received=rig.received)
            rig.received.extend(
                Received(to=m["To"], subject=m["Subject"], text=m.get_content(), key=m["Message-ID"])
                for m in mailbox.mails
            )


@contextmanager
def _falling_silent(received: list[Received]) -> Iterator[int]:
    """Give the port of a server that takes a message and hangs up before it answers."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            while line := self.rfile.readline():
                if not line.upper().startswith(b"DATA"):
                    self.wfile.write(b"250 OK\r\n")
                    continue
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() != b".\r\n":
                    pass
                received.append(Received(to="", subject="", text="", key=""))
                return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_text_page_and_files_arrive_as_they_were(authority, security):
    message = Message(
        to="amina@example.org", subject="Receipt £12 – Müller", text="Zahlung\nÜber £12.34\n.\n",
        html="<p>Über £12.34</p>",
        attachments=(Attachment(name="receipt.pdf", media_type="application/pdf", data=b"%PDF\x00\xff"),),
    )  # fmt: skip
    mailbox = Mailbox()
    with _server(mailbox, authority, security) as port:
        notifier = _notifier(port, authority, security, sender_name="Small Council – Payments")
        assert notifier.send(message, key=KEY).reference == f"<{KEY}@council.example>"
    (mail,) = mailbox.mails
    assert mail["Subject"] == message.subject
    assert mail["From"] == "Small Council – Payments <payments@council.example>"
    assert mail["To"] == message.to
    assert mail["Date"].datetime == _clock()
    assert mail["Message-ID"] == f"<{KEY}@council.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == message.text
    assert mail.get_body(("html",)).get_content().strip() == message.html
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file.get_content()) == (
        "receipt.pdf", "application/pdf", b"%PDF\x00\xff",
    )  # fmt: skip
    assert mailbox.signed_in == ([] if security == "none" else ["ims"])


def test_a_long_key_and_domain_stay_one_message_id(authority):
    mailbox = Mailbox()
    with _server(mailbox, authority, "none") as port:
        _notifier(port, authority, "none", sender=f"a@{'sub.' * 40}example.org").send(MESSAGE, key="k" * 100)
    assert mailbox.mails[0]["Message-ID"] == f"<{'k' * 100}@{'sub.' * 40}example.org>"


def test_an_address_of_another_alphabet_arrives_where_the_server_takes_it(authority):
    mailbox = Mailbox()
    message = Message(to="josé@example.org", subject="Receipt", text="x")
    with _server(mailbox, authority, "none") as port:
        _notifier(port, authority, "none").send(message, key=KEY)
    assert mailbox.mails[0]["To"] == "josé@example.org"
    with (
        _falling_silent([]) as port,
        pytest.raises(Rejected, match=r"takes no address such as 'josé@example.org'"),
    ):
        _notifier(port, authority, "none").send(message, key=KEY)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_nobody_we_trust_gets_no_password(authority, security):
    mailbox = Mailbox()
    with _server(mailbox, authority, security) as port:
        notifier = _notifier(port, trustme.CA(), security)
        with pytest.raises(Unavailable, match=r"CERTIFICATE_VERIFY_FAILED"):
            notifier.send(MESSAGE, key=KEY)
    assert (mailbox.signed_in, mailbox.mails) == ([], [])


def test_a_server_without_starttls_gets_no_password(authority):
    mailbox = Mailbox()
    with (
        _server(mailbox, authority, "none") as port,
        pytest.raises(Unavailable, match=r"STARTTLS extension not supported"),
    ):
        _notifier(port, authority, "starttls").send(MESSAGE, key=KEY)
    assert (mailbox.signed_in, mailbox.mails) == ([], [])


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"rcpt": "550 No such mailbox"}, Rejected),
        ({"rcpt": "450 Greylisted"}, Unavailable),
        ({"mail": "553 Not from you"}, Rejected),
        ({"mail": "530 Sign in first"}, NotAuthorised),
        ({"mail": "421 Closing"}, Unavailable),
        ({"data": "554 Looks like spam"}, Rejected),
        ({"data": "452 Out of space"}, Unavailable),
    ],
    ids=str,
)
def test_a_server_that_says_no_has_not_taken_it(authority, answers, kind):
    mailbox = Mailbox(**answers)
    (said,) = answers.values()
    with _server(mailbox, authority, "none") as port, pytest.raises(kind) as caught:
        _notifier(port, authority, "none").send(MESSAGE, key=KEY)
    assert type(caught.value) is kind
    assert "Nothing was sent" in caught.value.message
    if kind is not NotAuthorised:
        assert said in caught.value.message
    assert mailbox.mails == []


def test_silence_after_the_message_began_names_the_key(authority):
    with _falling_silent([]) as port, pytest.raises(OutcomeUnknown, match="It may have been sent") as caught:
        _notifier(port, authority, "none").send(MESSAGE, key=KEY)
    assert caught.value.data["key"] == KEY


def test_nobody_at_the_port_means_nothing_was_sent(authority):
    with pytest.raises(
        Unavailable, match=r"Mail server localhost did not take .*Connection refused.*Nothing was sent"
    ):
        _notifier(_free_port(), authority).send(MESSAGE, key=KEY)


@pytest.mark.parametrize(
    ("changes", "kind", "code"),
    [
        ({"username": None}, ConfigurationError, "half_sign_in"),
        ({"password_secret": None}, ConfigurationError, "half_sign_in"),
        ({"security": "none"}, ConfigurationError, "password_in_clear"),
        ({"host": ""}, ConfigurationError, "bad_host"),
        ({"host": "mail.council.example\r\n"}, ConfigurationError, "bad_host"),
        ({"port": 0}, ConfigurationError, "bad_host"),
        ({"port": 65_536}, ConfigurationError, "bad_host"),
        ({"security": "ssl"}, ConfigurationError, "bad_security"),
        ({"sender": "payments"}, InvalidValue, "bad_address"),
        ({"sender": "a@b.example\r\nBcc: c@d.example"}, InvalidValue, "bad_address"),
        ({"sender": "büro@council.example"}, InvalidValue, "bad_address"),
        ({"sender_name": "Council\r\nBcc: c@d.example"}, InvalidValue, "bad_sender_name"),
    ],
    ids=str,
)
def test_settings_that_contradict_themselves_are_refused(changes, kind, code):
    given = {"host": "localhost", "sender": SENDER, "username": "ims", "password_secret": "smtp_password"}
    with pytest.raises(kind) as caught:
        SmtpSettings(**(given | changes))
    assert caught.value.code == code


def test_the_password_is_asked_for_when_the_notifier_is_made():
    class Asked:
        def get(self, name: str) -> Secret:
            return Secret(f"the secret {name}")

    settings = SmtpSettings(host="localhost", sender=SENDER, username="ims", password_secret="mail")
    made = smtp(settings, None, _clock, Asked())
    assert made.password is not None
    assert made.password.reveal() == "the secret mail"
    assert smtp(SmtpSettings(host="localhost", sender=SENDER), None, _clock, Asked()).password is None


def test_a_password_that_could_not_be_sent_is_refused_at_start_and_not_shown():
    class Kept:
        def get(self, name: str) -> Secret:
            return Secret("pässword")

    settings = SmtpSettings(host="localhost", sender=SENDER, username="ims", password_secret="mail")
    with pytest.raises(
        ConfigurationError, match="'mail' for the mail server must be in plain letters"
    ) as caught:
        smtp(settings, None, _clock, Kept())
    assert "pässword" not in caught.value.message
