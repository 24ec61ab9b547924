"""Card payments by Adyen's hosted page, for localgov-ims."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.hooks import API_VERSION, Capability, PaymentProviderSpec, hookimpl
from localgov_ims_adyen.options import AdyenSettings
from localgov_ims_adyen.provider import Adyen, adyen

__all__ = ["PROVIDER", "Adyen", "AdyenSettings", "adyen", "ims_payment_providers"]

PROVIDER = PaymentProviderSpec(
    name="adyen", api_version=API_VERSION, settings_model=AdyenSettings, factory=adyen,
    capabilities=frozenset({
        Capability.REDIRECT, Capability.FETCH, Capability.REFUND, Capability.PARTIAL_REFUND, Capability.SIGNED_WEBHOOK,
        Capability.IDEMPOTENT_CREATE, Capability.SETTLEMENT_ITEMISED, Capability.DISPUTES,
    }),
)  # fmt: skip


@hookimpl
def ims_payment_providers() -> Iterable[PaymentProviderSpec]:
    """Offer `adyen`."""
    return [PROVIDER]
