"""Settlement sources: where a provider's payouts are fetched from. Offered through `ims_settlement_sources`.

A source fetches bytes, and a reader of the same plugin gives them meaning: what came over the network goes through
the same door as a file, is kept as it came, recorded once, and refused whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Protocol

from attrs import field, frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.hooks.http import HttpClient, Secrets


@frozen(kw_only=True)
class Download:
    """What was fetched: a name for people, and the bytes of a file that the source's reader reads.

    The same payout fetched again gives the same bytes.
    """

    name: str
    content: bytes = field(repr=False)


class SettlementSource(Protocol):
    """One account at a provider. Tested by `testing.providers.SettlementSourceContract`."""

    def fetch(self, since: date, until: date) -> Iterator[Download]:
        """Yield one file for each payout of these London days, both included, whole or not at all.

        Raises:
            AdapterError: The provider did not give all of a payout; what was yielded before is whole.
        """
        ...


@frozen(kw_only=True)
class SettlementSourceSpec:
    """What `ims_settlement_sources` offers: a source, under the name that settings choose it by.

    Attributes:
        name: Such as `govukpay`.
        api_version: The version of the interfaces it was written for, `hooks.API_VERSION`.
        format: The reader of what it fetches, offered by the same plugin.
        settings_model: An attrs class of its settings; no keys, only their secrets' names.
        factory: Makes it, as a `PaymentProviderSpec` makes a provider.
    """

    name: str
    api_version: tuple[int, int]
    format: str
    settings_model: type[Any]
    factory: Callable[[Any, HttpClient, Clock, Secrets], SettlementSource]
