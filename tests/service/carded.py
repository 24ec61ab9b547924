"""Council tax that was paid by card, and the files that bring its money."""

from __future__ import annotations

from datetime import date

from localgov_ims.domain.money import Money
from localgov_ims.service.files.importing import import_files
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.receipts import Taking, record_takings
from localgov_ims.service.reconciliation.reconciling import reconcile

COUNCIL_TAX = "612345674"
SATURDAY = date(2026, 5, 9)


def take(installation: Installation, reference: str, pounds: str, charge: str, on: date = SATURDAY) -> None:
    """Record a payment that stripe took."""
    taking = Taking(
        reference=reference, fund="23", account_reference=COUNCIL_TAX, amount=Money.parse(pounds), mop="90", taken_on=on,
        provider="stripe", provider_reference=charge,
    )  # fmt: skip
    record_takings(installation, [taking])


def bring(installation: Installation, *files: Incoming) -> None:
    """Import files that are all recorded, and reconcile."""
    assert {each.status for each in import_files(installation, files)} == {"recorded"}
    reconcile(installation)
