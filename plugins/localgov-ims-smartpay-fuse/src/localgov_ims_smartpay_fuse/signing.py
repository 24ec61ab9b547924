"""Signatures of Secure Acceptance forms: `name=value`, joined by commas in the order of `signed_field_names`.

Source: Cybersource, "Secure Acceptance Hosted Checkout Integration Guide", "Scripting language samples" and "Request
fields"; the secret is text, the signature Base64 of HMAC-SHA256.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from localgov_ims.hooks import Secret
from localgov_ims.hooks.callbacks import is_signed

NAMES: Final = "signed_field_names"
_SIGNATURE: Final = re.compile("[A-Za-z0-9+/]{43}=")


def message_of(fields: Mapping[str, str], names: Sequence[str]) -> bytes:
    """Return what is signed of a form; nothing in it is escaped."""
    return ",".join(f"{name}={fields[name]}" for name in names).encode()


def signature(fields: Mapping[str, str], secret: Secret) -> str:
    """Return the signature of a form that names its signed fields."""
    message = message_of(fields, fields[NAMES].split(","))
    return base64.b64encode(hmac.digest(secret.reveal().encode(), message, "sha256")).decode("ascii")


def signed_part(fields: Mapping[str, str], secrets: Iterable[Secret]) -> Mapping[str, str] | None:
    """Return those fields of a form that are signed by one of the secrets; none: it is not signed.

    A field that is named and is not there, or is named twice, makes a form that nobody signed.
    """
    names = fields.get(NAMES, "").split(",")
    given = fields.get("signature", "")
    if (
        len(set(names)) != len(names)
        or not fields.keys() >= set(names)
        or _SIGNATURE.fullmatch(given) is None
    ):
        return None
    decoded = base64.b64decode(given)
    if base64.b64encode(decoded).decode("ascii") != given:
        return None  # the last digit has bits to spare, and each signature is written in one way
    if not is_signed([each.reveal().encode() for each in secrets], message_of(fields, names), decoded):
        return None
    return {name: fields[name] for name in names}
