"""Disputes: payments that a payer's bank takes back, at providers that tell of them only when they are asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol, runtime_checkable

from localgov_ims.domain.observations import Observation


@runtime_checkable
class DisputeKeeper(Protocol):
    """What a provider that declares `disputes` has besides, unless its deliveries or `fetch` tell of them."""

    def lost_disputes(self, since: datetime) -> Iterator[Observation]:
        """Yield what is said of each payment whose dispute began since and is lost: `TAKEN_BACK`.

        Where less than the payment is lost, the word is `UNKNOWN`, so that a person decides. Errors are those of
        `PaymentProvider`.
        """
        ...
