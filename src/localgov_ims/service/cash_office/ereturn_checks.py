"""Checking eReturns: each line against its row, what is submitted against what was counted, and the income it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.deposits import DepositKind
from localgov_ims.domain.ereturn_contents import Contents, EReturnLine
from localgov_ims.domain.ereturn_templates import ANY_DIGIT, TemplateRow
from localgov_ims.domain.ereturns import EReturn
from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.over_short import OverShort
from localgov_ims.domain.people import Rights
from localgov_ims.domain.transactions import LineInput
from localgov_ims.errors import ConfigurationError, InvalidValue
from localgov_ims.service.cash_office.depositing import check_bags, check_z_report
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.lines import check_vat_code, checked_day, line_for
from localgov_ims.service.payments import item_checks
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.storage import holders
from localgov_ims.storage.store import Unit


def check_saved(council: Council, ereturn: EReturn, contents: Contents) -> None:
    """Refuse what an eReturn cannot hold, not even while it is being filled in; lines of nothing may be anything.

    Raises:
        InvalidValue: A line belongs to no row (`unknown_line`), changes what the row does not let it
            (`override_not_allowed`), lacks something (`missing_value`), or does not fit the mask (`bad_length`,
            `not_a_digit`, `differs_from_mask`); it takes money out of cash or cheques (`amount_not_positive`), its VAT
            code is not the fund's (`vat_code_not_allowed`), its fund takes no income any more (`fund_not_allowed`), or the
            analysis is of another kind (`wrong_kind`).
        RuleViolation: The Z-total is not sales less refunds (`z_total_differs`).
    """
    contents.check_kind(ereturn.kind)
    contents.check_z_total()
    for line in contents.lines:
        row = _row(ereturn, line)
        if line.amount:
            _check_line(council, ereturn.kind, row, line)
    for cheque in contents.cheques:
        if cheque.drawer is None:
            message = f"Say who drew cheque {cheque.item}."
            raise InvalidValue("missing_value", message, field="drawer", item=cheque.item)


def check_submitted(
    installation: Installation, unit: Unit, rights: Rights, ereturn: EReturn, contents: Contents
) -> None:
    """Refuse what cannot be submitted, or approved: everything that saving refuses, and what is not whole.

    Raises:
        InvalidValue, RuleViolation: As `check_saved` and `Contents.check_complete`; a reference is not the fund's, or its
            account is not there or closed; or the Z-report is of a day to come.
        AlreadyDone: The bag or the Z-report was paid in before (`bag_number_used`, `z_report_used`).
        NotPermitted: An account is restricted.
        ConfigurationError: The takings are over or short, and the settings have no account for that.
    """
    council = installation.council
    check_saved(council, ereturn, contents)
    contents.check_complete(ereturn.kind)
    permit_lines(installation, unit.connection, rights, ereturn, contents)
    if contents.over_short:
        over_short_account(council)
    if contents.nil:
        return
    _check_accounts(council, unit, ereturn, contents)
    card = contents.card
    if contents.bag_number is not None:
        check_bags(unit, [contents.bag_number])
    if card.terminal is not None and card.z_report is not None:
        checked_day(card.z_on, local_day(unit.at))
        check_z_report(unit, card.terminal, card.z_report)


def permit_lines(
    installation: Installation, connection: Connection, rights: Rights, ereturn: EReturn, contents: Contents
) -> None:
    """Refuse whoever may not touch one of the accounts that an eReturn is for.

    Raises:
        NotPermitted: An account is restricted.
    """
    rows = {row.number: row for row in ereturn.template.rows}
    accounts = [(rows[line.row].fund, _reference(rows[line.row], line)) for line in contents.valued]
    permit_accounts(installation, connection, rights, accounts)


def income_of(council: Council, ereturn: EReturn, mop: str, taken_on: date) -> list[LineInput]:
    """Return the lines that an eReturn becomes: one for each of its lines that is not nothing, and what is over or short."""
    rows = {row.number: row for row in ereturn.template.rows}
    made = []
    for line in ereturn.contents.valued:
        row = rows[line.row]
        made.append(
            line_for(
                council, fund=row.fund, account_reference=_canonical(council, row, line), amount=line.amount, mop=mop,
                taken_on=taken_on, vat_code=line.vat_code or row.vat_code,
                narrative=line.description or row.description,
            )
        )  # fmt: skip
    if ereturn.contents.over_short:
        account, difference = over_short_account(council), ereturn.contents.over_short
        made.append(
            line_for(
                council, fund=account.fund, account_reference=account.account_reference, amount=difference, mop=mop,
                taken_on=taken_on, narrative=f"{'Over' if difference > NOTHING else 'Short'}, eReturn {ereturn.number}",
            )
        )  # fmt: skip
    return made


def references_of(
    ereturn: EReturn, contents: Contents
) -> Sequence[tuple[EReturnLine, TemplateRow, str | None]]:
    """Return each line with its row and the account reference that it is for, for whoever shows them."""
    rows = {row.number: row for row in ereturn.template.rows}
    return [(line, rows[line.row], _reference(rows[line.row], line)) for line in contents.lines]


def over_short_account(council: Council) -> OverShort:
    """Return the account set for what is over or short.

    Raises:
        ConfigurationError: The settings set none.
    """
    if council.over_short is None:
        message = "The settings set no account for takings that are over or short. Add [over_short] with its fund and account_reference."
        raise ConfigurationError("no_over_short", message)
    return council.over_short


def _row(ereturn: EReturn, line: EReturnLine) -> TemplateRow:
    found = next((row for row in ereturn.template.live if row.number == line.row), None)
    if found is None:
        known = ", ".join(str(row.number) for row in ereturn.template.live)
        message = f"eReturn {ereturn.number} has no row {line.row}; its rows are {known}."
        raise InvalidValue("unknown_line", message, row=line.row)
    return found


def _check_line(council: Council, kind: DepositKind, row: TemplateRow, line: EReturnLine) -> None:
    item_checks.check_fund(council, row.fund, portal=False)  # it may have gone since the return was started
    if line.amount < NOTHING and kind is not DepositKind.CARD:
        message = (
            f"Row {row.number}: {line.amount.shown()} cannot be paid in. Money is given back by a refund."
        )
        raise InvalidValue("amount_not_positive", message, row=row.number, value=str(line.amount))
    for name, given, own, allowed in (
        ("account reference", line.account_reference, row.reference, row.reference_override),
        ("VAT code", line.vat_code, row.vat_code or council.funds[row.fund].vat_code, row.vat_override),
        ("description", line.description, row.description, row.description_override),
    ):
        if given is not None and given != own and not allowed:
            message = f"Row {row.number}: its {name} is {own or 'none'} and cannot be changed to {given!r}."
            raise InvalidValue("override_not_allowed", message, row=row.number, field=name, value=given)
    reference = _reference(row, line)
    if reference is None:
        message = f"Row {row.number}: give the account reference; {row.reference} is to be filled in."
        raise InvalidValue("missing_value", message, row=row.number, field="account_reference")
    row.check_reference(reference)
    check_vat_code(council, row.fund, line.vat_code or row.vat_code)


def _check_accounts(council: Council, unit: Unit, ereturn: EReturn, contents: Contents) -> None:
    """Refuse references that are not their funds', of funds that know their accounts those that are not accounts."""
    given = [(_row(ereturn, line), line) for line in contents.valued]
    accounts = [(row.fund, _canonical(council, row, line)) for row, line in given]
    known = holders.current(unit.connection, accounts)
    for (row, line), account in zip(given, accounts, strict=True):
        fund = council.funds[row.fund]
        item_checks.check_reference(
            fund, council.references.format_of(row.fund), account[1], known.get(account),
            given=_reference(row, line), today=local_day(unit.at),
        )  # fmt: skip


def _reference(row: TemplateRow, line: EReturnLine) -> str | None:
    """Return the reference of a line; none where its row has one to be filled in, and nobody did."""
    if line.account_reference is not None:
        return line.account_reference
    return row.reference if ANY_DIGIT not in row.reference else None


def _canonical(council: Council, row: TemplateRow, line: EReturnLine) -> str:
    return item_checks.canonical(council.references.format_of(row.fund), _reference(row, line))
