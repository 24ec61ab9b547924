"""The VAT report of a period: net, VAT and gross by code, treatment and rate; it ties to the VAT accounts of the ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

from attrs import frozen

from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.vat import NIL, VatRate
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage import vat_posted

_Key = tuple[str, str, VatRate]


@frozen(kw_only=True)
class VatRow:
    """What was posted under one code, treatment and rate: income above zero, provider fees whose VAT is recovered below."""

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
        sums: defaultdict[_Key, list[int]] = defaultdict(lambda: [0, 0])
        for row in vat_posted.recorded(connection, name, period):
            sums[row.vat_code, row.vat_treatment or "", VatRate(row.vat_rate)] = [int(row.net), int(row.vat)]
        late = [
            LateVat(reference=row.reference, taken_on=row.taken_on, code=row.vat_code, vat=Money(row.vat))
            for row in vat_posted.late(connection, name, period)
        ]
        for row in vat_posted.in_fees(connection, name, period):
            entry = sums[_key(installation.council, row.vat_code, row.day)]
            entry[0] -= row.fee - row.vat
            entry[1] -= row.vat
            if row.day < period.first_on:
                late.append(
                    LateVat(reference=row.reference, taken_on=row.day, code=row.vat_code, vat=Money(-row.vat))
                )
        held = Counter(vat_posted.accounts(connection, name, period))
    rows = tuple(
        VatRow(code=code, treatment=treatment, rate=rate, net=Money(net), vat=Money(vat))
        for (code, treatment, rate), (net, vat) in sorted(sums.items())
    )
    for each in rows:
        held[each.code] -= each.vat.pence
    differences = {code: Money(pence) for code, pence in sorted(held.items()) if pence}
    return VatReport(ledger=name, period=period, rows=rows, late=tuple(late), differences=differences)


def _key(council: Council, code: str, day: date) -> _Key:
    """Return the code, treatment and rate of VAT in fees, which a provider states as an amount alone."""
    known = council.vat_codes.get(code)
    return (code, known.treatment.value, known.rate_on(day)) if known is not None else (code, "", NIL)
