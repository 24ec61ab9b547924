"""What a council's settings may say of its SmartPay Fuse account."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from attrs import Attribute, field, frozen

from localgov_ims.errors import ConfigurationError

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def _secure(_: object, attribute: Attribute[Any], value: str | None) -> None:
    if value is None:
        return
    parts = urlsplit(value)
    if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in _HERE):
        message = f"{attribute.name} must begin with https://, not {value!r}: what is sent is personal."
        raise ConfigurationError("not_secure", message, value=value)


def _some(_: object, __: Attribute[tuple[str, ...]], value: tuple[str, ...]) -> None:
    if not value:
        message = "profile_secrets must name one secret at least, or no answer could be believed."
        raise ConfigurationError("no_webhook_secret", message)


@frozen(kw_only=True)
class FuseSettings:
    """Settings of an account at SmartPay Fuse.

    Attributes:
        profile_id, access_key: Of the Secure Acceptance profile.
        merchant_id, rest_key_id: Of the REST API, which searches and refunds.
        profile_secrets: The names of the secrets of the profile; the first signs what is sent, each may have signed what
            comes back, while one is replaced.
        rest_secret: The name of the secret that holds the REST API's shared secret (Base64).
        backoffice_url: Where the answer is posted besides the payer's browser; none: where the profile says.
        page_url, base_url: Of the hosted page and of the REST API; the defaults are the live ones.
        answer_lasts: Seconds after which an answer is too old.

    Raises:
        ConfigurationError: One of them cannot be what it is to be.
    """

    profile_id: str
    access_key: str
    merchant_id: str
    rest_key_id: str
    profile_secrets: tuple[str, ...] = field(default=("fuse_profile",), validator=_some)
    rest_secret: str = "fuse_rest"  # noqa: S105 - the secret's name
    backoffice_url: str | None = field(default=None, validator=_secure)
    page_url: str = field(default="https://secureacceptance.cybersource.com/pay", validator=_secure)
    base_url: str = field(default="https://api.cybersource.com", validator=_secure)
    answer_lasts: int = 900
