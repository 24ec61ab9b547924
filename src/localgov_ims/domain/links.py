"""Signed links: what a payer holds in place of a password, for one purpose and one reference, until a moment.

A link carries the reference and the moment in clear, and an HMAC-SHA256 over purpose, moment and reference (RFC 2104,
FIPS 180-4). Its purpose is not in it: whoever checks it says what it is to open, so that it opens nothing else.
"""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from attrs import frozen

from localgov_ims.domain.calendar import utc
from localgov_ims.errors import ConfigurationError, InvalidSignature, InvalidValue

SHORTEST_SECRET: Final = 32
"""Bytes: as many as the hash has, below which an HMAC is weaker than it (RFC 2104, section 3)."""

LONGEST_REFERENCE: Final = 100
_LONGEST_TOKEN: Final = 1000
_LABEL: Final = b"localgov-ims link 1"
_MAC: Final = hashlib.sha256().digest_size
_MOMENT: Final = 8


class Purpose(enum.Enum):
    """What a link opens."""

    PAY = "pay"
    VIEW_RECEIPT = "view_receipt"


def sign_link(secret: bytes, purpose: Purpose, reference: str, expires_at: datetime) -> str:
    """Return the token of a link that opens *reference* for *purpose* until *expires_at*, cut to whole seconds.

    It has only letters, digits, `-` and `_`.

    Raises:
        ConfigurationError: The secret is shorter than 32 bytes.
        InvalidValue: The reference is empty or longer than 100 characters, or the moment names no time zone.
    """
    _check_secrets([secret])
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        message = f"A link is for a reference of 1 to {LONGEST_REFERENCE} characters, not {len(reference)}."
        raise InvalidValue("bad_link_reference", message)
    signed = _Signed(int(utc(expires_at).timestamp()), reference.encode())
    return _encoded(signed.body + signed.mac(secret, purpose))


def check_link(secrets: Sequence[bytes], token: str, purpose: Purpose, now: datetime) -> str:
    """Return the reference that *token* opens for *purpose*.

    Several secrets may be in use at once: a new one signs while links signed by the one before live on.

    Raises:
        InvalidSignature: It opens nothing, or not any more; the error never says which, and holds nothing of the token.
        ConfigurationError: There is no secret, or one is shorter than 32 bytes.
    """
    _check_secrets(secrets)
    signed, mac = _decoded(token)
    # Every secret is tried, whichever fits, and none longer than another.
    fits = [hmac.compare_digest(signed.mac(secret, purpose), mac) for secret in secrets]
    if not any(fits) or utc(now) >= signed.expires_at:
        raise _invalid()
    return signed.reference.decode()


@frozen
class _Signed:
    seconds: int
    reference: bytes

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    @property
    def body(self) -> bytes:
        return self.seconds.to_bytes(_MOMENT, signed=True) + self.reference

    def mac(self, secret: bytes, purpose: Purpose) -> bytes:
        # Each part but the last has its length in front or a fixed one, so that no two links are the same bytes.
        parts = b"".join(len(part).to_bytes() + part for part in (_LABEL, purpose.value.encode()))
        return hmac.digest(secret, parts + self.body, hashlib.sha256)


def _check_secrets(secrets: Sequence[bytes]) -> None:
    if not secrets or any(len(secret) < SHORTEST_SECRET for secret in secrets):
        message = f"Links are signed by secrets of at least {SHORTEST_SECRET} bytes each, and there must be one. Make one by chance."
        raise ConfigurationError("weak_link_secret", message)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(token: str) -> tuple[_Signed, bytes]:
    """Return what a token says and its MAC, nothing of it proved yet.

    Raises:
        InvalidSignature: It is no token as we write them.
    """
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise _invalid()
    try:
        data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error:
        raise _invalid() from None
    # Base64 leaves bits over at the end and skips what it does not know: only one spelling is ours.
    if _encoded(data) != token or len(data) <= _MOMENT + _MAC:
        raise _invalid()
    seconds = int.from_bytes(data[:_MOMENT], signed=True)
    return _Signed(seconds, data[_MOMENT:-_MAC]), data[-_MAC:]


def _invalid() -> InvalidSignature:
    message = "This link does not open anything, or does not any more. Copy it whole, or ask for a new one."
    return InvalidSignature("invalid_link", message)
