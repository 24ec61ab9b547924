"""Tests shipped to those who write plugins: subclass a contract, say where the samples lie, and run pytest.

Needs pytest and hypothesis, which the library itself does not.
"""

from localgov_ims.testing.listeners import JournalListenerContract
from localgov_ims.testing.notifiers import NotifierContract
from localgov_ims.testing.providers import PaymentProviderContract
from localgov_ims.testing.readers import ReaderContract
from localgov_ims.testing.settlement_sources import SettlementSourceContract

__all__ = [
    "JournalListenerContract", "NotifierContract", "PaymentProviderContract", "ReaderContract", "SettlementSourceContract",
]  # fmt: skip
