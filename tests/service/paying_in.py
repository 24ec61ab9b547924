"""An office that pays in by eReturns: its templates, and returns that are right as they come."""

from __future__ import annotations

from datetime import date
from typing import Any

from attrs import evolve
from tests.builders import pounds
from tests.service import money_in as at

from localgov_ims.domain.denominations import Counted, Denomination
from localgov_ims.domain.deposits import DepositKind
from localgov_ims.domain.ereturn_contents import CardScheme, CardTakings, Contents, EReturnCheque, EReturnLine
from localgov_ims.domain.ereturn_templates import EReturnTemplate, TemplateRow
from localgov_ims.domain.ereturns import EReturn
from localgov_ims.domain.over_short import OverShort
from localgov_ims.service.cash_office.ereturns import save_ereturn, start_ereturn, submit_ereturn
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation

CASH, CHEQUE, CARD = DepositKind.CASH, DepositKind.CHEQUE, DepositKind.CARD


def a_template(**given: Any) -> EReturnTemplate:
    """Build the library's template: fines, garden waste with everything to be filled in, rents, council tax."""
    rows = (
        TemplateRow(reference="00000000001", fund="LB", description="Library fines"),
        TemplateRow(
            reference="***456", fund="13", description="Garden waste", vat_override=True, reference_override=True,
            description_override=True,
        ),
        TemplateRow(reference="70000000001", fund="05", description="Rents"),
        TemplateRow(reference="00000000009", fund="LB", description="Photocopies", retired=True),
        TemplateRow(reference="*********", fund="23", description="Council tax", reference_override=True),
    )  # fmt: skip
    usual: dict[str, Any] = {
        "name": "library", "allows_cash": True, "allows_cheques": True, "allows_card": True,
        "users": ("tester", "clerk", "second", "colleague"), "notify": ("cashiers@example.gov.uk",), "rows": rows,
    }  # fmt: skip
    return EReturnTemplate(**usual | given).numbered()


def a_council(*templates: EReturnTemplate, **given: Any) -> Council:
    """Build a council with the library's template, a method for cheques of eReturns, and an account for differences."""
    council = at.a_council()
    methods = {**council.methods, "EC": at.method("EC", "eReturn cheque", ereturn_cheque=True)}
    usual: dict[str, Any] = {
        "methods": methods, "ereturn_templates": {each.name: each for each in templates or (a_template(),)},
        "over_short": OverShort(fund="LB", account_reference="99900000001", limit=pounds("5.00")),
    }  # fmt: skip
    return evolve(council, **usual | given)


def house(desk: Installation, *templates: EReturnTemplate, **given: Any) -> Installation:
    """Return the council of a desk as one that pays in by eReturns."""
    return evolve(desk, council=a_council(*templates, **given))


COUNTED = Counted.of(
    values={
        Denomination.TWENTY_POUNDS: pounds("100"), Denomination.TEN_POUNDS: pounds("40"),
        Denomination.FIVE_POUNDS: pounds("5"), Denomination.TWO_POUNDS: pounds("4"),
        Denomination.ONE_POUND: pounds("4"), Denomination.FIFTY_PENCE: pounds("0.50"),
        Denomination.TWENTY_PENCE: pounds("1"), Denomination.TEN_PENCE: pounds("0.50"),
    }
)  # fmt: skip
"""155.00, as in the worked example."""


def line(amount: str, row: int = 1, **given: Any) -> EReturnLine:
    return EReturnLine(row=row, amount=pounds(amount), **given)


def cash(*lines: EReturnLine, **given: Any) -> Contents:
    """Build a cash return of 155.00, for library fines unless lines are given."""
    usual: dict[str, Any] = {
        "lines": lines or (line("155.00"),), "cash": COUNTED, "bag_number": "BAG1", "slip": "500001",
    }  # fmt: skip
    return Contents(**usual | given)


def cheque(amount: str = "30.00", item: int = 1, **given: Any) -> EReturnCheque:
    return EReturnCheque(**{"item": item, "amount": pounds(amount), "drawer": "A Drawer"} | given)


def cheques(*lines: EReturnLine, **given: Any) -> Contents:
    """Build a return of two cheques of 30.00 and 12.00."""
    usual: dict[str, Any] = {
        "lines": lines or (line("42.00"),), "cheques": (cheque(), cheque("12.00", 2)), "slip": "500002",
    }  # fmt: skip
    return Contents(**usual | given)


def cards(*lines: EReturnLine, z: str | None = "100.00", report: str = "0041", **given: Any) -> Contents:
    """Build a card return of 120.00 sold and 20.00 refunded."""
    visa = CardScheme(
        name="Visa", sales_count=6, sales=pounds("120.00"), refunds_count=1, refunds=pounds("20.00")
    )
    takings = CardTakings(
        merchant="M1", terminal="T1", z_report=report, z_on=date(2026, 5, 12), z_total=pounds(z) if z else None,
        schemes=(visa,),
    )  # fmt: skip
    return Contents(**{"lines": lines or (line("100.00"),), "card": takings} | given)


USUAL = {CASH: cash(), CHEQUE: cheques(), CARD: cards()}
"""A return of each kind that can be submitted."""


def started(office: Installation, kind: DepositKind = CASH) -> EReturn:
    return start_ereturn(office, "library", kind)


def saved(office: Installation, contents: Contents | None = None, kind: DepositKind = CASH) -> EReturn:
    return save_ereturn(office, started(office, kind).number, contents or USUAL[kind])


def submitted(office: Installation, contents: Contents | None = None, kind: DepositKind = CASH) -> EReturn:
    return submit_ereturn(office, started(office, kind).number, contents or USUAL[kind])
