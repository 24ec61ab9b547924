"""What settings say of a council's mail server."""

from __future__ import annotations

import re
from typing import Literal

from attrs import frozen

from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import ConfigurationError, InvalidValue
from localgov_ims.hooks.notifiers import check_address

_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")
_LAST_PORT = 65_535


@frozen(kw_only=True)
class SmtpSettings:
    """The settings of `smtp`.

    Attributes:
        host, port: Where it listens; 587 takes mail to be sent on, 465 speaks TLS from the start.
        sender: The address that messages come from.
        sender_name: What a mailbox shows before it, such as the council's name.
        security: `starttls`, `tls` from the start, or `none` for a server on this machine.
        username, password_secret: For signing in: a name, and the name of the secret that holds the password.

    Raises:
        ConfigurationError: There can be no such server, half of a sign-in is given, or a password would travel for
            all to read.
        InvalidValue: The sender is no address, or their name no line.
    """

    host: str
    port: int = 587
    sender: str
    sender_name: str = ""
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password_secret: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be, or contradicts itself."""
        if _HOST.fullmatch(self.host) is None or not 0 < self.port <= _LAST_PORT:
            message = f"No mail server can be at '{quoted(self.host)}', port {self.port}. Give its name, such as mail.council.example."
            raise ConfigurationError("bad_host", message)
        if self.security not in {"starttls", "tls", "none"}:
            message = f"security = '{quoted(self.security)}' is not known: write 'starttls', 'tls' or 'none'."
            raise ConfigurationError("bad_security", message)
        if not check_address(self.sender).isascii():
            message = f"The sender '{quoted(self.sender)}' must be in plain letters: not every mailbox takes another."
            raise InvalidValue("bad_address", message, value=self.sender)
        if not self.sender_name.isprintable():
            message = (
                f"The sender's name '{quoted(self.sender_name)}' must be one line without control characters."
            )
            raise InvalidValue("bad_sender_name", message, value=self.sender_name)
        if (self.username is None) != (self.password_secret is None):
            message = "Signing in to the mail server needs both username and password_secret, or neither."
            raise ConfigurationError("half_sign_in", message)
        if self.username is not None and self.security == "none":
            message = (
                "With security = 'none' the password would travel for all to read. Use 'starttls' or 'tls'."
            )
            raise ConfigurationError("password_in_clear", message)

    @property
    def domain(self) -> str:
        """Return the sender's domain, by which we greet the server and name messages."""
        return self.sender.rpartition("@")[2]
