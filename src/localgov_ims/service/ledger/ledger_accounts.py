"""Which ledger code a posting goes to: what a plugin says first, else what the settings say. Never a default."""

from __future__ import annotations

from attrs import frozen

from localgov_ims.domain.journals import LedgerAccount, Role
from localgov_ims.domain.postings import Posting
from localgov_ims.hooks.specs import hookimpl
from localgov_ims.service.council import Council


@frozen
class SettingsAccounts:
    """The answer of the settings, given through the same hook as a plugin's, after all of them."""

    council: Council

    @hookimpl(trylast=True)
    def ims_ledger_account(self, posting: Posting) -> LedgerAccount | None:
        """Read the code of the posting's role in the settings; none where they have none."""
        match posting.role:
            case Role.FUND | Role.SUSPENSE | Role.DIFFERENCE:
                return self._fund(posting)
            case Role.VAT:
                return self._vat(posting)
            case Role.BANK | Role.AWAITING:
                return self._bank(posting)
            case Role.CLEARING | Role.DISPUTED | Role.FEE:
                return self._method(posting)
            case _:
                return None

    def _fund(self, posting: Posting) -> LedgerAccount | None:
        fund = self.council.funds.get(posting.fund or "")
        if fund is None:
            return None
        code = self.council.vat_codes.get(posting.vat_code or "")
        if code is not None and fund.code in code.funds:
            return code.funds[fund.code]
        if fund.ledger_from is not None:
            return fund.ledger_from.account_in(posting.account_reference)
        return fund.ledger

    def _vat(self, posting: Posting) -> LedgerAccount | None:
        code = self.council.vat_codes.get(posting.vat_code or "")
        return code.ledger if code is not None else None

    def _bank(self, posting: Posting) -> LedgerAccount | None:
        account = self.council.bank_accounts.get(posting.bank_account or "")
        if account is None:
            return None
        return account.ledger if posting.role is Role.BANK else account.awaiting

    def _method(self, posting: Posting) -> LedgerAccount | None:
        method = self.council.methods.get(posting.mop or "")
        if method is None:
            return None
        if posting.role is Role.FEE:
            return method.fee
        if posting.role is Role.DISPUTED:
            return method.disputed_of(posting.merchant_account)
        return method.clearing_of(posting.merchant_account)
