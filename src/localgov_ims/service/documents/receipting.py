"""Receipts for payers: the document of a receipt or refund, giving it on paper, and putting it into the outbox."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.documents import receipts
from localgov_ims.documents.receipts import ReceiptDocument, ReceiptLine
from localgov_ims.domain import ids
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.outbox import (
    Contents,
    MessageEvent,
    MessageKind,
    MessageState,
    OutboxMessage,
    Outcome,
)
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.transactions import Line, Purpose, Transaction, TransactionKind
from localgov_ims.errors import RuleViolation
from localgov_ims.hooks.notifiers import Message
from localgov_ims.service.council import Council
from localgov_ims.service.documents.sending import chosen_notifier
from localgov_ims.service.finding import stored_reference, transaction_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.service.retrying import retried
from localgov_ims.storage import outbox, payments, reversals, transactions
from localgov_ims.storage.store import Unit

_HAVE_RECEIPTS = frozenset({TransactionKind.RECEIPT, TransactionKind.REFUND})


def receipt_document(installation: Installation, reference: str, *, copy: bool = False) -> ReceiptDocument:
    """Return the receipt of a transaction or payment; *reference* is its number, as typed.

    A payment's receipt is one document, whichever of its numbers it is asked by: what was paid and the fee that stands,
    under the number of the main receipt. What was paid twice has its own. It says copy if the payer has been given it
    before, or if *copy* says so, and that it is cancelled if what it shows was taken back.

    Raises:
        NotFound: There is no such transaction or payment.
        RuleViolation: It is neither a receipt nor a refund (`no_receipt`), or was not paid (`not_yet_paid`).
        NotPermitted: The permission transaction.view is missing, or one of its funds or accounts is not the user's.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.TRANSACTION_VIEW)
        receipt = receipt_of(installation, connection, rights, reference)
        given = outbox.of_transaction(connection, receipt.head.id)
        return receipt.document(installation.council, copy=copy or _was_given(given))


def give_receipt(installation: Installation, reference: str) -> ReceiptDocument:
    """Return a receipt that the payer is given on paper, and record that they were: the next one says copy.

    Raises:
        NotFound, RuleViolation, NotPermitted: See `receipt_document`.
    """

    def once() -> ReceiptDocument:
        with installation.unit("give_receipt") as unit:
            receipt, given = _permitted(installation, unit, reference)
            document = receipt.document(installation.council, copy=_was_given(given))
            made = _message(installation, unit, receipt, MessageKind.PRINTED, document, given)
            outbox.add(unit, made)
            handed = MessageEvent(
                id=new_id(), message=made.id, number=1, at=unit.at, by=installation.actor,
                outcome=Outcome(state=MessageState.SENT),
            )  # fmt: skip
            outbox.add_event(unit, handed)
            unit.commit()
            return document

    return retried(once)


def send_receipt(installation: Installation, reference: str, *, to: str) -> OutboxMessage:
    """Put a receipt into the outbox for the e-mail address *to*; return the message, which `deliver_messages` sends.

    What it says is written now and kept beside the record, with the address: each attempt sends the same words, whatever
    is renamed or removed meanwhile, and what was sent can be proved. Asked for again while the same message is still
    to be sent to that address, it is that message.

    Raises:
        InvalidValue: *to* is not one e-mail address.
        ConfigurationError: The settings choose no notifier.
        NotFound, RuleViolation, NotPermitted: See `receipt_document`.
    """

    def once() -> OutboxMessage:
        with installation.unit("send_receipt") as unit:
            receipt, given = _permitted(installation, unit, reference)
            chosen_notifier(installation)
            for message in given:
                if message.state.open and _says(
                    message.contents, to, receipt, installation.council, message.copy
                ):
                    return message
            document = receipt.document(installation.council, copy=_was_given(given))
            made = _message(installation, unit, receipt, MessageKind.RECEIPT, document, given, to=to)
            outbox.add(unit, made)
            unit.commit()
            return made

    return retried(once)


@frozen(kw_only=True)
class Receipt:
    """What a receipt shows: the transaction whose number it has, and those whose lines stand on it.

    `cancelled_by` are the references of the reversals that took it back.
    """

    head: Transaction
    parts: tuple[Transaction, ...]
    cancelled_by: tuple[str, ...] = ()

    def document(self, council: Council, *, copy: bool) -> ReceiptDocument:
        """Return it as a document."""
        return ReceiptDocument(
            council_name=council.name, council_address=council.address, vat_number=council.vat_number,
            receipt_number=ids.shown(self.head.reference), taken_on=self.head.taken_on, payer=self.head.payer.name,
            lines=tuple(_line(council, line) for part in self.parts for line in part.lines), copy=copy,
            cancelled_by=tuple(map(ids.shown, self.cancelled_by)),
        )  # fmt: skip


def receipt_of(installation: Installation, connection: Connection, rights: Rights, reference: str) -> Receipt:
    """Return what the receipt of a transaction or payment shows, if the user may see all of it.

    Raises:
        NotFound, RuleViolation, NotPermitted: See `receipt_document`.
    """
    wanted = stored_reference(reference)
    found = _of_payment(connection, rights, wanted)
    if not found:
        one = transaction_of(connection, rights, reference)
        _check_kind(one)
        found = _of_payment(connection, rights, one.payment) if one.payment and one.purpose else [one]
        wanted = one.reference
    receipt = _chosen(connection, found, wanted)
    lines = [line for part in receipt.parts for line in part.lines]
    rights.require_funds([line.fund for line in lines])
    permit_accounts(installation, connection, rights, [(line.fund, line.account_reference) for line in lines])
    return receipt


def _of_payment(connection: Connection, rights: Rights, reference: str) -> list[Transaction]:
    """Return the Receipts of a payment, none where there is no such payment.

    Raises:
        NotPermitted: One of its funds is not the user's.
        RuleViolation: It was not paid.
    """
    payment = payments.by_reference(connection, reference)
    if payment is None:
        return []
    rights.require_funds([line.fund for line in payment.lines])
    whole = transactions.whole(connection, transactions.transactions.c.payment == reference)
    found = [each for each in whole if each.purpose is not None]
    if not found:
        message = f"Payment {ids.shown(reference)} is {payment.state.value}; it has a receipt once it has been paid."
        raise RuleViolation("not_yet_paid", message, payment=reference)
    return found


def _chosen(connection: Connection, found: Sequence[Transaction], wanted: str) -> Receipt:
    """Return which of a payment's Receipts is meant, a standing fee being part of the main one that stands."""
    by_line = {each.id: _reversals(connection, each) for each in found}
    main = next((each for each in found if each.purpose is Purpose.MAIN), found[0])
    one = next((each for each in found if each.reference == wanted), main)
    fees = [each for each in found if each.purpose is Purpose.FEE and not by_line[each.id]]
    together = (main, *sorted(fees, key=lambda fee: fee.n or 0)) if not by_line[main.id] else (main,)
    if one in together:
        return Receipt(head=main, parts=together, cancelled_by=by_line[main.id])
    return Receipt(head=one, parts=(one,), cancelled_by=by_line[one.id])


def _reversals(connection: Connection, one: Transaction) -> tuple[str, ...]:
    return tuple(sorted(reversals.reversing(connection, [line.id for line in one.lines])))


def _check_kind(one: Transaction) -> None:
    if one.kind not in _HAVE_RECEIPTS:
        message = (
            f"{ids.shown(one.reference)} is a {one.kind.value}: no payer has paid or been paid by it, so it has no receipt. "
            f"`ims explain {one.reference}` tells its story."
        )
        raise RuleViolation("no_receipt", message, transaction=one.reference)


def _permitted(installation: Installation, unit: Unit, reference: str) -> tuple[Receipt, list[OutboxMessage]]:
    rights = permit_unit(installation, unit, Permission.TRANSACTION_VIEW)
    receipt = receipt_of(installation, unit.connection, rights, reference)
    return receipt, outbox.of_transaction(unit.connection, receipt.head.id)


def _was_given(messages: Sequence[OutboxMessage]) -> bool:
    return any(message.given for message in messages)


def _message(
    installation: Installation, unit: Unit, receipt: Receipt, kind: MessageKind, document: ReceiptDocument,
    given: Sequence[OutboxMessage], *, to: str | None = None,
) -> OutboxMessage:  # fmt: skip
    council, text = installation.council, receipts.text(document)
    subject = f"{document.title} {document.receipt_number} from {council.name}"
    if to is not None:
        Message(to=to, subject=subject, text=text)  # what no notifier could send is refused now
    made = OutboxMessage(
        id=new_id(), kind=kind, transaction=receipt.head.id, receipt=receipt.head.reference, number=len(given) + 1,
        copy=document.copy, queued_at=unit.at, queued_by=installation.actor,
        contents=Contents(to=to, name=document.payer, subject=subject, text=text),
    )  # fmt: skip
    unit.detail |= {"message": str(made.id), "receipt": made.receipt, "copy": made.copy}
    return made


def _says(contents: Contents | None, to: str, receipt: Receipt, council: Council, copy: bool) -> bool:  # noqa: FBT001 - as the message has it
    """Tell whether a message says to an address what the receipt says now: it may have been taken back meanwhile."""
    same = receipts.text(receipt.document(council, copy=copy))
    return contents is not None and (contents.to, contents.text) == (to, same)


def _line(council: Council, line: Line) -> ReceiptLine:
    return ReceiptLine(
        fund_name=council.funds[line.fund].shown, account_reference=line.account_reference, narrative=line.narrative,
        amount=line.amount, vat_code=line.vat_code, vat_rate=line.vat_rate, vat=line.vat, treatment=line.vat_treatment,
    )  # fmt: skip
