"""One entry of a statement: from its printed fields to a line, or to the Issues that say why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import BankLine, Detail, References
from localgov_ims_camt import payments
from localgov_ims_camt.elements import Charge, Entry, Transaction
from localgov_ims_camt.payments import Batched, Whole
from localgov_ims_camt.printed import Printed

BOOKED: Final = "BOOK"
STATUSES: Final = frozenset({BOOKED, "PDNG", "INFO", "FUTR"})


class Parts(NamedTuple):
    """What stands inside an entry besides its own fields."""

    transactions: Sequence[Transaction] = ()
    batches: Sequence[Batched] = ()
    charges: Sequence[Charge] = ()
    payment_charges: Sequence[Charge] = ()


class Movement(NamedTuple):
    """An entry's money: pence, the sign of its printed direction, whether booked, whether a reversal."""

    pence: int
    sign: int
    booked: bool
    reversal: bool


def movement(entry: Entry, place: str, printed: Printed) -> Movement | None:
    """Read an entry's money, or emit why it cannot be read."""
    known = printed.faults
    pence = printed.amount(entry.amount, place)
    if not entry.currency:
        printed.missing(place, "Amt@Ccy")
    sign = printed.sign(entry.direction, place)
    status = entry.status if entry.status == BOOKED else printed.choice(entry.status, place, "Sts", STATUSES)
    reversal = entry.reversal is not None and printed.mark(entry.reversal, place, "RvslInd")
    if printed.faults != known or pence is None or sign is None:
        return None
    return Movement(pence, sign, status == BOOKED, reversal)


def days(entry: Entry, place: str, printed: Printed) -> tuple[date | None, date | None]:
    """Return the day a booked entry was booked, and the day it counts from."""
    booked_on = value_on = None
    if entry.booked:
        booked_on = printed.day(entry.booked, place, "BookgDt")
    else:
        printed.missing(place, "BookgDt")
    if entry.value:
        value_on = printed.day(entry.value, place, "ValDt")
    return booked_on, value_on


def code(entry: Entry) -> str | None:
    """Return the bank's own code, as UK banks give it (BGC, DD, FPI), or ISO's joined by slashes."""
    if entry.own_code:
        return entry.own_code
    parts = [part for part in (entry.domain, entry.family, entry.subfamily) if part]
    return "/".join(parts) or None


def line(
    entry: Entry, parts: Parts, whole: Whole, position: int, booked_on: date, value_on: date | None, *,
    reversal: bool, printed: Printed,
) -> BankLine:  # fmt: skip
    """Make the line of a booked entry; an only payment speaks for the line itself."""
    transactions, batches = parts.transactions, parts.batches
    only = transactions[0] if len(transactions) == 1 else None
    batch = len(transactions) > 1 or any(group.is_batch for group in batches)
    details: tuple[Detail, ...] = ()
    if batch or (only is not None and not payments.of_one(only, entry)):
        amounts = payments.check(whole, transactions, batches, charges_of(parts, whole, printed), printed)
        details = payments.details(transactions, whole, amounts) if batch else ()
    name = account = None
    own: tuple[str, ...] = ()
    if only is None:
        refs = References(bank=entry.bank_reference)
    else:
        own, refs = (
            payments.narrative(only),
            payments.references(only, entry.bank_reference or only.bank_reference),
        )
        name, account = payments.counterparty(only, whole.sign)
    if entry.information is not None:
        own = (*own, entry.information)
    return BankLine(
        position=position, amount=Money(whole.pence), booked_on=booked_on, place=whole.place,
        value_on=value_on, code=code(entry), references=refs, counterparty_name=name,
        counterparty_account=account, narrative=own, reversal=reversal, details=details,
    )  # fmt: skip


def charges_of(parts: Parts, whole: Whole, printed: Printed) -> frozenset[int]:
    """Return what declared charges may add to the payments, as printed.

    Banks declare them with the entry, with its payments, or the same ones with both.
    """
    outer = sum(_charge(charge, whole, printed) for charge in parts.charges)
    inner = sum(_charge(charge, whole, printed) for charge in parts.payment_charges)
    return frozenset({outer, inner, outer + inner})


def _charge(charge: Charge, whole: Whole, printed: Printed) -> int:
    text, currency = charge.amount, charge.currency
    if text is None:
        text, currency = charge.total, charge.total_currency
    if text is None or currency not in (None, whole.currency):
        return 0
    pence = printed.amount(text, f"{whole.place}/Chrgs")
    sign = -1 if charge.direction is None else printed.sign(charge.direction, f"{whole.place}/Chrgs")
    return (pence or 0) * (sign or 0)
