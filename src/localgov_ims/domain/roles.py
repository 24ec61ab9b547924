"""Roles and fund groups: permissions and funds under names that people are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import field, frozen
from attrs.validators import matches_re

from localgov_ims.domain.permissions import Permission

ADMINISTRATOR: Final = "administrator"
"""The role that has every permission; settings cannot change it."""

_NAME: Final = matches_re(r"[A-Za-z0-9][A-Za-z0-9_-]{0,49}")


@frozen(kw_only=True)
class Role:
    """A named set of permissions."""

    name: str = field(validator=_NAME)
    permissions: frozenset[Permission]


@frozen(kw_only=True)
class FundGroup:
    """A named set of funds, by code."""

    name: str = field(validator=_NAME)
    funds: frozenset[str]


def _shipped(roles: Iterable[tuple[str, Iterable[Permission]]]) -> dict[str, Role]:
    return {name: Role(name=name, permissions=frozenset(given)) for name, given in roles}


_P = Permission
SHIPPED_ROLES: Final[Mapping[str, Role]] = _shipped(
    [
        (ADMINISTRATOR, Permission),
        ("cashier", [
            _P.PAYMENT_TAKE, _P.PAYMENT_TAKE_CHEQUE, _P.PAYMENT_TAKE_POST, _P.TRANSACTION_LIST, _P.TRANSACTION_VIEW,
            _P.ACCOUNT_VIEW, _P.TILL_RECORD,
        ]),
        ("payments", [_P.PAYMENT_TAKE, _P.TRANSACTION_LIST, _P.TRANSACTION_VIEW, _P.ACCOUNT_VIEW]),
        ("post", [
            _P.PAYMENT_TAKE_CHEQUE, _P.PAYMENT_TAKE_POST, _P.BASKET_REPEAT_REFERENCE, _P.TRANSACTION_LIST,
            _P.TRANSACTION_VIEW, _P.ACCOUNT_VIEW,
        ]),
        ("income-officer", [
            _P.IMPORT_VIEW, _P.IMPORT_SEND, _P.IMPORT_DECIDE, _P.TRANSACTION_RECORD, _P.TRANSACTION_LIST,
            _P.TRANSACTION_VIEW, _P.ACCOUNT_VIEW, _P.RULE_VIEW, _P.SUSPENSE_VIEW, _P.SUSPENSE_NOTE,
            _P.SUSPENSE_CREATE, _P.SUSPENSE_CLEAR, _P.LINE_REALLOCATE, _P.REFUND_REQUEST, _P.REFUND_REQUEST_PART,
            _P.REFUND_VIEW, _P.MATCH_RUN, _P.MATCH_DECIDE, _P.RECONCILIATION_PREPARE, _P.REPORT_VIEW,
            _P.DASHBOARD_VIEW,
        ]),
        ("data-protection", [
            _P.PERSON_EXPORT, _P.PERSON_ERASE, _P.RETENTION_RUN, _P.RETENTION_HOLD, _P.ACCOUNT_VIEW, _P.AUDIT_VIEW,
            _P.TRANSACTION_LIST, _P.TRANSACTION_VIEW, _P.FUND_ALL,
        ]),
        ("finance", [
            _P.ACCOUNT_PAY_STOPPED, _P.ACCOUNT_VIEW, _P.BASKET_REPEAT_REFERENCE, _P.DASHBOARD_VIEW, _P.FEED_CONFIRM,
            _P.FEED_SEND, _P.FUND_ALL, _P.IMPORT_DECIDE, _P.IMPORT_REVERSE, _P.IMPORT_SEND, _P.IMPORT_VIEW,
            _P.JOURNAL_CONFIRM, _P.JOURNAL_EXPORT, _P.LINE_AUTHORISE, _P.LINE_REALLOCATE, _P.MATCH_DECIDE,
            _P.MATCH_RUN, _P.MATCH_UNDO, _P.PERIOD_CLOSE, _P.RECONCILIATION_REVIEW, _P.REFUND_AUTHORISE,
            _P.REFUND_CONFIRM, _P.REFUND_VIEW, _P.REPORT_VIEW, _P.RULE_EDIT, _P.RULE_VIEW, _P.SUSPENSE_AUTHORISE,
            _P.SUSPENSE_CLEAR, _P.SUSPENSE_CREATE, _P.SUSPENSE_NOTE, _P.SUSPENSE_UNDO, _P.SUSPENSE_VIEW,
            _P.TILL_AUTHORISE, _P.TRANSACTION_LIST, _P.TRANSACTION_RECORD, _P.TRANSACTION_REVERSE,
            _P.TRANSACTION_VIEW, _P.TRANSFER_AUTHORISE, _P.TRANSFER_RECORD, _P.WRITE_OFF_RECORD,
        ]),
        ("ereturns", [_P.ERETURN_RECORD]),
        ("ereturn-authoriser", [_P.ERETURN_AUTHORISE, _P.ERETURN_DELETE, _P.ERETURN_VIEW_ALL]),
        ("service-desk", [
            _P.MESSAGE_MANAGE, _P.PEOPLE_EDIT, _P.RULE_EDIT, _P.RULE_VIEW, _P.SETTINGS_MAINTAIN,
        ]),
        ("authoriser", [_P.PEOPLE_AUTHORISE, _P.PEOPLE_REVIEW]),
        ("reporting", [
            _P.DASHBOARD_VIEW, _P.FUND_ALL, _P.REPORT_VIEW, _P.SUSPENSE_VIEW, _P.TRANSACTION_LIST,
            _P.TRANSACTION_VIEW,
        ]),
        ("auditor", [
            _P.AUDIT_VIEW, _P.DASHBOARD_VIEW, _P.FUND_ALL, _P.IMPORT_VIEW, _P.PEOPLE_REVIEW, _P.REFUND_VIEW,
            _P.REPORT_VIEW, _P.RULE_VIEW, _P.SUSPENSE_VIEW, _P.TRANSACTION_LIST, _P.TRANSACTION_VIEW,
        ]),
        ("adapter", [_P.FUND_ALL, _P.PAYMENT_SETTLE, _P.TRANSACTION_RECORD]),
    ]
)  # fmt: skip
"""The roles that every council begins with; `[roles.x]` in the settings adds others or takes the place of one."""
