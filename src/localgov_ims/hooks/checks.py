"""Checks that the settings of adapters share, as validators of attrs fields: whom they call, and by which secrets they believe."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from attrs import Attribute

from localgov_ims.errors import ConfigurationError

_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def is_secure(_: object, attribute: Attribute[Any], address: str | None) -> None:
    """Let pass None, an address over `https`, or one of this machine, where tests stand; with no name or key in it.

    Raises:
        ConfigurationError: It is another; `not_secure`.
    """
    if address is None:
        return
    parts = urlsplit(address)
    if "@" in parts.netloc:
        message = (
            f"{attribute.name} must name no user and no key: keys are secrets, which settings only name."
        )
        raise ConfigurationError("not_secure", message)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
    if not (secure and parts.hostname):
        message = f"{attribute.name} must begin with https://, not {address!r}: what is sent is personal."
        raise ConfigurationError("not_secure", message, value=address)


def names_a_secret(_: object, attribute: Attribute[Any], names: tuple[str, ...]) -> None:
    """Let pass names of secrets, one at least.

    Raises:
        ConfigurationError: There is none; `no_webhook_secret`.
    """
    if not names:
        message = (
            f"{attribute.name} must name one secret at least, or nothing that comes in could be believed."
        )
        raise ConfigurationError("no_webhook_secret", message)
