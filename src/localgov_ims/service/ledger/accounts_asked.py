"""Asking for ledger codes while journals are built: each must be there, and open in the chart of accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from attrs import define, field
from sqlalchemy import Connection

from localgov_ims.domain.chart import ChartEntry
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.ledger_files import Problem
from localgov_ims.domain.ledgers import Ledger
from localgov_ims.domain.postings import Posting, Told
from localgov_ims.errors import RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.ledger_accounts import SettingsAccounts
from localgov_ims.storage import chart

_UNKNOWN: Final = LedgerAccount("?")
"""Stands for a code that nobody knows, in a journal that is not made."""


@define(kw_only=True)
class AccountsAsked:
    """Answers what codes postings go to, and gathers what is missing, one Problem for each kind of posting.

    Attributes:
        chart: The chart of accounts, where the ledger has one; none: every code is taken.
    """

    ledger: str
    answer: Callable[[Posting], LedgerAccount | None]
    chart: Mapping[LedgerAccount, ChartEntry] | None
    missing: dict[object, Problem] = field(factory=dict)

    @classmethod
    def of(cls, installation: Installation, connection: Connection, ledger: Ledger) -> AccountsAsked:
        """Return who answers for a ledger."""
        answer = installation.deciding(SettingsAccounts(installation.council))
        entries = chart.in_force(connection, ledger.name) if ledger.chart else None
        return cls(ledger=ledger.name, answer=answer, chart=entries)

    def account_of(self, posting: Posting, each: Told) -> LedgerAccount:
        """Return the code; where there is none, note it and return one that stands for it."""
        account = posting.decided or self.answer(posting)
        if account is None:
            self._note_missing(posting, each)
            return _UNKNOWN
        if self.chart is not None:
            self._note_unknown(account, posting.accounting_on, each)
        return account

    def refuse(self) -> None:
        """Refuse to build where anything is missing.

        Raises:
            RuleViolation: Codes are missing or not open; the message lists every Problem.
        """
        if self.missing:
            problems = list(self.missing.values())
            listed = "\n".join(f"  {problem.where}: {problem.message}" for problem in problems)
            message = f"Ledger {self.ledger}: no journal was made, for ledger codes are missing.\n{listed}"
            raise RuleViolation(problems[0].code, message, problems=problems)

    def _note_missing(self, posting: Posting, each: Told) -> None:
        said = {
            "fund": posting.fund, "method": posting.mop, "merchant account": posting.merchant_account or None,
            "VAT code": posting.vat_code, "bank account": posting.bank_account, "account": posting.account_reference,
        }  # fmt: skip
        of = ", ".join(f"{name} {value}" for name, value in said.items() if value is not None)
        message = f"nothing says the ledger code of role {posting.role.value}{f' for {of}' if of else ''}. Name it in the settings."
        key = (
            posting.role,
            posting.fund,
            posting.mop,
            posting.merchant_account,
            posting.vat_code,
            posting.bank_account,
        )
        self.missing.setdefault(key, Problem("no_ledger_account", f"{each.kind} {each.reference}", message))

    def _note_unknown(self, account: LedgerAccount, on: date, each: Told) -> None:
        assert self.chart is not None  # noqa: S101 - asked for only then
        entry = self.chart.get(account)
        if entry is None or not entry.open_at(on):
            why = "is not in the chart of accounts" if entry is None else f"is not open on {on:%d %B %Y}"
            message = f"ledger code {account} {why}. Correct the reference or the settings, or import the chart again."
            problem = Problem("ledger_code_unknown", f"{each.kind} {each.reference}", message)
            self.missing.setdefault(account, problem)
