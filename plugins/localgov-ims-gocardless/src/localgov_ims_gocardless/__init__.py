"""Direct Debits and bank payments by GoCardless, for localgov-ims."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.files.readers import Reader
from localgov_ims.hooks import API_VERSION, Capability, PaymentProviderSpec, SettlementSourceSpec, hookimpl
from localgov_ims_gocardless.options import GoCardlessSettings
from localgov_ims_gocardless.provider import GoCardless, gocardless
from localgov_ims_gocardless.settlements import FORMAT, READER, GoCardlessPayouts, gocardless_payouts

__all__ = [
    "PROVIDER", "SOURCE", "GoCardless", "GoCardlessPayouts", "GoCardlessSettings", "gocardless", "gocardless_payouts",
    "ims_file_formats", "ims_payment_providers", "ims_settlement_sources",
]  # fmt: skip

PROVIDER = PaymentProviderSpec(
    name="gocardless", api_version=API_VERSION, settings_model=GoCardlessSettings, factory=gocardless,
    capabilities=frozenset({
        Capability.REDIRECT, Capability.SERVER_TO_SERVER, Capability.AGREEMENTS, Capability.FETCH, Capability.CANCEL,
        Capability.REFUND, Capability.PARTIAL_REFUND, Capability.REFUND_POLL, Capability.SIGNED_WEBHOOK,
        Capability.IDEMPOTENT_CREATE, Capability.SETTLEMENT_ITEMISED,
    }),
)  # fmt: skip
SOURCE = SettlementSourceSpec(
    name="gocardless", api_version=API_VERSION, format=FORMAT, settings_model=GoCardlessSettings,
    factory=gocardless_payouts,
)  # fmt: skip


@hookimpl
def ims_payment_providers() -> Iterable[PaymentProviderSpec]:
    """Offer `gocardless`."""
    return [PROVIDER]


@hookimpl
def ims_settlement_sources() -> Iterable[SettlementSourceSpec]:
    """Offer `gocardless`."""
    return [SOURCE]


@hookimpl
def ims_file_formats() -> Iterable[Reader]:
    """Offer `gocardless-payout`."""
    return [READER]
