"""What the reason codes of ADDACS and AUDDIS mean, in words for whoever must act on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    "0": "Instruction cancelled by the paying bank",
    "1": "Instruction cancelled by the payer",
    "2": "Payer deceased",
    "3": "Account transferred to another bank or building society",
    "5": "No account, or the wrong type of account",
    "6": "No instruction",
    "7": "Amount of the Direct Debit is not zero",
    "B": "Account closed",
    "C": "Account transferred to another branch",
    "F": "Invalid account type",
    "G": "Bank will not accept Direct Debits on the account",
    "H": "Instruction has expired",
    "I": "Payer's reference is not unique",
    "L": "Incorrect payer's account details",
    "M": "Transaction code or user status is not compatible",
    "N": "Transaction not allowed at payer's branch",
    "O": "Invalid reference",
    "P": "Payer's name not present",
    "Q": "Service user's name is blank",
}
"""By code, as banks' guides for originators list them."""
