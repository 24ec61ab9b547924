"""Standard webhooks: every item signed by itself, and what its eight signed fields say.

Source: https://docs.adyen.com/development-resources/webhooks/webhook-types/ and
https://docs.adyen.com/risk-management/disputes-api/dispute-notifications/. Date, reason and method of payment are not
signed, so they decide nothing here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import frozen

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.observations import Observation, RefundObservation, RefundSaid, Said
from localgov_ims.domain.quoting import quoted
from localgov_ims.hooks import Callback, Hint, Secret
from localgov_ims.hooks.callbacks import invalid_signature
from localgov_ims_adyen.signing import is_authentic

_LOST: Final = frozenset({"CAPTURE_FAILED", "CHARGEBACK", "SECOND_CHARGEBACK"})
_REFUNDS: Final = {
    ("REFUND", True): RefundSaid.SUCCEEDED, ("REFUND", False): RefundSaid.FAILED,
    ("REFUND_FAILED", True): RefundSaid.FAILED, ("REFUNDED_REVERSED", True): RefundSaid.FAILED,
}  # fmt: skip


@frozen(kw_only=True)
class Webhooks:
    """What a merchant account's webhooks are believed for.

    A refused authorisation says nothing of the payment: on the same page the payer may try another card.
    """

    merchant_account: str
    captures_automatically: bool
    secrets: tuple[Secret, ...]

    def hints_in(self, callback: Callback) -> list[Hint]:
        """Return one hint for each item of a delivery, once every one of them is proved.

        Raises:
            InvalidSignature: There is an item that is not signed, or no item at all.
        """
        items = list(_items(callback.body))
        proved = [is_authentic(item, self.secrets) for item in items]
        if not items or not all(proved):
            raise invalid_signature()
        return [self._hint(item, callback.received_at) for item in items]

    def _hint(self, item: Mapping[str, Any], at: datetime) -> Hint:
        event, theirs, succeeded = (
            str(item.get(name) or "") for name in ("eventCode", "pspReference", "success")
        )
        ours = str(item.get("merchantReference") or "") or None
        ok = succeeded.lower() == "true"
        is_ours = item.get("merchantAccountCode") == self.merchant_account
        observation = self._payment(item, event, at) if is_ours and ok and ours else None
        refund = _refund(item, event, at, ok=ok) if is_ours and ours else None
        return Hint(
            event_id=f"{event}:{theirs}:{succeeded}"[:200], event_type=quoted(event) or "none", authentic=True,
            payment_reference=None if refund is not None else ours, observation=observation, refund=refund,
        )  # fmt: skip

    def _payment(self, item: Mapping[str, Any], event: str, at: datetime) -> Observation | None:
        """Return what an item says of a payment; none where it decides nothing."""
        taken = "AUTHORISATION" if self.captures_automatically else "CAPTURE"
        if event != taken and event not in _LOST:
            return None
        own = event == "AUTHORISATION"
        said, paid = _amount(item, Said.TAKEN_BACK if event in _LOST else Said.SUCCEEDED)
        return Observation(
            payment_reference=str(item["merchantReference"]), said=said, provider_status=event, amount_paid=paid,
            provider_reference=str(item.get("pspReference" if own else "originalReference") or ""), observed_at=at,
            merchant_account=self.merchant_account, reason=event if said is Said.TAKEN_BACK else None,
            refundable=said is Said.SUCCEEDED,
        )  # fmt: skip


def _refund(item: Mapping[str, Any], event: str, at: datetime, *, ok: bool) -> RefundObservation | None:
    said = _REFUNDS.get((event, ok))
    if said is None:
        return None
    return RefundObservation(
        refund_reference=str(item["merchantReference"]), provider_reference=str(item.get("pspReference") or ""), said=said,
        amount=_amount(item, Said.SUCCEEDED)[1], observed_at=at, reason=event,
    )  # fmt: skip


def _amount(item: Mapping[str, Any], said: Said) -> tuple[Said, Money]:
    """Return what an item's amount comes to; in another currency than pounds a person says what it is."""
    amount = item.get("amount") or {}
    value = amount.get("value")
    if amount.get("currency") != "GBP" or not isinstance(value, int) or isinstance(value, bool):
        return Said.UNKNOWN, NOTHING
    return said, Money(value)


def _items(body: bytes) -> Iterable[Mapping[str, Any]]:
    """Return the items of a delivery; what is none at all was not sent by Adyen."""
    try:
        told = json.loads(body)["notificationItems"]
        items = [each["NotificationRequestItem"] for each in told]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise invalid_signature() from error
    if not all(isinstance(each, dict) and _is_shaped(each) for each in items):
        raise invalid_signature()
    return items


def _is_shaped(item: Mapping[str, Any]) -> bool:
    parts = (item.get("amount"), item.get("additionalData"))
    return all(part is None or isinstance(part, dict) for part in parts)
