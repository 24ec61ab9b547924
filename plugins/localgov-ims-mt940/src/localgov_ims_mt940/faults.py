"""What is said of fields that are missing, cannot be read, or do not join what stands before them."""

from __future__ import annotations

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.files.text import has_pence
from localgov_ims_mt940.fields import Field
from localgov_ims_mt940.heads import Head
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


def stray(field: Field) -> Issue:
    """Make the Issue for a field before any message has begun."""
    message = f"Field :{field.tag}: stands in no message: its beginning, field :20:, is missing. Fetch the whole file again."
    return _at(field, "missing-field", "20", "", message)


def no_message(name: str) -> Issue:
    """Make the Issue for a file in which no message begins."""
    message = f"No {name} message begins in this file: it has no field :20:. Is it the right file, as it came from the bank?"
    return Issue(code="unknown-message", place="line 1", field="20", message=message)


def unknown_tag(field: Field) -> Issue:
    """Make the Issue for a line that begins like a tag."""
    message = (
        f"The line begins like a field :{field.tag}:, which no statement has. If it is text that was wrapped there, set "
        "unknown_tags = 'narrative' for this format."
    )
    return _at(field, "unknown-tag", "tag", f":{field.tag}:{field.text}", message)


def bad_number(field: Field) -> Issue:
    """Make the Issue for a statement's number."""
    message = "A statement's number is up to five digits, with or without a page: 7, or 7/2."
    return _at(field, "bad-field", field.tag, field.text, message)


def second_opening(field: Field) -> Issue:
    """Make the Issue for a second opening balance in one message."""
    message = "A message has one opening balance; which of the two counts cannot be known."
    return _at(field, "bad-field", field.tag, field.text, message)


def foreign(field: Field, found: str, currency: str) -> Issue:
    """Make the Issue for a second currency."""
    message = f"{found} stands in a statement in {currency}. Ask the bank for the amount that it booked in {currency}."
    return _at(field, "currency-mismatch", field.tag, found, message)


def not_joined(what: str, balance: Balance, before: int, field: Field) -> Issue:
    """Make the Issue for a statement or page that opens at another balance than the one before it closed at."""
    message = (
        f"{what} opens at {Money(balance.pence or 0).shown(balance.currency)}, but the one before it in this file closes "
        f"at {Money(before).shown(balance.currency)}. What stands between them is missing: ask the bank for it."
    )
    return _at(field, "balance-mismatch", field.tag, field.text, message)


def pages_before_missing(head: Head, field: Field) -> Issue:
    """Make the Issue for a file that begins in the middle of a statement."""
    message = (
        f"Statement {head.number} begins here on page {head.page}, with an intermediate balance (:60M:). Ask the bank for all "
        "pages."
    )
    return _at(field, "page-gap", "28C", f"{head.number}/{head.page}", message)


def pages_after_missing(number: str, page: int, place: str, why: str) -> Issue:
    """Make the Issue for a statement whose next page does not follow."""
    message = (
        f"Page {page} of statement {number} ends with an intermediate balance (:62M:), but its next page does not follow: {why}. "
        "Ask the bank for all pages."
    )
    return Issue(code="page-gap", place=place, field="28C", value=f"{number}/{page}", message=message)


def cut_off(head: Head) -> Issue:
    """Make the Issue for a message without its closing balance."""
    message = (
        f"The message that begins at line {head.line} has no closing balance (:62F: or :62M:). It may have been cut off: fetch it "
        "again."
    )
    return Issue(code="truncated", place=head.place, field="62F", message=message)


def _at(field: Field, code: str, name: str, value: str, message: str) -> Issue:
    return Issue(code=code, place=f"line {field.line}", field=name, value=value, message=message)
