"""What a council's settings may say of its Stripe account."""

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
class StripeSettings:
    """Settings of an account at Stripe.

    Attributes:
        api_key_secret: The name of the secret that holds the secret key, or a restricted one.
        webhook_secrets: The names of the secrets that webhooks may be signed by: one, or two while one is replaced.
        base_url: Where the API is; whether it is a test is said by the key.

    Raises:
        ConfigurationError: One of them cannot be what it is to be.
    """

    api_key_secret: str = "stripe_api_key"  # noqa: S105 - the secret's name
    webhook_secrets: tuple[str, ...] = field(default=("stripe_webhook",), validator=_some)
    base_url: str = field(default="https://api.stripe.com", validator=_secure)
