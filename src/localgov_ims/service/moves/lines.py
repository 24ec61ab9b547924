"""Lines: what a line of income is worth to the taxman, by one rule on every path."""

from __future__ import annotations

from datetime import date

from attrs import evolve

from localgov_ims.domain.funds import Nature
from localgov_ims.domain.money import Money
from localgov_ims.domain.transactions import LineInput
from localgov_ims.domain.vat import NIL, Treatment, VatRate
from localgov_ims.errors import InvalidValue
from localgov_ims.service.council import Council


def line_for(  # noqa: PLR0913 - every part of a line, each by its name
    council: Council, *, fund: str, account_reference: str | None, amount: Money, mop: str, taken_on: date,
    vat_code: str | None = None, narrative: str | None = None, rule: str | None = None,
) -> LineInput:  # fmt: skip
    """Return a line with its VAT, which lies inside the amount at the rate of the day the payer paid.

    Its code is the fund's, or another that was asked for where the fund lets a line have its own. Money that has
    already been received is never refused for its VAT code; whoever may be refused asks `check_vat_code` first.
    """
    code = vat_code_of(council, fund, vat_code)
    given = LineInput(
        fund=fund, account_reference=account_reference, amount=amount, mop=mop, narrative=narrative, rule=rule
    )
    return taxed(council, given, code, taken_on)


def taxed(council: Council, line: LineInput, code: str | None, taken_on: date) -> LineInput:
    """Return a line with the VAT that lies in it by a code, at the rate of the day the payer paid; none: no VAT."""
    treatment, rate = vat_terms(council, code, taken_on)
    return evolve(
        line,
        vat_code=code,
        vat_treatment=treatment,
        vat_rate=rate,
        vat=rate.vat_in(line.amount, council.vat_rounding),
    )


def vat_code_of(council: Council, fund: str, asked: str | None) -> str | None:
    """Return the VAT code of a line of money received: the one asked for where the fund lets a line have it, else the fund's."""
    return asked if asked and _allowed(council, fund, asked) else council.funds[fund].vat_code


def vat_terms(council: Council, code: str | None, taken_on: date) -> tuple[Treatment | None, VatRate]:
    """Return what a VAT code says on the day the payer paid; no code says no VAT."""
    record = council.vat_codes[code] if code is not None else None
    return (record.treatment, record.rate_on(taken_on)) if record is not None else (None, NIL)


def checked_day(taken_on: date | None, today: date) -> date:
    """Return the day that a person says money was taken; today, if they say nothing.

    Raises:
        InvalidValue: It has not come yet (`day_in_future`).
    """
    if taken_on is not None and taken_on > today:
        message = f"{taken_on:%d %B %Y} has not come yet; today is {today:%d %B %Y}."
        raise InvalidValue("day_in_future", message, value=taken_on.isoformat())
    return taken_on or today


def check_vat_code(council: Council, fund: str, vat_code: str | None) -> None:
    """Refuse a VAT code that a line of *fund* may not have; none, or the fund's own, is always right.

    Raises:
        InvalidValue: `vat_code_not_allowed`.
    """
    if vat_code and not _allowed(council, fund, vat_code):
        own = council.funds[fund].vat_code or "none"
        message = f"A line of fund {fund} cannot have the VAT code {vat_code!r}; the fund's own is {own}."
        raise InvalidValue("vat_code_not_allowed", message, fund=fund, value=vat_code)


def _allowed(council: Council, fund: str, vat_code: str) -> bool:
    record, code = council.funds[fund], council.vat_codes.get(vat_code)
    if vat_code == record.vat_code:
        return True
    own = record.vat_override and record.nature is not Nature.DEBTOR_CONTROL
    return own and code is not None and not code.disabled
