"""The map of a ledger: every combination that is in use, and the code that it is posted to today."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.journals import LedgerAccount, Role
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.postings import FundRoles, Posting
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journal_sources import roles_of
from localgov_ims.service.ledger.ledger_accounts import SettingsAccounts
from localgov_ims.service.people.permitting import permit_reading
from localgov_ims.storage import ledger_uses


@frozen(kw_only=True)
class Mapped:
    """What a posting is of, how many lines are, and where it goes; none where nothing says it."""

    posting: Posting
    lines: int
    account: LedgerAccount | None


def ledger_map(installation: Installation) -> list[Mapped]:
    """Return every combination of role, fund, VAT code, method and bank account that records use, with its code.

    Raises:
        NotPermitted: The permission journal.export is missing.
    """
    permit_reading(installation, Permission.JOURNAL_EXPORT)
    answer = installation.deciding(SettingsAccounts(installation.council))
    return [
        Mapped(posting=posting, lines=lines, account=answer(posting))
        for posting, lines in _used(installation)
    ]


def _used(installation: Installation) -> Iterator[tuple[Posting, int]]:
    roles, on = roles_of(installation.council), local_day(installation.clock())

    def posting(role: Role, **of: str) -> Posting:
        return Posting(role=role, kind="Receipt", amount=Money(1), accounting_on=on, **of)  # type: ignore[arg-type]

    with installation.store.reading() as connection:
        for account, lines in ledger_uses.bank_accounts(connection):
            yield posting(Role.BANK, bank_account=account), lines
            yield posting(Role.AWAITING, bank_account=account), lines
        for mop, merchant, lines in ledger_uses.methods(connection):
            yield posting(Role.CLEARING, mop=mop, merchant_account=merchant), lines
        for fund, vat_code, vat, reference, lines in ledger_uses.funds(
            connection, _told_apart(installation, roles)
        ):
            of = {"fund": fund} | ({"vat_code": vat_code} if vat_code else {})
            of |= {"account_reference": reference} if reference else {}
            yield posting(roles.of(fund, reference), **of), lines
            if vat:
                yield posting(Role.VAT, **of), lines


def _told_apart(installation: Installation, roles: FundRoles) -> set[str]:
    """Return the funds whose accounts are posted apart: by codes in their references, or as differences."""
    cut = {fund.code for fund in installation.council.funds.values() if fund.ledger_from is not None}
    return cut | {fund for fund, _ in roles.differences}
