"""What a council's settings may say of its GoCardless account."""

from __future__ import annotations

from urllib.parse import urlsplit

from attrs import Attribute, field, frozen

from localgov_ims.errors import ConfigurationError

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def _secure(_: object, __: Attribute[str], value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in _HERE):
        message = f"base_url must begin with https://, not {value!r}: what is sent is personal."
        raise ConfigurationError("not_secure", message, value=value)


def _some(_: object, __: Attribute[tuple[str, ...]], value: tuple[str, ...]) -> None:
    if not value:
        message = "webhook_secrets must name one secret at least, or no webhook could be believed."
        raise ConfigurationError("no_webhook_secret", message)


@frozen(kw_only=True)
class GoCardlessSettings:
    """Settings of an account at GoCardless.

    Attributes:
        access_token_secret: The name of the secret that holds the access token.
        webhook_secrets: The names of the secrets that webhooks may be signed by: one, or two while one is replaced.
        base_url: `https://api-sandbox.gocardless.com` for the sandbox.

    Raises:
        ConfigurationError: One of them cannot be what it is to be.
    """

    access_token_secret: str = "gocardless_access_token"  # noqa: S105 - the secret's name
    webhook_secrets: tuple[str, ...] = field(default=("gocardless_webhook",), validator=_some)
    base_url: str = field(default="https://api.gocardless.com", validator=_secure)
