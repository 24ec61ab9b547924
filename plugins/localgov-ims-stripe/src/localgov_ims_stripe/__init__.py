"""Card payments on Stripe's hosted page, and its payouts, for localgov-ims."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.files.readers import Reader
from localgov_ims.hooks import API_VERSION, Capability, PaymentProviderSpec, SettlementSourceSpec, hookimpl
from localgov_ims_stripe.options import StripeSettings
from localgov_ims_stripe.provider import Stripe, stripe
from localgov_ims_stripe.settlements import FORMAT, READER, StripePayouts, stripe_payouts

__all__ = [
    "PROVIDER", "SOURCE", "Stripe", "StripePayouts", "StripeSettings", "ims_file_formats", "ims_payment_providers",
    "ims_settlement_sources", "stripe", "stripe_payouts",
]  # fmt: skip

PROVIDER = PaymentProviderSpec(
    name="stripe", api_version=API_VERSION, settings_model=StripeSettings, factory=stripe,
    capabilities=frozenset({
        Capability.REDIRECT, Capability.FETCH, Capability.CANCEL, Capability.REFUND, Capability.PARTIAL_REFUND,
        Capability.REFUND_POLL, Capability.SIGNED_WEBHOOK, Capability.IDEMPOTENT_CREATE,
        Capability.SETTLEMENT_ITEMISED, Capability.DISPUTES,
    }),
)  # fmt: skip
SOURCE = SettlementSourceSpec(
    name="stripe", api_version=API_VERSION, format=FORMAT, settings_model=StripeSettings, factory=stripe_payouts,
)  # fmt: skip


@hookimpl
def ims_payment_providers() -> Iterable[PaymentProviderSpec]:
    """Offer `stripe`."""
    return [PROVIDER]


@hookimpl
def ims_settlement_sources() -> Iterable[SettlementSourceSpec]:
    """Offer `stripe`."""
    return [SOURCE]


@hookimpl
def ims_file_formats() -> Iterable[Reader]:
    """Offer `stripe-payout-api`."""
    return [READER]
