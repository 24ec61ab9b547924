"""The VAT report of a period: net, VAT and gross by code, treatment and rate; it ties to the VAT accounts of the ledger."""

from __future__ import annotations

from collections import Counter
from datetime import date

from attrs import frozen

from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.vat import VatRate
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage import vat_posted


@frozen(kw_only=True)
class VatRow:
    """What was posted under one code, treatment and rate; income above zero."""

    code: str
    treatment: str
    rate: VatRate
    net: Money
    vat: Money

    @property
    def gross(self) -> Money:
        """Net and VAT together."""
        return self.net + self.vat


@frozen(kw_only=True)
class LateVat:
    """VAT of an earlier period that was posted in this one: it has the rate of its own day."""

    reference: str
    taken_on: date
    code: str
    vat: Money


@frozen(kw_only=True)
class VatReport:
    """The report; `differences` has, by code, what the ledger's VAT accounts hold besides what the lines say."""

    ledger: str
    period: PeriodNumber
    rows: tuple[VatRow, ...]
    late: tuple[LateVat, ...]
    differences: dict[str, Money]

    @property
    def ties(self) -> bool:
        """Whether it agrees with the VAT accounts."""
        return not self.differences


def vat_report(installation: Installation, ledger: str, period: PeriodNumber) -> VatReport:
    """Make the VAT report of what was posted to a ledger in a period.

    Raises:
        NotPermitted: The permission report.view is missing.
        ConfigurationError: There is no such ledger.
    """
    name = installation.council.ledger(ledger).name
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW)
        rows = tuple(
            VatRow(
                code=row.vat_code, treatment=row.vat_treatment or "", rate=VatRate(row.vat_rate), net=Money(int(row.net)),
                vat=Money(int(row.vat)),
            )
            for row in vat_posted.recorded(connection, name, period)
        )  # fmt: skip
        late = tuple(
            LateVat(reference=row.reference, taken_on=row.taken_on, code=row.vat_code, vat=Money(row.vat))
            for row in vat_posted.late(connection, name, period)
        )
        held = Counter(vat_posted.accounts(connection, name, period))
    for each in rows:
        held[each.code] -= each.vat.pence
    differences = {code: Money(pence) for code, pence in sorted(held.items()) if pence}
    return VatReport(ledger=name, period=period, rows=rows, late=late, differences=differences)
