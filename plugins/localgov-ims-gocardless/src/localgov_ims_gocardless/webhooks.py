"""Webhooks: one signature over the whole body, and up to 250 events in it.

Source: https://developer.gocardless.com/getting-started/staying-up-to-date-with-webhooks/ and the API reference,
"Webhooks": `Webhook-Signature` is the hexadecimal HMAC-SHA256 of the body under the endpoint's secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import InvalidValue
from localgov_ims.hooks import Callback, Hint, Secret
from localgov_ims.hooks.callbacks import invalid_signature, is_signed
from localgov_ims_gocardless.words import OURS

HEADER: Final = "webhook-signature"
_HEX: Final = re.compile("[0-9a-f]{64}")
_ABOUT: Final = {"payments": "payment", "refunds": "payment", "billing_requests": "billing_request"}


def hints_in(callback: Callback, secrets: Iterable[Secret]) -> list[Hint]:
    """Return one hint for each event of a delivery, once its signature is proved.

    Raises:
        InvalidSignature: It is not signed by any of *secrets*.
        InvalidValue: It is signed, and holds no list of events.
    """
    given = callback.headers.get(HEADER, "")
    if _HEX.fullmatch(given) is None:
        raise invalid_signature()
    if not is_signed([each.reveal().encode() for each in secrets], callback.body, bytes.fromhex(given)):
        raise invalid_signature()
    try:
        events = json.loads(callback.body)["events"]
        return [_hint(event) for event in events]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = "GoCardless signed a delivery without a list of events. Compare the API's version."
        raise InvalidValue("callback_unreadable", message) from error


def _hint(event: Mapping[str, Any]) -> Hint:
    kind = str(event["resource_type"])
    links = event.get("links") or {}
    about = links.get(_ABOUT.get(kind, ""))
    told = event.get("resource_metadata") or {}
    return Hint(
        event_id=str(event["id"])[:200], event_type=quoted(f"{kind}.{event['action']}"), authentic=True,
        provider_reference=str(about) if about else None, payment_reference=told.get(OURS) or None,
    )  # fmt: skip
