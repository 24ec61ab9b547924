"""Webhooks: one event each, signed with the moment of its sending.

Source: https://docs.stripe.com/webhooks, "Verify webhook signatures manually", and https://docs.stripe.com/api/events/types.
`Stripe-Signature` is `t=SECONDS,v1=HEX`, and may have several `v1`; signed is `SECONDS.BODY`, under the endpoint's secret
as it is shown, `whsec_` with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import InvalidValue, StaleCallback
from localgov_ims.hooks import Callback, Hint, Secret
from localgov_ims.hooks.callbacks import invalid_signature, is_signed
from localgov_ims_stripe.words import OURS, moment

HEADER: Final = "stripe-signature"
TOLERANCE: Final = timedelta(minutes=5)
"""How far the signed moment may be from the delivery's arrival, before or after it."""

_MOST: Final = 10
_SECONDS: Final = re.compile("[0-9]{1,11}")
_HEX: Final = re.compile("[0-9a-f]{64}")


def hints_in(callback: Callback, secrets: Iterable[Secret]) -> list[Hint]:
    """Return what an event is about, once its signature is proved.

    Raises:
        InvalidSignature: It is not signed by any of *secrets*.
        StaleCallback: It is, at a moment too far from its arrival.
        InvalidValue: It is signed, and is no event.
    """
    seconds, signatures = _parts(callback.headers.get(HEADER, ""))
    keys = [each.reveal().encode() for each in secrets]
    message = seconds.encode() + b"." + callback.body
    proved = [is_signed(keys, message, each) for each in signatures]
    if not any(proved):
        raise invalid_signature()
    if abs(callback.received_at - moment(int(seconds))) > TOLERANCE:
        message_ = (
            "This delivery was signed more than five minutes from now: compare the clock with Stripe's."
        )
        raise StaleCallback("stale_callback", message_)
    try:
        return [_hint(json.loads(callback.body))]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message_ = "Stripe signed a delivery that is no event. Compare the API's version."
        raise InvalidValue("callback_unreadable", message_) from error


def _parts(header: str) -> tuple[str, list[bytes]]:
    """Return the signed moment and the signatures of the one scheme that is believed."""
    pairs = [part.partition("=")[::2] for part in header.split(",")]
    moments = [value for name, value in pairs if name == "t"]
    given = [value for name, value in pairs if name == "v1" and _HEX.fullmatch(value)]
    if len(moments) != 1 or _SECONDS.fullmatch(moments[0]) is None or not 0 < len(given) <= _MOST:
        raise invalid_signature()
    return moments[0], [bytes.fromhex(each) for each in given]


def _hint(event: Mapping[str, Any]) -> Hint:
    kind, record = str(event["type"]), event["data"]["object"]
    theirs: object = None
    told: Mapping[str, Any] = {}
    if kind.startswith("checkout.session."):
        theirs, told = record["id"], record.get("metadata") or {}
    elif kind.startswith(("refund.", "charge.dispute.")):
        theirs = record.get("payment_intent")
    return Hint(
        event_id=str(event["id"])[:200], event_type=quoted(kind), authentic=True,
        provider_reference=str(theirs) if theirs else None, payment_reference=told.get(OURS) or None,
    )  # fmt: skip
