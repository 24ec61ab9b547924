"""What is said of a field that is not there, or of a balance that cannot be read."""

from __future__ import annotations

from localgov_ims.domain.issues import Issue
from localgov_ims.files.text import has_pence
from localgov_ims_mt940.fields import Field
from localgov_ims_mt940.printed import Balance

_NAMES = {
    "20": "the reference", "25": "the account", "28C": "the statement's number", "34F": "the floor limit, which names the currency",
    "60F": "the opening balance", "62F": "the closing balance",
}  # fmt: skip


def missing(field: Field, name: str) -> Issue:
    """Make the Issue for a field that must stand before, or in, the message of *field*."""
    message = f"Field :{name}: ({_NAMES.get(name, 'its text')}) is missing or empty. Ask the bank for the whole file."
    return Issue(code="missing-field", place=f"line {field.line}", field=name, message=message)


def bad_balance(balance: Balance | None, field: Field) -> Issue | None:
    """Say what is wrong with a balance, or nothing."""
    code, name, value, message = "", field.tag, field.text, ""
    if not field.text.strip():
        return missing(field, field.tag)
    if balance is None:
        code = "bad-field"
        message = "A balance is C or D, its day, a currency and an amount, such as C261005GBP1338,16."
    elif not has_pence(balance.currency):
        code, value = "bad-field", balance.currency
        message = "A currency is a code of three capitals whose amounts have two decimals, such as GBP."
    elif balance.pence is None:
        code, name, value = "bad-amount", f"{field.tag} amount", balance.printed_amount
        message = (
            "An amount is digits and a decimal comma, with two decimals at most and no sign, such as 12,34."
        )
    elif balance.on is None:
        code, name, value = "bad-date", f"{field.tag} date", balance.printed_day
        message = "The day of a balance is no day of the calendar. If the bank prints it as DDMMYY, set balance_dates = 'DDMMYY'."
    else:
        return None
    return Issue(code=code, place=f"line {field.line}", field=name, value=value, message=message)
