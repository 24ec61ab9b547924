"""What every payment provider must hold: a contract for suppliers.

Subclass `PaymentProviderContract` as `Test...`, give the plugin's spec, settings, secrets and a double of the provider,
and run pytest: its output is the report. Each scenario's docstring begins with its number in the documentation.
"""

from __future__ import annotations

from localgov_ims.testing.provider_books import ProviderBooks
from localgov_ims.testing.provider_callbacks import ProviderCallbacks
from localgov_ims.testing.provider_calls import ProviderCalls
from localgov_ims.testing.provider_faults import ProviderFaults
from localgov_ims.testing.provider_refunds import ProviderRefunds
from localgov_ims.testing.provider_secrecy import ProviderSecrecy


class PaymentProviderContract(
    ProviderCalls, ProviderFaults, ProviderSecrecy, ProviderCallbacks, ProviderRefunds, ProviderBooks
):
    """Tests of a payment provider; what to give is described at `provider_rigs.ProviderUnderTest`."""
