"""What is asked of one item of a basket, check by check, in the order in which the first failure is told."""

from __future__ import annotations

import re
from datetime import date

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.funds import Fund
from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.references import ReferenceFormat
from localgov_ims.errors import InvalidValue, RuleViolation
from localgov_ims.service.council import Council

_PORTAL_REFERENCE = re.compile(r"[A-Za-z0-9/ ]+", re.ASCII)
_LONGEST = 30


def check_fund(council: Council, code: str, *, portal: bool) -> None:
    """Refuse a fund that takes no payments here."""
    fund = council.funds.get(code)
    if fund is None or fund.disabled or fund.suspense or (portal and not fund.basket_fund):
        why = "is not one of the council's" if fund is None else "takes no payments here"
        raise InvalidValue("fund_not_allowed", f"Fund {quoted(code)!r} {why}.", value=code)


def method_of(
    council: Council, rights: Rights, given: str | None, channel: str | None, *, certain: bool = False
) -> str:
    """Return the code of an item's method: as given, else the channel's; a user without methods has the staff card.

    Money that is *certain* has come already, and not by a card: its method is the channel's.
    """
    if given is not None:
        return given
    if rights.methods is not None and not rights.methods and not certain:
        return council.special["staff_card"]
    return council.special[channel] if channel is not None else ""


def check_method(council: Council, rights: Rights, code: str) -> None:
    """Refuse a method of payment that takes no payments, or that the user has not been given."""
    method = council.methods.get(code)
    if method is None or method.disabled:
        raise InvalidValue(
            "mop_not_allowed", f"Method of payment {quoted(code)!r} takes no payments.", value=code
        )
    no_methods = rights.methods is not None and not rights.methods
    if not rights.takes_by(code) and not (no_methods and code == council.special.staff_card):
        message = f"{rights.user.name} has not been given the method of payment {code} ({method.name})."
        raise RuleViolation("mop_not_given", message, value=code)


def check_amount(council: Council, fund: str, mop: str, amount: Money) -> None:
    """Refuse an amount that is not above nothing, or outside what the fund and the method allow."""
    if amount <= NOTHING:
        message = f"A payment must be above zero, not {amount.shown()}."
        raise InvalidValue("amount_not_positive", message, value=str(amount))
    method = council.methods.get(mop)
    for code, limit, over, whose in (
        ("amount_over_fund_max", council.funds[fund].maximum, True, f"fund {fund} takes"),
        ("amount_over_mop_max", method.maximum if method else None, True, f"method {mop} takes"),
        ("amount_under_mop_min", method.minimum if method else None, False, f"method {mop} takes"),
    ):
        if limit is not None and (amount > limit if over else amount < limit):
            bound = "at most" if over else "at least"
            message = f"{amount.shown()} cannot be paid: {whose} {bound} {limit.shown()} in one line."
            raise RuleViolation(code, message, value=str(amount), limit=str(limit))


def check_negative(council: Council, item: BasketItem, mop: str) -> None:
    """Refuse a negative line unless its method may reverse payments and somebody says why."""
    if not council.methods[mop].payment_reversal:
        message = f"Method {mop} cannot take money back ({item.amount.shown()}): it has not payment_reversal = true."
        raise RuleViolation("negative_not_allowed", message, value=str(item.amount))
    if item.narrative is None:
        message = f"Say in the narrative why {item.amount.shown()} is taken back."
        raise InvalidValue("reason_missing", message, value=str(item.amount))


def check_portal_reference(reference: str | None) -> None:
    """Refuse a reference with characters that the portal does not take."""
    if reference is not None and _PORTAL_REFERENCE.fullmatch(reference) is None:
        message = f"'{quoted(reference)}' holds a character other than letters, digits, / and space."
        raise InvalidValue("reference_characters", message, value=reference)


def canonical(format_: ReferenceFormat | None, given: str | None) -> str:
    """Return a reference as it is stored, whether it is right or not."""
    text = (given or "").strip()
    return format_.compact(text) if format_ is not None else text


def check_reference(
    fund: Fund,
    format_: ReferenceFormat | None,
    reference: str,
    holder: AccountHolder | None,
    *,
    given: str | None,
    today: date,
) -> None:
    """Refuse a reference that is not the fund's, and of funds that know their accounts one that is not an account."""
    if format_ is None:
        _check_free(reference, given)
    else:
        fault = format_.fault(reference)
        lenient = fund.account_must_exist and fault is not None and fault[0] in _AFTER_THE_PATTERN
        if fault is not None and not lenient:
            format_.parse(given or "")
        if lenient and holder is None and fault is not None and fault[0] == "reference_check_digit":
            format_.parse(given or "")
    if not fund.account_must_exist:
        return
    if holder is None:
        message = (
            f"'{quoted(given or '')}' is no account of fund {fund.code} ({fund.name}). Check the reference."
        )
        raise InvalidValue("account_not_found", message, value=given)
    if holder.closed(today):
        message = f"Account {reference} of fund {fund.code} was closed on {holder.closed_on:%d %B %Y} and takes no payments."
        raise RuleViolation("account_closed", message, value=reference)


def check_stop(council: Council, rights: Rights, holder: AccountHolder, *, alone: bool) -> bool:
    """Refuse an account whose message stops this channel; tell whether a stop was overridden by permission."""
    message = council.messages.get(holder.message or "")
    if message is None or not (message.stops_portal if alone else message.stops_staff):
        return False
    if not alone and rights.has(Permission.ACCOUNT_PAY_STOPPED):
        return True
    said = f"Account {holder.account_reference} of fund {holder.fund} takes no payments now: {message.text}"
    raise RuleViolation("account_on_stop", said, value=holder.account_reference, message_code=message.code)


def _check_free(reference: str, given: str | None) -> None:
    if not reference:
        raise InvalidValue("reference_missing", "Give the reference of the account to be paid.")
    if len(reference) > _LONGEST:
        message = (
            f"'{quoted(given or '')}' has {len(reference)} characters; a reference has {_LONGEST} at most."
        )
        raise InvalidValue("reference_length", message, value=given)
    if not reference.isprintable():
        message = f"'{quoted(given or '')}' holds a character that cannot be printed."
        raise InvalidValue("reference_characters", message, value=given)


_AFTER_THE_PATTERN = frozenset({"reference_mask", "reference_check_digit"})
