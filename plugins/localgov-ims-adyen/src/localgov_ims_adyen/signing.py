"""The signature of each item of a standard webhook.

Source: https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures/: eight fields joined
by colons, nothing escaped, what is missing is empty; the key is hexadecimal, the signature Base64.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from localgov_ims.errors import ConfigurationError
from localgov_ims.hooks import Secret
from localgov_ims.hooks.callbacks import is_signed

_KEY: Final = re.compile("(?:[0-9A-Fa-f]{2}){16,}")
_SIGNATURE: Final = re.compile("[A-Za-z0-9+/]{43}=")


def checked_key(secret: Secret, name: str) -> Secret:
    """Return a key that can be one.

    Raises:
        ConfigurationError: It is not hexadecimal, as Adyen shows it.
    """
    if _KEY.fullmatch(secret.reveal()) is None:
        message = f"The secret {name} is no HMAC key of Adyen: it is hexadecimal digits. Copy it whole."
        raise ConfigurationError("bad_hmac_key", message, name=name)
    return secret


def message_of(item: Mapping[str, Any]) -> bytes:
    """Return what is signed of an item."""
    amount = item.get("amount") or {}
    parts = (
        item.get("pspReference"), item.get("originalReference"), item.get("merchantAccountCode"),
        item.get("merchantReference"), amount.get("value"), amount.get("currency"), item.get("eventCode"),
        item.get("success"),
    )  # fmt: skip
    return ":".join(_text(part) for part in parts).encode()


def signature(item: Mapping[str, Any], secret: Secret) -> str:
    """Return an item's signature under a key."""
    digest = hmac.digest(bytes.fromhex(secret.reveal()), message_of(item), "sha256")
    return base64.b64encode(digest).decode("ascii")


def is_authentic(item: Mapping[str, Any], secrets: Iterable[Secret]) -> bool:
    """Tell whether an item is signed by one of the keys."""
    given = (item.get("additionalData") or {}).get("hmacSignature")
    if not isinstance(given, str) or _SIGNATURE.fullmatch(given) is None:
        return False
    try:
        decoded = base64.b64decode(given, validate=True)
    except binascii.Error:
        return False
    if base64.b64encode(decoded).decode("ascii") != given:
        return False  # the last digit has bits to spare, and each signature is written in one way
    return is_signed([bytes.fromhex(each.reveal()) for each in secrets], message_of(item), decoded)


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
