"""Verifying: the five laws, proved on the council's own database."""

from __future__ import annotations

from typing import Final

from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import ImsError
from localgov_ims.service.installation import Installation
from localgov_ims.service.laws import once, one_place, proved, unchanged, whole_pence
from localgov_ims.service.laws.law import Check, Findings, LawReport
from localgov_ims.service.people.permitting import permit

LAWS: Final[tuple[tuple[str, Check], ...]] = (
    ("Money is whole pence and nothing is guessed", whole_pence.check),
    ("Records never change", unchanged.check),
    ("Every penny is in exactly one place", one_place.check),
    ("Twice is once", once.check),
    ("Totals are proved, not trusted", proved.check),
)
"""The laws, in order, with what proves each."""


def verify(installation: Installation) -> list[LawReport]:
    """Prove the five laws in one snapshot of the database, and name every record that breaks one.

    Raises:
        NotPermitted: The permission report.view is missing.
    """
    reports = []
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW)
        for number, (name, check) in enumerate(LAWS, start=1):
            findings = Findings()
            try:
                check(connection, installation.council, findings)
            except (ImsError, ValueError, TypeError, ArithmeticError) as error:
                # Tampered values may be no values at all; that is a finding, not a reason to stop proving.
                findings.breaks(f"Something in the database cannot even be read: {error}")
            reports.append(
                LawReport(
                    law=number,
                    name=name,
                    checked=findings.checked,
                    broken=tuple(findings.broken),
                    count=findings.count,
                    retired=findings.retired,
                    told=tuple(findings.told),
                )
            )
    return reports
