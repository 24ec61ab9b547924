"""Permissions: everything that somebody may be allowed to do, one name each."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final


class Permission(enum.Enum):
    """What somebody may be allowed to do; the value is its name in settings, messages and the audit trail."""

    PAYMENT_TAKE = "payment.take"
    PAYMENT_TAKE_CHEQUE = "payment.take_cheque"
    PAYMENT_TAKE_POST = "payment.take_post"
    PAYMENT_SETTLE = "payment.settle"
    TRANSACTION_RECORD = "transaction.record"
    TRANSACTION_LIST = "transaction.list"
    TRANSACTION_VIEW = "transaction.view"
    TRANSACTION_REVERSE = "transaction.reverse"
    REFUND_REQUEST = "refund.request"
    REFUND_REQUEST_PART = "refund.request_part"
    REFUND_AUTHORISE = "refund.authorise"
    REFUND_VIEW = "refund.view"
    REFUND_CONFIRM = "refund.confirm"
    LINE_REALLOCATE = "line.reallocate"
    LINE_AUTHORISE = "line.authorise"
    TRANSFER_RECORD = "transfer.record"
    TRANSFER_AUTHORISE = "transfer.authorise"
    ACCOUNT_PAY_STOPPED = "account.pay_stopped"
    ACCOUNT_VIEW = "account.view"
    ACCOUNT_EDIT = "account.edit"
    ACCOUNT_IMPORT = "account.import"
    ACCOUNT_RESTRICTED = "account.restricted"
    BASKET_REPEAT_REFERENCE = "basket.repeat_reference"
    IMPORT_VIEW = "import.view"
    IMPORT_SEND = "import.send"
    IMPORT_DECIDE = "import.decide"
    IMPORT_REVERSE = "import.reverse"
    IMPORT_TYPE_MANAGE = "import_type.manage"
    RULE_VIEW = "rule.view"
    RULE_EDIT = "rule.edit"
    RULE_ACTIVATE = "rule.activate"
    SUSPENSE_VIEW = "suspense.view"
    SUSPENSE_NOTE = "suspense.note"
    SUSPENSE_CREATE = "suspense.create"
    SUSPENSE_CLEAR = "suspense.clear"
    SUSPENSE_UNDO = "suspense.undo"
    SUSPENSE_AUTHORISE = "suspense.authorise"
    ERETURN_RECORD = "ereturn.record"
    ERETURN_AUTHORISE = "ereturn.authorise"
    ERETURN_DELETE = "ereturn.delete"
    ERETURN_VIEW_ALL = "ereturn.view_all"
    TILL_RECORD = "till.record"
    TILL_AUTHORISE = "till.authorise"
    MATCH_RUN = "match.run"
    MATCH_DECIDE = "match.decide"
    MATCH_UNDO = "match.undo"
    WRITE_OFF_RECORD = "write_off.record"
    WRITE_OFF_AUTHORISE = "write_off.authorise"
    RECONCILIATION_PREPARE = "reconciliation.prepare"
    RECONCILIATION_REVIEW = "reconciliation.review"
    JOURNAL_EXPORT = "journal.export"
    JOURNAL_CONFIRM = "journal.confirm"
    FEED_SEND = "feed.send"
    FEED_CONFIRM = "feed.confirm"
    PERIOD_CLOSE = "period.close"
    PERIOD_LATE = "period.late"
    PERIOD_REOPEN = "period.reopen"
    SETTINGS_EDIT = "settings.edit"
    SETTINGS_MAINTAIN = "settings.maintain"
    TEMPLATE_MANAGE = "template.manage"
    MESSAGE_MANAGE = "message.manage"
    PEOPLE_EDIT = "people.edit"
    PEOPLE_AUTHORISE = "people.authorise"
    PEOPLE_REVIEW = "people.review"
    PERSON_EXPORT = "person.export"
    PERSON_ERASE = "person.erase"
    RETENTION_RUN = "retention.run"
    RETENTION_HOLD = "retention.hold"
    FUND_ALL = "fund.all"
    REPORT_VIEW = "report.view"
    DASHBOARD_VIEW = "dashboard.view"
    AUDIT_VIEW = "audit.view"

    @property
    def meaning(self) -> str:
        """What it lets somebody do, as the end of "you may"."""
        return _MEANINGS[self]


_P = Permission
_MEANINGS: Final[Mapping[Permission, str]] = {
    _P.PAYMENT_TAKE: "take payments by card, cash and the other methods that you have been given",
    _P.PAYMENT_TAKE_CHEQUE: "take payments by cheque",
    _P.PAYMENT_TAKE_POST: "take payments that come by post",
    _P.PAYMENT_SETTLE: "say what became of a payment, as an adapter does",
    _P.TRANSACTION_RECORD: "record income that was taken elsewhere",
    _P.TRANSACTION_LIST: "search transactions and export what is found",
    _P.TRANSACTION_VIEW: "see transactions, bank lines, payouts and journals one by one",
    _P.TRANSACTION_REVERSE: "reverse a transaction",
    _P.REFUND_REQUEST: "ask for a refund of everything that was paid",
    _P.REFUND_REQUEST_PART: "ask for a refund of a part of what was paid",
    _P.REFUND_AUTHORISE: "authorise a refund that somebody else asked for",
    _P.REFUND_VIEW: "see refunds",
    _P.REFUND_CONFIRM: "say that a refund reached the payer, or did not",
    _P.LINE_REALLOCATE: "move money from one account or fund to another",
    _P.LINE_AUTHORISE: "authorise a reallocation that somebody else proposed",
    _P.TRANSFER_RECORD: "record transfers between funds, and reverse them",
    _P.TRANSFER_AUTHORISE: "authorise a transfer that somebody else proposed, or its reversal",
    _P.ACCOUNT_PAY_STOPPED: "take a payment for an account that has a stop",
    _P.ACCOUNT_VIEW: "see account holders",
    _P.ACCOUNT_EDIT: "change account holders and their stops",
    _P.ACCOUNT_IMPORT: "load files of account holders",
    _P.ACCOUNT_RESTRICTED: "work with safeguarded accounts, and say which accounts are restricted",
    _P.BASKET_REPEAT_REFERENCE: "pay one account twice in one basket",
    _P.IMPORT_VIEW: "see files and what became of them",
    _P.IMPORT_SEND: "import files of every kind",
    _P.IMPORT_DECIDE: "decide about files and rows that wait for a person",
    _P.IMPORT_REVERSE: "take a file's income back",
    _P.IMPORT_TYPE_MANAGE: "change kinds of import and the profiles of files",
    _P.RULE_VIEW: "see the rules",
    _P.RULE_EDIT: "write rules",
    _P.RULE_ACTIVATE: "put rules in force",
    _P.SUSPENSE_VIEW: "see every item in suspense",
    _P.SUSPENSE_NOTE: "write notes on items in suspense",
    _P.SUSPENSE_CREATE: "put money into suspense",
    _P.SUSPENSE_CLEAR: "clear items in suspense to your own funds",
    _P.SUSPENSE_UNDO: "undo the clearance of an item",
    _P.SUSPENSE_AUTHORISE: "authorise a clearance that somebody else proposed",
    _P.ERETURN_RECORD: "record eReturns of your own templates",
    _P.ERETURN_AUTHORISE: "authorise eReturns that somebody else recorded",
    _P.ERETURN_DELETE: "withdraw eReturns that are not authorised",
    _P.ERETURN_VIEW_ALL: "see eReturns of every template",
    _P.TILL_RECORD: "open, count and close your own till, and void and pay out at it",
    _P.TILL_AUTHORISE: "count, close and void at somebody else's till",
    _P.MATCH_RUN: "reconcile with the bank",
    _P.MATCH_DECIDE: "decide which suggested matches are right",
    _P.MATCH_UNDO: "undo a match",
    _P.WRITE_OFF_RECORD: "write off a difference",
    _P.WRITE_OFF_AUTHORISE: "authorise a write-off that somebody else proposed",
    _P.RECONCILIATION_PREPARE: "prepare a reconciliation statement",
    _P.RECONCILIATION_REVIEW: "review a reconciliation statement that somebody else prepared",
    _P.JOURNAL_EXPORT: "build journals and export them to the finance ledger",
    _P.JOURNAL_CONFIRM: "say that the finance ledger took a journal, or did not",
    _P.FEED_SEND: "tell back-office systems who paid",
    _P.FEED_CONFIRM: "say that a back-office system took a feed, or did not",
    _P.PERIOD_CLOSE: "close an accounting period",
    _P.PERIOD_LATE: "post into a period after its cut-off",
    _P.PERIOD_REOPEN: "reopen a closed period",
    _P.SETTINGS_EDIT: "put changed settings in force",
    _P.SETTINGS_MAINTAIN: "change a fund, a VAT code or a fund's message",
    _P.TEMPLATE_MANAGE: "change templates of eReturns and documents",
    _P.MESSAGE_MANAGE: "change messages to the public and to staff",
    _P.PEOPLE_EDIT: "add users, disable and enable them, and ask for rights for them",
    _P.PEOPLE_AUTHORISE: "give rights that somebody else asked for",
    _P.PEOPLE_REVIEW: "sign the access review",
    _P.PERSON_EXPORT: "export everything held about a person",
    _P.PERSON_ERASE: "erase what is held about a person",
    _P.RETENTION_RUN: "remove personal data whose time is over",
    _P.RETENTION_HOLD: "keep personal data by a legal hold",
    _P.FUND_ALL: "work with every fund and every method of payment",
    _P.REPORT_VIEW: "see reports and prove the laws",
    _P.DASHBOARD_VIEW: "see the dashboard",
    _P.AUDIT_VIEW: "see the audit trail and verify it",
}

OVERRIDES: Final = frozenset(
    {
        Permission.ACCOUNT_PAY_STOPPED, Permission.BASKET_REPEAT_REFERENCE, Permission.PERIOD_LATE,
        Permission.PERIOD_REOPEN,
    }
)  # fmt: skip
"""Permissions to do what a rule would refuse; the access review lists each use."""
