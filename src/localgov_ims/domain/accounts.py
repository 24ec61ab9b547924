"""The council's own bank accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.policies import OF_STATEMENTS, Treatment, check_policy
from localgov_ims.errors import ConfigurationError

MOST_PROOF_DAYS: Final = 250
"""No balance is in order that may stand unexplained for a year: the working days of one, roughly."""


@frozen(kw_only=True)
class BankAccount:
    """An account of the council at its bank.

    Attributes:
        name: The council's own name for it: `main`.
        account: As readers normalise it (UK: sort code and account number, 14 digits).
        ledger: The ledger code of its balance.
        awaiting: The ledger code of money recognised whose file is not here.
        format: The one kind of file that makes its lines; others of it would repeat them.
        policy: What becomes of a statement for some of its faults, by their codes; every other refuses it.
    """

    name: str
    account: str
    ledger: LedgerAccount
    awaiting: LedgerAccount
    format: str
    policy: Mapping[str, Treatment] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        check_policy(self.policy, f"[bank_accounts.{self.name}] policy", OF_STATEMENTS)
        if self.ledger == self.awaiting:
            message = (
                f"Bank account {self.name}: what awaits its file needs another ledger code than the balance."
            )
            raise ConfigurationError("bad_bank_account", message, account=self.name)
