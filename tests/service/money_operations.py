"""What people do with money, for the table of permissions: name, any one permission that opens it, call, fund 23?"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from attrs import evolve
from tests.service import money_in as at
from tests.service import till_desk

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.deposits import DepositKind
from localgov_ims.domain.ereturn_contents import Contents
from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.money import Money
from localgov_ims.domain.notes import NoteSubject
from localgov_ims.domain.payers import Cheque, Payee
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.till_settings import TillSettings
from localgov_ims.domain.transactions import Channel
from localgov_ims.hooks import Callback
from localgov_ims.service.cash_office import (
    depositing,
    ereturn_approving,
    ereturn_viewing,
    ereturns,
    till_closing,
    till_receipts,
    till_views,
    tills,
)
from localgov_ims.service.documents import announcing, delivering, noting, receipting
from localgov_ims.service.enquiries import searching
from localgov_ims.service.files import fetching_settlements
from localgov_ims.service.holders import loading as loading_holders
from localgov_ims.service.holders import seeing as holders
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves import authorising as moving
from localgov_ims.service.moves import opening, proposing, reallocations, reversing, transfers
from localgov_ims.service.payments import asking as payments
from localgov_ims.service.payments import (
    callbacks,
    fees,
    finishing,
    links,
    provider_payments,
    receiving,
    sweeping,
    sweeping_disputes,
)
from localgov_ims.service.refunds import asking as refunds
from localgov_ims.service.refunds import finishing as finishing_refunds
from localgov_ims.service.refunds import paying as paying_refunds
from localgov_ims.service.refunds import sending as sending_refunds
from localgov_ims.service.refunds import sweeping as sweeping_refunds
from localgov_ims.service.rules import trying as trying_rules
from localgov_ims.service.rules import versions as rules
from localgov_ims.service.suspense import ageing, clearing, clearing_lists, clearing_undoing, suggesting
from localgov_ims.service.suspense import creating as suspense_creating
from localgov_ims.service.suspense import listing as suspense
from localgov_ims.service.suspense import returning as suspense_returning
from localgov_ims.service.suspense import working as suspense_working

P = Permission
NOWHERE = "K7MP-2QXW-9TRN"
"""One of our references that is nothing's."""

ITEM = BasketItem(fund="23", account_reference="612345674", amount=Money(100))
CHEQUE = Cheque(sort_code="200000", account="12345678", number="000001", name="A Payer")
SUBJECTS = {
    NoteSubject.FILE: "0" * 64, NoteSubject.SUSPENSE: f"{NOWHERE}_1", NoteSubject.ERETURN: "R000000000001",
    NoteSubject.HOLDER: "23:612345674",
}  # fmt: skip
PAYEE = Payee(name="A Payer", sort_code="200000", account="12345678")
TERMINAL = TillSettings(cash="01", card="92")
AUTHORISES = tuple(dict.fromkeys(proposing.AUTHORISES.values()))

OPERATIONS: list[tuple[str, tuple[Permission, ...], Callable[[Installation], Any], bool]] = [
    ("take_payment", (P.PAYMENT_TAKE,), lambda i: payments.take_payment(i, [ITEM], channel=Channel.STAFF), True),
    ("view_payment", (P.PAYMENT_TAKE, P.TRANSACTION_VIEW), lambda i: payments.view_payment(i, NOWHERE), False),
    ("finish_payment", (P.PAYMENT_SETTLE,), lambda i: finishing.finish_payment(i, at.says("K7MP2QXW9TRN")), False),
    ("record_fee", (P.PAYMENT_SETTLE,), lambda i: fees.record_fee(i, NOWHERE, Money(1)), False),
    ("sweep_payments", (P.PAYMENT_SETTLE,), lambda i: sweeping.sweep_payments(i, lambda _: None), False),
    ("start_payment", (P.PAYMENT_TAKE,), lambda i: provider_payments.start_payment(i, NOWHERE, return_to="https://x.test"), False),
    ("returned_payment", (P.PAYMENT_TAKE,), lambda i: provider_payments.returned_payment(i, "x"), False),
    ("cancel_payment", (P.PAYMENT_TAKE, P.PAYMENT_SETTLE), lambda i: provider_payments.cancel_payment(i, NOWHERE), False),
    ("capture_payment", (P.PAYMENT_TAKE, P.PAYMENT_SETTLE), lambda i: provider_payments.capture_payment(i, NOWHERE), False),
    ("mop_up_payments", (P.PAYMENT_SETTLE,), sweeping.mop_up_payments, False),
    ("mop_up_disputes", (P.PAYMENT_SETTLE,), sweeping_disputes.mop_up_disputes, False),
    ("receive_callback", (P.PAYMENT_SETTLE,), lambda i: callbacks.receive_callback(i, "x", Callback(method="POST", headers={}, received_at=i.clock())), False),
    ("answer_callbacks", (P.PAYMENT_SETTLE,), callbacks.answer_callbacks, False),
    ("fetch_settlements", (P.IMPORT_SEND,), lambda i: list(fetching_settlements.fetch_settlements(i, "x", date(2026, 1, 1), date(2026, 1, 1))), False),
    ("receive_cheque", (P.PAYMENT_TAKE_CHEQUE,), lambda i: receiving.receive_cheque(i, [ITEM], cheque=CHEQUE), True),
    ("receive_post", (P.PAYMENT_TAKE_POST,), lambda i: receiving.receive_post(i, [ITEM]), True),
    ("receive_cash", (P.PAYMENT_TAKE,), lambda i: receiving.receive_cash(i, [ITEM]), False),
    ("receive_card", (P.PAYMENT_TAKE,), lambda i: receiving.receive_card(evolve(i, council=evolve(i.council, tills=TERMINAL)), [ITEM]), False),
    ("open_till", (P.TILL_RECORD,), lambda i: tills.open_till(i, till="1"), False),
    ("count_till", (P.TILL_RECORD, P.TILL_AUTHORISE), lambda i: tills.count_till(i, till_desk.counted("1.00")), False),
    ("close_till", (P.TILL_RECORD, P.TILL_AUTHORISE), till_closing.close_till, False),
    ("void_receipt", (P.TILL_RECORD, P.TILL_AUTHORISE), lambda i: till_receipts.void_receipt(i, NOWHERE, reason="x"), False),
    ("pay_out", (P.TILL_RECORD,), lambda i: till_receipts.pay_out(i, amount=Money(1), reason="x"), False),
    ("view_till", (P.TILL_RECORD, P.TILL_AUTHORISE), till_views.view_till, False),
    ("list_tills", (P.TILL_RECORD, P.TILL_AUTHORISE), till_views.list_tills, False),
    ("refund_payment", (P.REFUND_REQUEST,), lambda i: refunds.refund_payment(i, [refunds.RefundOf(line=f"{NOWHERE}_1", amount=Money(1))], reason="x"), False),
    ("view_refund", (P.REFUND_VIEW, P.REFUND_REQUEST), lambda i: refunds.view_refund(i, NOWHERE), False),
    ("authorise_refund", (P.REFUND_AUTHORISE, P.REFUND_REQUEST), lambda i: finishing_refunds.authorise_refund(i, NOWHERE), False),
    ("send_refund", (P.REFUND_REQUEST, P.REFUND_CONFIRM, P.PAYMENT_SETTLE), lambda i: sending_refunds.send_refund(i, NOWHERE, lambda _: None), False),
    ("send_to_provider", (P.REFUND_REQUEST, P.REFUND_CONFIRM, P.PAYMENT_SETTLE), lambda i: sending_refunds.send_to_provider(i, NOWHERE), False),
    ("mop_up_refunds", (P.REFUND_CONFIRM, P.PAYMENT_SETTLE), sweeping_refunds.mop_up_refunds, False),
    ("finish_refund", (P.REFUND_CONFIRM, P.PAYMENT_SETTLE), lambda i: finishing_refunds.finish_refund(i, at.refund_says("K7MP2QXW9TRN")), False),
    ("sweep_refunds", (P.REFUND_CONFIRM, P.PAYMENT_SETTLE), lambda i: sweeping.sweep_refunds(i, lambda _: None), False),
    ("send_payables", (P.REFUND_CONFIRM,), lambda i: paying_refunds.send_payables(i, lambda _, __: None), False),
    ("send_payables_again", (P.REFUND_CONFIRM,), lambda i: paying_refunds.send_payables_again(i, 1, lambda _, __: None), False),
    ("list_payables", (P.REFUND_VIEW,), paying_refunds.list_payables, False),
    ("transfer_income", (P.TRANSFER_RECORD,), lambda i: transfers.transfer_income(i, [ITEM], [ITEM]), True),
    ("reallocate_line", (P.LINE_REALLOCATE,), lambda i: reallocations.reallocate_line(i, f"{NOWHERE}_1", [ITEM]), False),
    ("reverse_transaction", (P.TRANSACTION_REVERSE, P.TRANSFER_RECORD, P.LINE_REALLOCATE, P.WRITE_OFF_RECORD), lambda i: reversing.reverse_transaction(i, NOWHERE, reason="x"), False),
    ("authorise", (P.LINE_REALLOCATE, P.TRANSFER_RECORD, P.SUSPENSE_CLEAR, P.WRITE_OFF_RECORD, *AUTHORISES), lambda i: moving.authorise(i, NOWHERE), False),
    ("waiting_proposals", (P.LINE_REALLOCATE, P.TRANSFER_RECORD, P.SUSPENSE_CLEAR, P.WRITE_OFF_RECORD, *AUTHORISES), proposing.waiting_proposals, False),
    ("clear_items", (P.SUSPENSE_CLEAR,), lambda i: clearing.clear_items(i, [Giving(line=f"{NOWHERE}_1")]), False),
    ("clear_by_list", (P.SUSPENSE_CLEAR,), lambda i: clearing_lists.clear_by_list(i, [Giving(line=f"{NOWHERE}_1")], clearing_lists.RemittanceList(name="x", rows=())), False),
    ("undo_clearance", (P.SUSPENSE_UNDO,), lambda i: clearing_undoing.undo_clearance(i, NOWHERE, reason="x"), False),
    ("return_to_payer", (P.SUSPENSE_CLEAR,), lambda i: suspense_returning.return_to_payer(i, Giving(line=f"{NOWHERE}_1"), payee=PAYEE, reason="x"), False),
    ("create_item", (P.SUSPENSE_CREATE,), lambda i: suspense_creating.create_item(i, suspense_creating.NewItem(key="x", amount=Money(1), mop="??")), False),
    ("search_suspense", (P.SUSPENSE_VIEW,), suspense.search_suspense, False),
    ("whole_item", (P.SUSPENSE_VIEW,), lambda i: suspense_working.whole_item(i, f"{NOWHERE}_1"), False),
    ("mark_item", (P.SUSPENSE_CLEAR,), lambda i: suspense_working.mark_item(i, f"{NOWHERE}_1"), False),
    ("suggest", (P.SUSPENSE_VIEW,), lambda i: suggesting.suggest(i, f"{NOWHERE}_1"), False),
    ("age_suspense", (P.SUSPENSE_VIEW,), ageing.age_suspense, False),
    ("record_opening", (P.TRANSACTION_RECORD,), lambda i: opening.record_opening(i, receipts=[], suspense=[]), False),
    ("save_holder", (P.ACCOUNT_EDIT,), lambda i: holders.save_holder(i, AccountHolder(fund="23", account_reference="612345674", closed_on=date(2026, 1, 1))), True),
    ("holder", (P.ACCOUNT_VIEW,), lambda i: holders.holder(i, "23", "612345674"), True),
    ("import_holders", (P.ACCOUNT_IMPORT,), lambda i: loading_holders.import_holders(i, io.BytesIO(b"fund,account_reference\n"), source="f"), False),
    ("receipt_document", (P.TRANSACTION_VIEW,), lambda i: receipting.receipt_document(i, NOWHERE), False),
    ("give_receipt", (P.TRANSACTION_VIEW,), lambda i: receipting.give_receipt(i, NOWHERE), False),
    ("send_receipt", (P.TRANSACTION_VIEW,), lambda i: receipting.send_receipt(i, NOWHERE, to="a@example.org"), False),
    ("receipt_link", (P.TRANSACTION_VIEW,), lambda i: links.receipt_link(i, NOWHERE), False),
    ("pay_link", (P.PAYMENT_TAKE, P.TRANSACTION_VIEW), lambda i: links.pay_link(i, NOWHERE), False),
    ("deliver_messages", (P.MESSAGE_MANAGE,), delivering.deliver_messages, False),
    ("list_outbox", (P.MESSAGE_MANAGE,), delivering.list_outbox, False),
    *(
        (f"add_note on {kind.value}", noting.WRITES[kind], partial(noting.add_note, kind=kind, subject=SUBJECTS[kind], text="x"), kind is NoteSubject.HOLDER)
        for kind in NoteSubject
    ),
    *(
        (f"notes_of {kind.value}", noting.READS[kind], partial(noting.notes_of, kind=kind, subject=SUBJECTS[kind]), kind is NoteSubject.HOLDER)
        for kind in NoteSubject
    ),
    ("add_message", (P.MESSAGE_MANAGE,), lambda i: announcing.add_message(i, text="x", ends_at=i.clock() + timedelta(days=1)), False),
    ("end_message", (P.MESSAGE_MANAGE,), lambda i: announcing.end_message(i, 99), False),
    ("list_messages", (P.MESSAGE_MANAGE,), announcing.list_messages, False),
    ("search", (P.TRANSACTION_LIST,), lambda i: searching.search(i, searching.Criteria()), False),
    ("start_ereturn", (P.ERETURN_RECORD,), lambda i: ereturns.start_ereturn(i, "nothing", DepositKind.CASH), False),
    ("save_ereturn", (P.ERETURN_RECORD,), lambda i: ereturns.save_ereturn(i, "R1", Contents()), False),
    ("submit_ereturn", (P.ERETURN_RECORD,), lambda i: ereturns.submit_ereturn(i, "R1"), False),
    ("correct_ereturn", (P.ERETURN_AUTHORISE,), lambda i: ereturns.correct_ereturn(i, "R1", Contents()), False),
    ("send_back_ereturn", (P.ERETURN_AUTHORISE,), lambda i: ereturns.send_back_ereturn(i, "R1", note="x"), False),
    ("approve_ereturns", (P.ERETURN_AUTHORISE,), lambda i: ereturn_approving.approve_ereturns(i, ["R1"]), False),
    ("delete_ereturn", (P.ERETURN_DELETE, P.ERETURN_RECORD), lambda i: ereturns.delete_ereturn(i, "R1"), False),
    ("list_templates", ereturn_viewing.SEES, ereturn_viewing.list_templates, False),
    ("list_ereturns", ereturn_viewing.SEES, ereturn_viewing.list_ereturns, False),
    ("whole_ereturn", ereturn_viewing.SEES, lambda i: ereturn_viewing.whole_ereturn(i, "R1"), False),
    ("draft_rules", (P.RULE_EDIT,), lambda i: rules.draft_rules(i, []), False),
    ("activate_rules", (P.RULE_ACTIVATE,), lambda i: rules.activate_rules(i, 99), False),
    ("rule_versions", (P.RULE_VIEW,), rules.rule_versions, False),
    ("rule_version", (P.RULE_VIEW,), rules.rule_version, False),
    ("try_rules", (P.RULE_EDIT, P.RULE_ACTIVATE), lambda i: trying_rules.try_rules(i, [], date(2026, 1, 1), date(2026, 1, 2)), False),
    ("list_deposits", depositing.SEES_DEPOSITS, depositing.list_deposits, False),
]  # fmt: skip
