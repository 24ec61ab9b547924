"""Card payments by GOV.UK Pay, for localgov-ims."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.files.readers import Reader
from localgov_ims.hooks import API_VERSION, PaymentProviderSpec, SettlementSourceSpec, hookimpl
from localgov_ims_govuk_pay.options import GovukPaySettings
from localgov_ims_govuk_pay.provider import CAPABILITIES, GovukPay, govuk_pay
from localgov_ims_govuk_pay.settlement_files import FORMAT, settlement_reader
from localgov_ims_govuk_pay.settlements import GovukPaySettlements, govuk_pay_settlements

__all__ = [
    "GovukPay", "GovukPaySettings", "GovukPaySettlements", "govuk_pay", "govuk_pay_settlements", "ims_file_formats",
    "ims_payment_providers", "ims_settlement_sources",
]  # fmt: skip


@hookimpl
def ims_payment_providers() -> Iterable[PaymentProviderSpec]:
    """Offer `govukpay`."""
    return [
        PaymentProviderSpec(
            name="govukpay", api_version=API_VERSION, capabilities=CAPABILITIES, settings_model=GovukPaySettings,
            factory=govuk_pay,
        )
    ]  # fmt: skip


@hookimpl
def ims_settlement_sources() -> Iterable[SettlementSourceSpec]:
    """Offer `govukpay`, for the same accounts."""
    return [
        SettlementSourceSpec(
            name="govukpay", api_version=API_VERSION, format=FORMAT, settings_model=GovukPaySettings,
            factory=govuk_pay_settlements,
        )
    ]  # fmt: skip


@hookimpl
def ims_file_formats() -> Iterable[Reader]:
    """Offer the reader of what the settlement source writes down."""
    return [settlement_reader()]
