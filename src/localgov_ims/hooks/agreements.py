"""Agreements: a payer's consent to later payments, such as a card on file or a Direct Debit mandate."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from localgov_ims.domain.calendar import utc
from localgov_ims.domain.payers import NOBODY, Payer


class AgreementStatus(enum.Enum):
    """Where an agreement stands; only an active one may be used."""

    CREATED = "created"
    ACTIVE = "active"
    CANCELLED = "cancelled"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class CreateAgreement:
    """An agreement to be asked for: our reference, and a description that the payer reads."""

    reference: str
    description: str
    payer: Payer = field(default=NOBODY, repr=False)
    payer_key: str | None = None


@frozen(kw_only=True)
class AgreementObservation:
    """What a provider says of an agreement; `provider_status` is its own word."""

    provider_reference: str
    reference: str
    status: AgreementStatus
    provider_status: str
    observed_at: datetime = field(converter=utc)


class AgreementKeeper(Protocol):
    """What a provider that declares `agreements` has besides; errors are those of `PaymentProvider`."""

    def create_agreement(self, request: CreateAgreement, *, key: str) -> AgreementObservation:
        """Ask for an agreement; a payment that sets it up makes it active."""
        ...

    def fetch_agreement(self, provider_reference: str) -> AgreementObservation:
        """Return what the provider says of an agreement now."""
        ...

    def cancel_agreement(self, provider_reference: str) -> AgreementObservation:
        """End an agreement; once it is ended, again is no error."""
        ...
