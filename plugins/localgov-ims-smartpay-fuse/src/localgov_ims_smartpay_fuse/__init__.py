"""Card payments by Barclaycard SmartPay Fuse (Cybersource Secure Acceptance), for localgov-ims."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.hooks import API_VERSION, Capability, PaymentProviderSpec, hookimpl
from localgov_ims_smartpay_fuse.options import FuseSettings
from localgov_ims_smartpay_fuse.provider import SmartPayFuse, smartpay_fuse

__all__ = ["PROVIDER", "FuseSettings", "SmartPayFuse", "ims_payment_providers", "smartpay_fuse"]

PROVIDER = PaymentProviderSpec(
    name="smartpay-fuse", api_version=API_VERSION, settings_model=FuseSettings, factory=smartpay_fuse,
    capabilities=frozenset({
        Capability.FORM_POST, Capability.SIGNED_RETURN, Capability.SEARCH, Capability.REFUND, Capability.PARTIAL_REFUND,
    }),
)  # fmt: skip


@hookimpl
def ims_payment_providers() -> Iterable[PaymentProviderSpec]:
    """Offer `smartpay-fuse`."""
    return [PROVIDER]
