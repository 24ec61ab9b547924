"""The payments inside an entry: what they say of it, and whether they add up to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import Detail, References
from localgov_ims.files.totals import AGAIN
from localgov_ims_camt.elements import Batch, Entry, Texts, Transaction
from localgov_ims_camt.printed import Printed

Charges = frozenset[int]
"""What declared charges may add to an entry's payments, in pence: below nothing for a charge taken."""


class Batched(NamedTuple):
    """A group of payments in an entry: what it declares, and where its payments begin and end."""

    declared: Batch
    first: int
    last: int

    @property
    def is_batch(self) -> bool:
        """Whether the bank declares it a batch."""
        return any(self.declared)


class Whole(NamedTuple):
    """The entry that payments must add up to: signed pence, and the sign that its direction stands for.

    `flip` is -1 where a reversal's printed direction is read the other way.
    """

    pence: int
    sign: int
    flip: int
    currency: str
    place: str


def texts(said: Texts) -> tuple[str, ...]:
    """Return the texts of a repeatable element."""
    if said is None:
        return ()
    return (said,) if isinstance(said, str) else tuple(said)


def narrative(payment: Transaction) -> tuple[str, ...]:
    """Return a payment's lines of text; structured references beyond the first are lines, none is lost."""
    if payment.information is payment.remittance is None and not isinstance(payment.structured, list):
        return texts(payment.unstructured)
    more = texts(payment.structured)[1:]
    information = () if payment.information is None else (payment.information,)
    return (*texts(payment.unstructured), *more, *texts(payment.remittance), *information)


def references(payment: Transaction, bank: str | None) -> References:
    """Return a payment's references, each under what it is."""
    said = payment.structured
    structured = said[0] if isinstance(said, list) else said
    return References(
        end_to_end=payment.end_to_end, structured=structured, mandate=payment.mandate,
        bank=bank, customer=payment.instruction, cheque=payment.cheque,
    )  # fmt: skip


def counterparty(payment: Transaction, sign: int) -> tuple[str | None, str | None]:
    """Return name and account of the other side: the debtor of money in, the creditor of money out."""
    if sign > 0:
        return payment.debtor or payment.ultimate_debtor, payment.debtor_account
    return payment.creditor or payment.ultimate_creditor, payment.creditor_account


def of_one(payment: Transaction, entry: Entry) -> bool:
    """Tell at a glance that an entry's only payment says nothing against its amount."""
    if payment.direction is not None and payment.direction != entry.direction:
        return False
    if payment.amount is not None:
        return payment.amount == entry.amount and payment.currency == entry.currency
    if payment.transaction_amount is not None:
        return payment.transaction_amount == entry.amount and payment.transaction_currency == entry.currency
    return True


def check(
    whole: Whole,
    payments: Sequence[Transaction],
    batches: Sequence[Batched],
    charges: Charges,
    printed: Printed,
) -> list[int] | None:
    """Compare payments and batches with their entry, which *charges* declared in it may differ by.

    Returns:
        The payments' amounts in signed pence where they are in the account's currency and add up to the
        entry.
    """
    amounts = [
        _amount(payment, whole, f"{whole.place}/NtryDtls/TxDtls[{n}]", printed)
        for n, payment in enumerate(payments, 1)
    ]
    known = [amount for amount in amounts if amount is not None]
    complete = bool(known) and len(known) == len(payments)
    _check_batches(whole, batches, amounts, charges, printed)
    if not complete:
        return None
    difference = whole.pence - sum(known)
    if difference == 0:
        return known
    if difference * whole.flip not in charges:
        _mismatch(whole, sum(known), "payments in it come to", printed)
    return None


def details(
    payments: Sequence[Transaction], whole: Whole, amounts: Sequence[int] | None
) -> tuple[Detail, ...]:
    """Return the payments of a batch, with amounts only where they add up to it."""
    made = []
    for n, payment in enumerate(payments):
        pence = None if amounts is None else amounts[n]
        name, account = counterparty(payment, whole.sign)
        made.append(
            Detail(
                amount=None if pence is None else Money(pence),
                references=references(payment, payment.bank_reference),
                counterparty_name=name,
                counterparty_account=account,
                narrative=narrative(payment),
            )
        )
    return tuple(made)


def _amount(payment: Transaction, whole: Whole, place: str, printed: Printed) -> int | None:
    """Return a payment's signed pence; none where it has no amount, or one in another currency."""
    if payment.amount is not None:
        text, currency, field = payment.amount, payment.currency, "Amt"
    elif payment.transaction_amount is not None:
        text, currency, field = payment.transaction_amount, payment.transaction_currency, "AmtDtls/TxAmt/Amt"
    else:
        return None
    if not currency:
        printed.missing(place, f"{field}@Ccy")
        return None
    if currency != whole.currency:
        return None
    pence = printed.amount(text, place, field)
    sign: int | None = whole.sign
    if payment.direction is not None:
        sign = printed.sign(payment.direction, place)
    return None if pence is None or sign is None else pence * sign * whole.flip


def _check_batches(
    whole: Whole,
    batches: Sequence[Batched],
    amounts: Sequence[int | None],
    charges: Charges,
    printed: Printed,
) -> None:
    for batch in batches:
        place = f"{whole.place}/NtryDtls/Btch"
        held = amounts[batch.first : batch.last]
        if batch.declared.number is not None and held:
            count = printed.count(batch.declared.number, place, "NbOfTxs")
            if count is not None and count != len(held):
                message = f"The batch declares {count} payments, but holds {len(held)}. {AGAIN}"
                printed.fault(
                    "batch-mismatch", f"{place}/NbOfTxs", message, field="NbOfTxs", value=str(count)
                )
        if batch.declared.total is not None and batch.declared.currency in (None, whole.currency):
            _check_total(whole, batch, held, charges if len(batches) == 1 else None, printed)


def _check_total(
    whole: Whole, batch: Batched, held: Sequence[int | None], charges: Charges | None, printed: Printed
) -> None:
    """Compare a batch's declared total with its payments, or with its entry where they have no amounts."""
    declared = printed.amount(batch.declared.total, f"{whole.place}/NtryDtls/Btch", "TtlAmt")
    known = [amount for amount in held if amount is not None]
    if declared is None:
        return
    if known and len(known) == len(held):
        fitting = {abs(sum(known))}
    elif charges is not None:
        fitting = {abs(whole.pence), *(abs(whole.pence - charge * whole.flip) for charge in charges)}
    else:
        return
    if declared not in fitting:
        _mismatch(whole, declared * whole.sign * whole.flip, "batch in it declares", printed)


def _mismatch(whole: Whole, found: int, what: str, printed: Printed) -> None:
    message = (
        f"The entry is {Money(whole.pence).shown(whole.currency)}, but the {what} {Money(found).shown(whole.currency)}: a "
        f"difference of {Money(whole.pence - found).shown(whole.currency)} that no charge declared in the entry explains. {AGAIN}"
    )
    printed.fault("batch-mismatch", f"{whole.place}/NtryDtls", message, field="Amt", value=str(Money(found)))
