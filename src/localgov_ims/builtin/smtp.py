"""`smtp`: messages through a council's own mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from attrs import field, frozen

from localgov_ims.builtin.smtp_settings import SmtpSettings
from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import (
    AdapterError,
    ConfigurationError,
    InvalidValue,
    NotAuthorised,
    OutcomeUnknown,
    Rejected,
    Unavailable,
)  # fmt: skip
from localgov_ims.hooks import HttpClient, Secret, Secrets
from localgov_ims.hooks.notifiers import Delivery, Message, check_key

__all__ = ["Smtp", "SmtpSettings", "smtp"]

TIMEOUT = 30
"""Seconds to wait for each answer."""

# Long lines and other alphabets are encoded: not every server passes eight bits on.
_POLICY = policy.SMTP.clone(cte_type="7bit")
_ASKED_TO_SIGN_IN = frozenset({530, 534, 535, 538})  # RFC 4954, section 6
_PERMANENT = 500


@frozen(kw_only=True)
class Smtp:
    """Sends each message over a connection of its own. Offered as `smtp`.

    A server that has said no, has not taken the message (RFC 5321, section 4.2.1); one that falls silent
    once the message is on its way may have.
    """

    settings: SmtpSettings
    clock: Clock
    password: Secret | None = None
    trust: ssl.SSLContext | None = field(default=None, repr=False)

    def send(self, message: Message, *, key: str) -> Delivery:
        """Hand one message over; its Message-ID is made of *key*, so that a mailbox can tell a repeat.

        Raises:
            InvalidValue: The message cannot be written as an e-mail; nothing was sent.
            Rejected: The server refuses the recipient or the message for good.
            NotAuthorised: It refuses our sign-in, or wants one.
            Unavailable: It cannot be reached, its certificate is not to be trusted, or it says: not now.
            OutcomeUnknown: It fell silent after the message had begun.
        """
        reference = f"<{check_key(key)}@{self.settings.domain}>"
        mail = _mail(self.settings, message, reference, self.clock())
        abroad = not message.to.isascii()
        data = mail.as_bytes(policy=_POLICY.clone(utf8=abroad))
        with self._connected() as server:
            options = ["SMTPUTF8", "BODY=8BITMIME"] if abroad and server.has_extn("smtputf8") else []
            if abroad and not options:
                raise self._refused(Rejected, f"it takes no address such as '{quoted(message.to)}'")
            self._accepted(server.mail(self.settings.sender, options))
            self._accepted(server.rcpt(message.to))
            self._hand_over(server, data, key)
            # It has the message: whatever becomes of the goodbye, it was sent.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        return Delivery(reference=reference)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Give a server that has been greeted and signed in to; what breaks in here has sent nothing."""
        server: smtplib.SMTP | None = None
        try:
            try:
                server = self._greeted()
                if self.settings.username is not None and self.password is not None:
                    server.login(self.settings.username, self.password.reveal())
            except smtplib.SMTPAuthenticationError as error:
                # The server's words may repeat what it was given, so neither they nor their error go on.
                raise self._sign_in_refused(error.smtp_code) from None
            yield server
        except (smtplib.SMTPException, OSError) as error:
            raise self._refused(Unavailable, f"{type(error).__name__}: {error}") from error
        finally:
            if server is not None:
                server.close()

    def _greeted(self) -> smtplib.SMTP:
        settings = self.settings
        at, domain = (settings.host, settings.port), settings.domain
        if settings.security == "tls":
            return smtplib.SMTP_SSL(*at, local_hostname=domain, timeout=TIMEOUT, context=self._trusted())
        server = smtplib.SMTP(*at, local_hostname=domain, timeout=TIMEOUT)
        try:
            if settings.security == "starttls":
                server.starttls(context=self._trusted())
            server.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError):
            server.close()
            raise
        return server

    def _trusted(self) -> ssl.SSLContext:
        return self.trust or ssl.create_default_context()

    def _hand_over(self, server: smtplib.SMTP, data: bytes, key: str) -> None:
        try:
            answer = server.data(data)
        except smtplib.SMTPDataError as error:  # it did not want the message to begin
            answer = (error.smtp_code, _bytes(error.smtp_error))
        except (smtplib.SMTPException, OSError) as error:
            message = (
                f"Mail server {self.settings.host} fell silent after the message had begun ({type(error).__name__}). "
                "It may have been sent; look in the mailbox or the server's log before sending it again."
            )
            raise OutcomeUnknown("outcome_unknown", message, adapter="smtp", key=key) from error
        self._accepted(answer)

    def _accepted(self, answer: tuple[int, bytes]) -> None:
        """Go on if the server said yes.

        Raises:
            Rejected, NotAuthorised, Unavailable: It said no: for good, to us, or for now.
        """
        code, words = answer
        if code in range(200, 300):
            return
        if code in _ASKED_TO_SIGN_IN:
            raise self._sign_in_refused(code)
        kind = Rejected if code >= _PERMANENT else Unavailable
        raise self._refused(kind, f"{code} {quoted(words.decode('utf-8', 'replace'))}")

    def _sign_in_refused(self, code: int) -> AdapterError:
        if code < _PERMANENT:
            return self._refused(Unavailable, f"it cannot sign anybody in now, {code}")
        return self._refused(NotAuthorised, f"it does not accept our sign-in, {code}")

    def _refused(self, kind: type[AdapterError], why: str) -> AdapterError:
        advice = "try again later" if kind is Unavailable else "put right what it says, then send it anew"
        message = (
            f"Mail server {self.settings.host} did not take the message ({why}). Nothing was sent; {advice}."
        )
        return kind("smtp_" + kind.__name__.lower(), message, adapter="smtp", host=self.settings.host)


def smtp(settings: SmtpSettings, http: HttpClient, clock: Clock, secrets: Secrets) -> Smtp:
    """Make the notifier; SMTP has no use for the HTTP client.

    Raises:
        ConfigurationError: The password is not set, or cannot be sent in plain letters.
    """
    del http
    name = settings.password_secret
    password = secrets.get(name) if name is not None else None
    if password is not None and not f"{settings.username}{password.reveal()}".isascii():
        message = f"The name and the password {name!r} for the mail server must be in plain letters and signs (ASCII)."
        raise ConfigurationError("sign_in_not_ascii", message, secret=name)
    return Smtp(settings=settings, clock=clock, password=password)


def _mail(settings: SmtpSettings, message: Message, reference: str, at: datetime) -> EmailMessage:
    mail = EmailMessage(policy=_POLICY)
    try:
        mail["From"] = Address(settings.sender_name, *_parts(settings.sender))
        mail["To"] = Address("", *_parts(message.to))
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = reference
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: asks for no "I am on holiday"
        mail.set_content(message.text)
        if message.html is not None:
            mail.add_alternative(message.html, subtype="html")
        for file in message.attachments:
            kind, _, subtype = file.media_type.partition("/")
            mail.add_attachment(file.data, maintype=kind, subtype=subtype, filename=file.name)
    except (ValueError, MessageError) as error:
        bad = f"The message to '{quoted(message.to)}' cannot be written as an e-mail: {error}. Put it right."
        raise InvalidValue("bad_message", bad, value=message.to) from error
    return mail


def _parts(address: str) -> tuple[str, str]:
    name, _, domain = address.rpartition("@")
    return name, domain


def _bytes(words: bytes | str) -> bytes:
    return words.encode() if isinstance(words, str) else words
