"""Webhooks: `Pay-Signature`, the hex HMAC-SHA256 of the body. No time is signed: a replay is known by its message id.

Source: https://docs.payments.service.gov.uk/webhooks/ ("Verify webhook messages").
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from localgov_ims.hooks import Callback, Hint, Secret
from localgov_ims.hooks.callbacks import body_id, invalid_signature, is_signed

HEADER: Final = "pay-signature"
_SIGNATURE: Final = re.compile(r"[0-9a-f]{64}")


def hints_in(callback: Callback, secrets: Sequence[Secret]) -> list[Hint]:
    """Return what a delivery says, once one of the secrets is proved to have signed it.

    An event of a type unknown here is kept like any other; which payment it is about is all that is read.

    Raises:
        InvalidSignature: No secret of ours signed these bytes, or what they signed is no message.
    """
    signature = callback.headers.get(HEADER, "")
    if _SIGNATURE.fullmatch(signature) is None:
        raise invalid_signature()
    keys = [secret.reveal().encode() for secret in secrets]
    if not is_signed(keys, callback.body, bytes.fromhex(signature)):
        raise invalid_signature()
    try:
        message = json.loads(callback.body)
    except (ValueError, RecursionError):
        raise invalid_signature() from None
    if not isinstance(message, dict):
        raise invalid_signature()
    resource = message.get("resource")
    about = resource if isinstance(resource, dict) else {}
    is_payment = message.get("resource_type") == "payment"
    theirs = message.get("resource_id") if is_payment else about.get("payment_id")
    return [
        Hint(
            event_id=_text(message.get("webhook_message_id"), 200) or body_id(callback),
            event_type=_text(message.get("event_type"), 100) or "unknown",
            provider_reference=_text(theirs, 64), payment_reference=_text(about.get("reference"), 100), authentic=True,
        )
    ]  # fmt: skip


def _text(value: object, longest: int) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= longest else None
